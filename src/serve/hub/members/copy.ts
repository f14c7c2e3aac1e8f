/** Backups of a hub, whatever its engine: one folder that is checked when it is made and again before it is used. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StillwatchError } from '../../../base/errors.ts';
import { parseJsonText } from '../../../base/json-text.ts';
import { count, noFaults, object, oneOf, REFUSED, text } from '../../../base/parse.ts';
import { headOf, readLedger } from '../../../share/ledger/reader.ts';
import { fillPostgres, isPostgres, openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { hubLedger } from '../ledger/record.ts';

const DATABASE = 'hub.sqlite';

/** Whether a folder holds a hub; what a database holds is seen when it is opened. */
export const mayHoldHub = (location: string): boolean =>
  isPostgres(location) || existsSync(join(location, DATABASE));
const MANIFEST = 'backup.json';
const KIND = 'stillwatch-hub-backup';

export interface Manifest {
  readonly kind: typeof KIND;
  readonly version: 1;
  /** Epoch milliseconds. */
  readonly made: number;
  readonly sha256: string;
  readonly contents: Contents;
}

/** What two databases must have in common to be the same hub. */
export interface Contents {
  readonly versions: number;
  readonly members: number;
  readonly lastEvent: number;
  readonly ledgerSize: number;
  readonly ledgerRoot: string;
}

const manifestParser = object<Manifest>({
  kind: oneOf([KIND]),
  version: oneOf([1]),
  made: count,
  sha256: text(64),
  contents: object<Contents>({
    versions: count,
    members: count,
    lastEvent: count,
    ledgerSize: count,
    ledgerRoot: text(64),
  }),
});

const damaged = (why: string): StillwatchError =>
  new StillwatchError(
    'BACKUP_DAMAGED',
    `The backup ${why}`,
    'Use another one: nothing was restored from this.',
  );

/** @throws the codes of a damaged ledger: its files are checked against its signature. */
export const contentsOf = async (store: Store): Promise<Contents> => {
  await hubLedger(store);
  const { size, root } = headOf(await readLedger(store.ledger.read).checkpoint());
  return {
    versions: (await store.counts()).reduce((sum, { versions }) => sum + versions, 0),
    members: (await store.records.list('member')).length,
    lastEvent: await store.events.last(),
    ledgerSize: size,
    ledgerRoot: Buffer.from(root).toString('base64'),
  };
};

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

const inspect = async (folder: string): Promise<Contents> => {
  const store = await openStore(folder);
  try {
    return await contentsOf(store);
  } finally {
    await store.close();
  }
};

/**
 * Copies a hub while it runs, then opens the copy to see that it is whole.
 *
 * @throws StillwatchError `OUTPUT_UNWRITABLE` for a folder that holds one already.
 */
export const backUp = async (store: Store, folder: string, now: number): Promise<Manifest> => {
  if (existsSync(join(folder, MANIFEST)) || existsSync(join(folder, DATABASE)))
    throw new StillwatchError(
      'OUTPUT_UNWRITABLE',
      `${folder} holds a backup or a hub already`,
      'Name a new folder.',
    );
  await store.backup(folder);
  const contents = await inspect(folder);
  const sha256 = await digestOf(join(folder, DATABASE));
  const manifest: Manifest = { kind: KIND, version: 1, made: now, sha256, contents };
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`, {
    mode: 0o600,
  });
  return manifest;
};

const readManifest = async (folder: string): Promise<Manifest> => {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(folder, MANIFEST));
  } catch (cause) {
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `${folder} is no backup: ${(cause as Error).message}`,
      'Name the folder that `stillwatch hub backup` has made.',
      { cause },
    );
  }
  const { value, fault } = parseJsonText(bytes, { maxBytes: 64 << 10, maxDepth: 8 });
  const parsed = fault ? REFUSED : manifestParser(value, '', noFaults());
  if (parsed === REFUSED) throw damaged('has no manifest that can be read');
  return parsed;
};

/** The manifest of a backup whose database is the one that it names. */
const checkedManifest = async (folder: string): Promise<Manifest> => {
  const manifest = await readManifest(folder);
  const source = join(folder, DATABASE);
  if (!existsSync(source) || (await digestOf(source)) !== manifest.sha256)
    throw damaged('does not hold the database that its manifest names');
  return manifest;
};
const OTHER = 'opens with other contents than its manifest says';

const restorePostgres = async (folder: string, database: string): Promise<Manifest> => {
  const manifest = await checkedManifest(folder);
  // Read from a copy: a database that is opened may be written to, and the backup must stay as it is.
  const scratch = await mkdtemp(join(tmpdir(), 'stillwatch-restore-'));
  try {
    await copyFile(join(folder, DATABASE), join(scratch, DATABASE));
    await fillPostgres(database, scratch, async (filled) => {
      const found = await contentsOf(filled);
      if (JSON.stringify(found) !== JSON.stringify(manifest.contents)) throw damaged(OTHER);
    });
    return manifest;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

/**
 * Makes a hub of a backup, in a folder that has none or in an empty PostgreSQL database.
 *
 * @throws StillwatchError `INPUT_UNREADABLE`, `BACKUP_DAMAGED`, `OUTPUT_UNWRITABLE`.
 */
export const restore = async (folder: string, data: string): Promise<Manifest> => {
  if (isPostgres(data)) return restorePostgres(folder, data);
  const target = join(data, DATABASE);
  if (existsSync(target))
    throw new StillwatchError(
      'OUTPUT_UNWRITABLE',
      `${data} holds a hub already`,
      'Name a new folder; nothing is overwritten.',
    );
  const manifest = await checkedManifest(folder);
  await mkdir(data, { recursive: true, mode: 0o700 });
  await copyFile(join(folder, DATABASE), target);
  await chmod(target, 0o600);
  const found = await inspect(data);
  if (JSON.stringify(found) === JSON.stringify(manifest.contents)) return manifest;
  for (const suffix of ['', '-wal', '-shm']) await rm(`${target}${suffix}`, { force: true });
  throw damaged(OTHER);
};
