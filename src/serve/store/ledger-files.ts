/** The files of the transparency log, in the database, so that an entry commits with what it speaks of. */
import { conflict, type LedgerStorage } from '../../share/ledger/storage.ts';
import type { Queries } from './driver.ts';

/** A row that is no file: how many entries are stored. */
const SIZE = ' size';

const readText = async (queries: Queries, path: string): Promise<string | undefined> => {
  const rows = await queries.all('SELECT bytes FROM ledger_files WHERE path = ?', [path]);
  return rows[0] === undefined ? undefined : String(rows[0].bytes);
};
const put = async (queries: Queries, path: string, bytes: string): Promise<void> => {
  await queries.run(
    'INSERT INTO ledger_files (path, bytes) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes',
    [path, bytes],
  );
};

/** `within` runs a commit alone: inside the transaction that is under way, or in one of its own. */
export const ledgerFiles = (
  reads: Queries,
  within: <T>(work: (queries: Queries) => Promise<T>) => Promise<T>,
): LedgerStorage => ({
  read: async (path) => {
    const text = await readText(reads, path);
    return text === undefined ? undefined : Buffer.from(text, 'base64');
  },
  commit: (commit) =>
    within(async (queries) => {
      const size = Number((await readText(queries, SIZE)) ?? 0);
      if (size !== commit.from) throw conflict(commit.from, size);
      for (const { path, bytes } of commit.files)
        await put(queries, path, Buffer.from(bytes).toString('base64'));
      for (const prefix of commit.obsolete)
        await queries.run('DELETE FROM ledger_files WHERE path >= ? AND path < ?', [
          prefix,
          `${prefix}\u{10ffff}`,
        ]);
      await put(queries, SIZE, String(commit.size));
    }),
});
