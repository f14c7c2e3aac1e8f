/** The tables, as steps that are never edited once released: a database knows how many it has taken. */
import { StillwatchError } from '../../base/errors.ts';
import type { Driver } from './driver.ts';

/** `BIGINT` is any integer to SQLite; `COLLATE "C"` is the order of bytes in PostgreSQL, as SQLite has it. */
const steps = ({ serial, engine }: Driver): readonly (readonly string[])[] => {
  const text = engine === 'postgres' ? 'TEXT COLLATE "C"' : 'TEXT';
  return [
    [
      `CREATE TABLE records (kind ${text} NOT NULL, id ${text} NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id))`,
      // Last date_added that was given out; never goes back, whatever is deleted.
      'CREATE TABLE clocks (collection BIGINT PRIMARY KEY, last_added BIGINT NOT NULL)',
      `CREATE TABLE audiences (id ${serial}, label ${text} NOT NULL UNIQUE)`,
      `CREATE TABLE versions (
        n ${serial},
        collection BIGINT NOT NULL,
        added BIGINT NOT NULL,
        id ${text} NOT NULL,
        type ${text} NOT NULL,
        version ${text} NOT NULL,
        version_key ${text} NOT NULL,
        spec ${text} NOT NULL,
        media_type ${text} NOT NULL,
        audience BIGINT NOT NULL,
        shadowed BIGINT NOT NULL,
        spread BIGINT NOT NULL,
        origin ${text},
        body TEXT NOT NULL)`,
      'CREATE UNIQUE INDEX versions_added ON versions (collection, added)',
      'CREATE INDEX versions_page ON versions (collection, audience, shadowed, added)',
      'CREATE INDEX versions_type ON versions (collection, audience, type, shadowed, added)',
      'CREATE INDEX versions_id ON versions (collection, id)',
      `CREATE TABLE events (
        seq ${serial},
        at BIGINT NOT NULL,
        kind ${text} NOT NULL,
        collection BIGINT,
        audience BIGINT,
        body TEXT NOT NULL)`,
      `CREATE TABLE ledger_files (path ${text} PRIMARY KEY, bytes TEXT NOT NULL)`,
    ],
  ];
};

/** @throws StillwatchError `STORE_TOO_NEW` when a later version of Stillwatch has changed the tables. */
export const migrate = async (driver: Driver): Promise<void> => {
  await driver.transaction(async (queries) => {
    await queries.run('CREATE TABLE IF NOT EXISTS migrations (step BIGINT PRIMARY KEY)');
    const rows = await queries.all('SELECT max(step) AS step FROM migrations');
    const taken = Number(rows[0]?.step ?? 0);
    const all = steps(driver);
    if (taken > all.length)
      throw new StillwatchError(
        'STORE_TOO_NEW',
        `The database has taken ${taken} steps of migration and this version knows ${all.length}`,
        'Run the version of Stillwatch that made it, or a later one.',
      );
    for (const [i, step] of all.entries()) {
      if (i < taken) continue;
      for (const sql of step) await queries.run(sql);
      await queries.run('INSERT INTO migrations (step) VALUES (?)', [i + 1]);
    }
  });
};
