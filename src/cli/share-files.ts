/** The files that sharing reads: what is to be shared, warninglists, signing keys, tokens. */
import type { KeyObject } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { type ErrorCode, StillwatchError } from '../base/errors.ts';
import { parseJsonText } from '../base/json-text.ts';
import { forTerminal } from '../base/safe-text.ts';
import { privateKeyOf } from '../share/sharing/signing/ed25519.ts';
import { keyFileText, seedIn, SIGNING_KEY } from '../share/sharing/signing/key-file.ts';
import { parseWarninglist, type Warninglist } from '../share/sharing/warninglist/warninglist.ts';

const MOST_BYTES = 64 << 20;
const MOST_OBJECTS = 50_000;

const readJson = (path: string, code: ErrorCode, remedy: string): unknown => {
  const called = forTerminal(path, 200);
  let bytes: Uint8Array;
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error(`larger than ${MOST_BYTES} bytes`);
    bytes = readFileSync(path);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new StillwatchError(code, `${called} cannot be read (${why})`, remedy, { cause });
  }
  const { value, fault } = parseJsonText(bytes, { maxBytes: MOST_BYTES, maxDepth: 200 });
  if (fault !== undefined) throw new StillwatchError(code, `${called}: ${fault.message}`, remedy);
  return value;
};

const BUNDLE = 'Give a STIX bundle, a TAXII envelope, a list of objects or one object, as JSON.';

/** @throws StillwatchError `SHARE_BUNDLE_UNREADABLE` */
export const readObjects = (path: string): readonly unknown[] => {
  const value = readJson(path, 'SHARE_BUNDLE_UNREADABLE', BUNDLE);
  const unreadable = (why: string): StillwatchError =>
    new StillwatchError('SHARE_BUNDLE_UNREADABLE', `${forTerminal(path, 200)} ${why}`, BUNDLE);
  if (typeof value !== 'object' || value === null) throw unreadable('is no object');
  const { type, objects } = value as { readonly type?: unknown; readonly objects?: unknown };
  const list = Array.isArray(value)
    ? value
    : type === 'bundle' || (type === undefined && objects !== undefined)
      ? objects
      : [value];
  if (!Array.isArray(list) || list.length === 0) throw unreadable('holds no objects');
  if (list.length > MOST_OBJECTS) throw unreadable(`holds more than ${MOST_OBJECTS} objects`);
  return list;
};

/** @throws StillwatchError `WARNINGLIST_UNREADABLE` */
export const readWarninglists = (paths: readonly string[]): readonly Warninglist[] =>
  paths.map((path) =>
    parseWarninglist(
      readJson(path, 'WARNINGLIST_UNREADABLE', 'Give a list in the JSON format of MISP.'),
      forTerminal(path, 200),
    ),
  );

const MAKE_ONE = 'Make one with `stillwatch share key new --out FILE`.';

/** The 32 secret bytes in a key file of that type. @throws StillwatchError `SHARE_KEY_UNREADABLE` */
export const readSeed = (path: string, keyType: string): Uint8Array => {
  const value = readJson(path, 'SHARE_KEY_UNREADABLE', MAKE_ONE);
  const bytes = seedIn(value, keyType);
  if (bytes === undefined)
    throw new StillwatchError(
      'SHARE_KEY_UNREADABLE',
      `${forTerminal(path, 200)} holds no key of type ${keyType}`,
      MAKE_ONE,
    );
  return bytes;
};

/** For its owner's eyes alone, and never over a key that is there. @throws StillwatchError `OUTPUT_UNWRITABLE` */
export const writeSeed = (path: string, keyType: string, seed: Uint8Array): void => {
  try {
    writeFileSync(path, keyFileText(keyType, seed), { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new StillwatchError(
      'OUTPUT_UNWRITABLE',
      `${forTerminal(path, 200)} cannot be written: ${(cause as NodeJS.ErrnoException).code}`,
      'Choose a new file in a folder you may write to; a key is never written over another.',
      { cause },
    );
  }
};

export { SIGNING_KEY };

/** @throws StillwatchError `SHARE_KEY_UNREADABLE` */
export const readSigningKey = (path: string): KeyObject =>
  privateKeyOf(readSeed(path, SIGNING_KEY));

/** @throws StillwatchError `INPUT_UNREADABLE` */
export const readTokenFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `${forTerminal(path, 200)} cannot be read: ${(cause as NodeJS.ErrnoException).code}`,
      'Give the file that holds your token of the hub.',
      { cause },
    );
  }
};
