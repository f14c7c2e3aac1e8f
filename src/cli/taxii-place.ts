/** From the URLs and options of `stillwatch taxii` to a client, its places and its cursor. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { StillwatchError } from '../base/errors.ts';
import { parseJsonText } from '../base/json-text.ts';
import { noFaults, object, orElse, REFUSED, text } from '../base/parse.ts';
import { forTerminal } from '../base/safe-text.ts';
import type { Credential } from '../share/taxii/credential.ts';
import { type Place, type TaxiiClient, taxiiClient } from '../share/taxii/client.ts';
import type { Cursor } from '../share/taxii/pages.ts';
import { readTokenFile } from './share-files.ts';
import { writeOutput } from './write-output.ts';

export interface ConnectOptions {
  readonly tokenFile?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly plainHttp?: boolean;
  readonly json?: boolean;
}

const usage = (why: string, remedy: string): StillwatchError =>
  new StillwatchError('USAGE', why, remedy);

const credentialOf = ({
  tokenFile,
  user,
  passwordFile,
}: ConnectOptions): Credential | undefined => {
  if (tokenFile !== undefined && user !== undefined)
    throw usage(
      'Both a token and a user are given',
      'Give --token-file, or --user and --password-file.',
    );
  if (tokenFile !== undefined) return { kind: 'bearer', token: readTokenFile(tokenFile) };
  if ((user === undefined) !== (passwordFile === undefined))
    throw usage(
      'A user needs a password, and a password a user',
      'Give --user and --password-file together; a password on the command line could be read by others.',
    );
  if (user === undefined) return undefined;
  return { kind: 'basic', user, password: readTokenFile(passwordFile!) };
};

export const connect = (url: string, options: ConnectOptions): TaxiiClient =>
  taxiiClient({ url, credential: credentialOf(options), plainHttp: options.plainHttp ?? false });

/** `https://hub.example/root/collections/ID/` as API root and collection. @throws StillwatchError `USAGE`. */
export const placeOf = (url: string): Place => {
  const parts = URL.canParse(url)
    ? /^(.*\/)collections\/([^/]+)\/?$/.exec(new URL(url).pathname)
    : null;
  if (parts === null)
    throw usage(
      `${forTerminal(url, 200)} is no URL of a collection`,
      'Give it as https://HOST/API-ROOT/collections/ID/; `stillwatch taxii collections` lists them.',
    );
  return {
    root: new URL(parts[1]!, url).href,
    collection: decodeURIComponent(parts[2]!),
  };
};

const cursor = object<Cursor>({
  addedAfter: orElse<string | undefined>(text(100), undefined),
  next: orElse<string | undefined>(text(100_000), undefined),
});

/** What was kept by a run before; nothing when there is no such file. @throws StillwatchError `INPUT_UNREADABLE`. */
export const readCursor = (path: string): Cursor | undefined => {
  if (!existsSync(path)) return undefined;
  const { value } = parseJsonText(readFileSync(path), { maxBytes: 1 << 20, maxDepth: 2 });
  const parsed = cursor(value, '', noFaults());
  if (parsed === REFUSED)
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `${forTerminal(path, 200)} is no cursor`,
      'Give a file that an earlier run wrote, or a new name to start from the beginning.',
    );
  return parsed;
};

/** Whole or not at all: a run that is killed while it writes leaves the cursor before. */
export const keepCursor = (path: string, kept: Cursor): void => {
  writeOutput(`${path}.new`, `${JSON.stringify(kept)}\n`);
  renameSync(`${path}.new`, path);
};
