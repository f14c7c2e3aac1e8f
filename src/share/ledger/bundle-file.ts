/** The file of a bundle: one spelling, written and read; reading refuses whatever is not exactly that. */
import { canonicalJson } from '../../base/canonical-json.ts';
import { StillwatchError } from '../../base/errors.ts';
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from '../sharing/signing/base64.ts';
import type { BundledEntry, LedgerBundle, Opening } from './bundle.ts';
import { HASH_BYTES } from './merkle.ts';
import { COMMITTED_FIELDS, SALT_BYTES } from './record.ts';

export const BUNDLE_KIND = 'stillwatch-ledger-bundle';

/** The bytes of a bundle: canonical JSON and a newline, so that one bundle has one spelling. */
export const encodeBundleFile = (bundle: LedgerBundle): string =>
  `${canonicalJson({
    kind: BUNDLE_KIND,
    version: 1,
    checkpoint: bundle.checkpoint,
    entries: bundle.entries.map(({ index, entry, proof, openings }) => ({
      index,
      entry: toBase64(entry),
      proof: proof.map(toBase64),
      openings: openings.map(({ field, salt, value }) => ({
        field,
        salt: toBase64Url(salt),
        value,
      })),
    })),
    older:
      bundle.older === undefined
        ? null
        : { checkpoint: bundle.older.checkpoint, proof: bundle.older.proof.map(toBase64) },
    log_keys: bundle.logKeys,
    witness_keys: bundle.witnessKeys,
  })}\n`;

export const MAX_BUNDLE_BYTES = 64 << 20;
/** 2⁵³ entries are at most this many hashes deep. */
const MAX_PROOF = 64;

const unreadable = (why: string): StillwatchError =>
  new StillwatchError(
    'LEDGER_BUNDLE_UNREADABLE',
    `The bundle ${why}`,
    'Get it again from the hub, unchanged, byte for byte.',
  );

type Json = Readonly<Record<string, unknown>>;

const fields = (value: unknown, what: string, names: readonly string[]): Json => {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw unreadable(`has a ${what} that is no object`);
  const found = Object.keys(value);
  if (found.length !== names.length || !names.every((name) => Object.hasOwn(value, name)))
    throw unreadable(`has a ${what} with other fields than ${names.join(', ')}`);
  return value as Json;
};
const list = (value: unknown, what: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw unreadable(`has ${what} that are no list`);
  return value;
};
const text = (value: unknown, what: string): string => {
  if (typeof value !== 'string') throw unreadable(`has a ${what} that is no text`);
  return value;
};
const texts = (value: unknown, what: string): readonly string[] =>
  list(value, what).map((item) => text(item, what));
const bytes = (value: unknown, what: string): Uint8Array => {
  const decoded = fromBase64(text(value, what));
  if (decoded === undefined) throw unreadable(`has a ${what} that is no base64`);
  return decoded;
};
const hashes = (value: unknown): readonly Uint8Array[] => {
  const proof = list(value, 'proofs').map((hash) => bytes(hash, 'proof'));
  if (proof.length > MAX_PROOF || proof.some((hash) => hash.length !== HASH_BYTES))
    throw unreadable('has a proof that is no list of hashes');
  return proof;
};
const opening = (value: unknown): Opening => {
  const parts = fields(value, 'opening', ['field', 'salt', 'value']);
  const field = COMMITTED_FIELDS.find((known) => known === parts.field);
  const salt = fromBase64Url(text(parts.salt, 'salt'));
  if (field === undefined || salt?.length !== SALT_BYTES)
    throw unreadable('has an opening of no known field or without its salt');
  return { field, salt, value: parts.value };
};
const bundledEntry = (value: unknown): BundledEntry => {
  const parts = fields(value, 'entry', ['index', 'entry', 'proof', 'openings']);
  const { index } = parts;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0)
    throw unreadable('has an entry without an index');
  return {
    index,
    entry: bytes(parts.entry, 'entry'),
    proof: hashes(parts.proof),
    openings: list(parts.openings, 'openings').map(opening),
  };
};

/** Reads a bundle file. Its content is still a claim. @throws StillwatchError `LEDGER_BUNDLE_UNREADABLE`. */
export const decodeBundleFile = (file: string): LedgerBundle => {
  if (file.length > MAX_BUNDLE_BYTES) throw unreadable('is too large');
  let value: unknown;
  try {
    value = JSON.parse(file);
  } catch {
    throw unreadable('is no JSON');
  }
  const names = ['kind', 'version', 'checkpoint', 'entries', 'older', 'log_keys', 'witness_keys'];
  const parts = fields(value, 'content', names);
  if (parts.kind !== BUNDLE_KIND || parts.version !== 1)
    throw unreadable('is not of the kind and version that this program reads');
  const older =
    parts.older === null ? undefined : fields(parts.older, 'older', ['checkpoint', 'proof']);
  const bundle: LedgerBundle = {
    checkpoint: text(parts.checkpoint, 'checkpoint'),
    entries: list(parts.entries, 'entries').map(bundledEntry),
    older: older && {
      checkpoint: text(older.checkpoint, 'checkpoint'),
      proof: hashes(older.proof),
    },
    logKeys: texts(parts.log_keys, 'keys'),
    witnessKeys: texts(parts.witness_keys, 'keys'),
  };
  if (encodeBundleFile(bundle) !== file) throw unreadable('is not in its canonical form');
  return bundle;
};
