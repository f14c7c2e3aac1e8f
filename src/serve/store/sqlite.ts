/** SQLite as built into Node: one folder, one writer, readers that never wait for it (WAL). */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite';
import { StillwatchError } from '../../base/errors.ts';
import { codedSqlite } from './faults.ts';
import type { Channel, Driver, Queries, SqlRow, SqlValue, TextRange } from './driver.ts';

const FILE = 'hub.sqlite';
/** Prepared statements that are kept; more texts than this only happen with unusual filters. */
const STATEMENTS = 500;
const BUSY_MS = 10_000;
const REVISION_MS = 1;

const open = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  database.exec('PRAGMA journal_mode = WAL');
  // FULL: the log is on the disk before a commit returns. NORMAL may lose commits with the machine.
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA cache_size = -65536');
  database.exec('PRAGMA mmap_size = 2147483648');
  database.exec('PRAGMA temp_store = MEMORY');
  return database;
};

const queriesOf = (
  database: DatabaseSync,
): Queries & { readonly texts: NonNullable<Driver['texts']> } => {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    if (statements.size >= STATEMENTS) statements.delete(statements.keys().next().value!);
    // A bare parameter as limit is weighed by the planner: SQLite would plan anew at each new value.
    const made = database.prepare(sql.replaceAll('LIMIT ?', 'LIMIT (? + 0)'));
    statements.set(sql, made);
    return made;
  };
  return {
    all: async (sql, params = []) => prepare(sql).all(...params) as unknown as readonly SqlRow[],
    run: async (sql, params = []) => Number(prepare(sql).run(...params).changes),
    insert: async (table, columns, rows) => {
      const names = columns.map(({ name }) => name).join(', ');
      const marks = columns.map(() => '?').join(', ');
      const statement = prepare(`INSERT INTO ${table} (${names}) VALUES (${marks})`);
      for (const row of rows) statement.run(...(row as SqlValue[]));
    },
    texts: async (sql, params) => {
      const row = prepare(
        // Rows of the inner query come in its order, and are put together in the order in which they come.
        `SELECT count(*) AS count, min(added) AS first, max(added) AS last,
          (SELECT max(id) FROM audiences) AS newest, group_concat(body) AS text FROM (${sql})`,
      ).get(...params);
      return row as unknown as TextRange;
    },
  };
};

/**
 * Opens the database of a folder, and makes both when they are missing.
 *
 * @throws StillwatchError `STORE_UNREACHABLE` when the folder cannot be used.
 */
export const openSqlite = (folder: string): Driver => {
  let writer: DatabaseSync;
  let reader: DatabaseSync;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, FILE);
    const fresh = !existsSync(path);
    writer = open(path);
    // Digests of tokens, passwords and the server's secret are in there.
    if (fresh) chmodSync(path, 0o600);
    reader = open(path);
  } catch (error) {
    throw new StillwatchError(
      'STORE_UNREACHABLE',
      `The database in ${folder} cannot be opened: ${(error as Error).message}`,
      'Name a folder that can be written, on a local disk.',
      { cause: error },
    );
  }
  const reads = queriesOf(reader);
  const writes = queriesOf(writer);
  const listeners: Record<Channel, (() => void)[]> = { events: [], records: [] };
  let pending = new Set<Channel>();
  const version = reader.prepare('PRAGMA data_version');
  let revision = 0;
  let askAgain = 0;
  const revisionOf = (): number => {
    // Asked for with every request. What another process changed may be seen this much later.
    const now = performance.now();
    if (now < askAgain) return revision;
    askAgain = now + REVISION_MS;
    // Changes with every commit on another connection: ours that writes, or another process.
    revision = Number((version.get() as { data_version: number }).data_version);
    return revision;
  };
  return {
    ...reads,
    coded: codedSqlite,
    engine: 'sqlite',
    serial: 'INTEGER PRIMARY KEY AUTOINCREMENT',
    inTexts: (column) => `${column} IN (SELECT value FROM json_each(?))`,
    notify: async (_queries, channel) => {
      pending.add(channel);
    },
    listen: (channel, listener) => {
      listeners[channel].push(listener);
    },
    transaction: async (work) => {
      writer.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(writes);
        writer.exec('COMMIT');
        askAgain = 0;
        for (const channel of pending) for (const listener of listeners[channel]) listener();
        return result;
      } catch (error) {
        if (writer.isTransaction) writer.exec('ROLLBACK');
        throw error;
      } finally {
        pending = new Set();
      }
    },
    revision: revisionOf,
    commits: revisionOf,
    backup: async (target) => {
      mkdirSync(target, { recursive: true, mode: 0o700 });
      await backup(reader, join(target, FILE));
      chmodSync(join(target, FILE), 0o600);
    },
    close: async () => {
      reader.close();
      writer.close();
    },
  };
};
