/** PostgreSQL by connection string: several hub processes on one database work as one. */
import pg from 'pg';
import { copyTables } from './copy-tables.ts';
import type { Channel, Driver, Queries, SqlRow } from './driver.ts';
import { codedPostgres, unreachable } from './faults.ts';
import { migrate } from './migrations.ts';
import { openSqlite } from './sqlite.ts';

/** Names the one write transaction of all processes; "stillwat" in ASCII. */
const WRITER_LOCK = '8319395793566789'; // below 2^53, so that every client reads the same number
const STATEMENT_NAMES = 500;
const RECONNECT_MS = 1000;

// Counters and microseconds since 1970 are below 2^53; as text they would not compare.
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((text: string) => unknown) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
};

const numbered = new Map<string, { readonly name: string; readonly text: string }>();
/** `?` becomes `$1`, `$2`, …; texts that come again are prepared once for each connection. */
const statementOf = (sql: string): { readonly name?: string; readonly text: string } => {
  const known = numbered.get(sql);
  if (known !== undefined) return known;
  let n = 0;
  const text = sql.replace(/\?/g, () => `$${++n}`);
  if (numbered.size >= STATEMENT_NAMES) return { text };
  const made = { name: `s${numbered.size}`, text };
  numbered.set(sql, made);
  return made;
};

const ignore = (): void => undefined;

const queriesOf = (client: pg.Pool | pg.PoolClient): Queries => ({
  all: async (sql, params = []) => {
    const result = await client.query<SqlRow>({ ...statementOf(sql), values: [...params] });
    return result.rows;
  },
  run: async (sql, params = []) => {
    const result = await client.query({ ...statementOf(sql), values: [...params] });
    return result.rowCount ?? 0;
  },
  insert: async (table, columns, rows) => {
    if (rows.length === 0) return;
    const names = columns.map(({ name }) => name).join(', ');
    const lists = columns.map(({ type }) => `?::${type}[]`).join(', ');
    // Numbers that are counted up by themselves are only given when a database is copied.
    const sql = `INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM unnest(${lists}) WITH ORDINALITY AS t(${names}, place) ORDER BY place`;
    const values = columns.map((_, i) => rows.map((row) => row[i] ?? null));
    await client.query({ ...statementOf(sql), values });
  },
});

/** Keeps one connection that only listens, and makes a new one when it breaks. */
const listenOn = (
  connection: string,
  heard: (channel: Channel) => void,
): { readonly ready: Promise<void>; readonly close: () => Promise<void> } => {
  let client: pg.Client | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    const made = new pg.Client({
      connectionString: connection,
      application_name: 'stillwatch-ear',
    });
    const again = (): void => {
      if (closed || client !== made) return;
      client = undefined;
      timer = setTimeout(() => void connect().catch(() => again()), RECONNECT_MS);
    };
    client = made;
    made.on('error', again);
    made.on('end', again);
    made.on('notification', ({ channel }) => {
      if (channel === 'stillwatch_events') heard('events');
      if (channel === 'stillwatch_records') heard('records');
    });
    try {
      await made.connect();
      await made.query('LISTEN stillwatch_events');
      await made.query('LISTEN stillwatch_records');
    } catch (error) {
      again();
      throw error;
    }
    // Whatever was said while nobody listened.
    heard('events');
    heard('records');
  };
  return {
    ready: connect(),
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
};

/** @throws StillwatchError `STORE_UNREACHABLE` when the database does not answer. */
export const openPostgres = async (connection: string): Promise<Driver> => {
  const pool = new pg.Pool({
    connectionString: connection,
    max: 8,
    types,
    application_name: 'stillwatch',
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks while idle is replaced by the pool; unheard, the event would end us.
  pool.on('error', () => undefined);
  const listeners: Record<Channel, (() => void)[]> = { events: [], records: [] };
  let revision = 0;
  /** Whether the transaction that is under way has changed records. */
  let ownRecords = false;
  const ear = listenOn(connection, (channel) => {
    if (channel === 'records') revision += 1;
    for (const listener of listeners[channel]) listener();
  });
  try {
    await Promise.all([pool.query('SELECT 1'), ear.ready]);
  } catch (error) {
    await ear.close();
    await pool.end();
    throw unreachable(error);
  }
  const reads = queriesOf(pool);
  return {
    ...reads,
    all: (sql, params) =>
      reads.all(sql, params).catch((error: unknown) => {
        throw codedPostgres(error);
      }),
    coded: codedPostgres,
    engine: 'postgres',
    serial: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    inTexts: (column) => `${column} IN (SELECT jsonb_array_elements_text(?::jsonb))`,
    notify: async (queries, channel) => {
      if (channel === 'records') ownRecords = true;
      await queries.all(`SELECT pg_notify('stillwatch_${channel}', '')`);
    },
    listen: (channel, listener) => {
      listeners[channel].push(listener);
    },
    transaction: async (work) => {
      const client = await pool.connect();
      // Whoever asks is told; unheard, a connection that breaks meanwhile would end the process.
      client.on('error', ignore);
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        // Held until the commit: numbers are given out in the order in which others see them.
        await client.query(`SELECT pg_advisory_xact_lock(${WRITER_LOCK})`);
        const result = await work(queriesOf(client));
        await client.query('COMMIT');
        // What this process has written it sees at once, and not when the word of it comes back.
        if (ownRecords) revision += 1;
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((failure: Error) => {
          broken = failure;
        });
        throw error;
      } finally {
        ownRecords = false;
        client.off('error', ignore);
        client.release(broken);
      }
    },
    revision: () => revision,
    // Word of a commit comes after it, and not at all while the connection that listens is broken.
    commits: undefined,
    texts: undefined,
    backup: async (target) => {
      const client = await pool.connect();
      // Whoever asks is told; unheard, a connection that breaks meanwhile would end the process.
      client.on('error', ignore);
      let broken: Error | undefined;
      try {
        // Every statement sees the database as it was at the first, whatever is written meanwhile.
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const copy = openSqlite(target);
        try {
          await migrate(copy);
          await copyTables(queriesOf(client), copy);
        } finally {
          await copy.close();
        }
      } finally {
        await client.query('ROLLBACK').catch((failure: Error) => {
          broken = failure;
        });
        client.off('error', ignore);
        client.release(broken);
      }
    },
    close: async () => {
      await ear.close();
      await pool.end();
    },
  };
};
