/** A ledger in a folder that any static file server can serve: one process writes, anybody reads. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCheckpoint } from './checkpoint.ts';
import { parseNote } from './note.ts';
import { conflict, type LedgerFile, type LedgerStorage } from './storage.ts';
import { CHECKPOINT_PATH, parseTilePath } from './tile.ts';

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Written beside, made durable, then renamed: a reader sees the old file or the new one, whole. */
const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.tmp`;
  const handle = await open(beside, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, path);
};

/** Only names that a log has: a path from outside never leaves the folder. */
const isOurs = (path: string): boolean =>
  path === CHECKPOINT_PATH || parseTilePath(path) !== undefined;

/** Opens a folder, which is made when it is missing. Never let two processes write to the same one. */
export const folderStorage = (folder: string): LedgerStorage => {
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    if (!isOurs(path)) return undefined;
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const storedSize = async (): Promise<number> => {
    const note = await read(CHECKPOINT_PATH);
    return note === undefined ? 0 : parseCheckpoint(parseNote(note.toString()).text).size;
  };
  const store = async (files: readonly LedgerFile[]): Promise<void> => {
    for (const { path, bytes } of files) await writeWhole(join(folder, path), bytes);
    for (const parent of new Set(files.map(({ path }) => dirname(join(folder, path)))))
      await syncFolder(parent);
  };
  return {
    read,
    commit: async ({ from, files, obsolete }) => {
      const size = await storedSize();
      if (size !== from) throw conflict(from, size);
      await mkdir(folder, { recursive: true });
      // The checkpoint alone makes the rest count, so a crash before it loses nothing and adds nothing.
      await store(files.filter(({ path }) => path !== CHECKPOINT_PATH));
      await store(files.filter(({ path }) => path === CHECKPOINT_PATH));
      for (const prefix of obsolete)
        await rm(join(folder, prefix), { recursive: true, force: true });
    },
  };
};

/** Every path of a log below a folder, for copying and for tests. */
export const ledgerPaths = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true }))
    .map((path) => path.replaceAll('\\', '/'))
    .filter(isOurs)
    .sort();
