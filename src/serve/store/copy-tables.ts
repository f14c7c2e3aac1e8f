/** A database copied into another one, of either engine: the same rows under the same numbers. */
import type { Column, Driver, Queries, SqlRow } from './driver.ts';

interface Table {
  readonly name: string;
  /** The primary key comes first: rows are read in its order. */
  readonly columns: readonly Column[];
  readonly keys: number;
  /** Whether the engine counts the key up by itself. */
  readonly counted: boolean;
}

const table = (
  name: string,
  keys: number,
  counted: boolean,
  ...columns: readonly string[]
): Table => ({
  name,
  keys,
  counted,
  columns: columns.map((text) => {
    const [column = '', type] = text.split(':');
    return { name: column, type: type === 'n' ? 'bigint' : 'text' };
  }),
});

/** All tables of `migrations.ts`, whose list of taken steps is the target's own. */
const TABLES: readonly Table[] = [
  table('records', 2, false, 'kind', 'id', 'body'),
  table('clocks', 1, false, 'collection:n', 'last_added:n'),
  table('audiences', 1, true, 'id:n', 'label'),
  table(
    'versions',
    1,
    true,
    ...['n:n', 'collection:n', 'added:n', 'id', 'type', 'version', 'version_key', 'spec'],
    ...['media_type', 'audience:n', 'shadowed:n', 'spread:n', 'origin', 'body'],
  ),
  table('events', 1, true, 'seq:n', 'at:n', 'kind', 'collection:n', 'audience:n', 'body'),
  table('ledger_files', 1, false, 'path', 'bytes'),
];

/** Rows that are in memory at one time. */
const AT_ONCE = 500;

async function* batches(from: Queries, { name, columns, keys }: Table) {
  const names = columns.map((column) => column.name);
  const key = names.slice(0, keys).join(', ');
  const marks = Array(keys).fill('?').join(', ');
  let last: SqlRow | undefined;
  for (;;) {
    const after = last;
    const rows = await from.all(
      `SELECT ${names.join(', ')} FROM ${name} ${after === undefined ? '' : `WHERE (${key}) > (${marks})`} ORDER BY ${key} LIMIT ${AT_ONCE}`,
      after === undefined ? [] : names.slice(0, keys).map((one) => after[one] ?? null),
    );
    if (rows.length > 0) yield rows.map((row) => names.map((one) => row[one] ?? null));
    if (rows.length < AT_ONCE) return;
    last = rows.at(-1);
  }
}

export const isEmpty = async (queries: Queries): Promise<boolean> => {
  for (const { name } of TABLES)
    if ((await queries.all(`SELECT 1 AS one FROM ${name} LIMIT 1`)).length > 0) return false;
  return true;
};

/** @param from of one moment: a transaction, or a database that nobody writes to */
export const copyTables = (from: Queries, to: Driver): Promise<void> =>
  to.transaction(async (queries) => {
    for (const one of TABLES) {
      for await (const rows of batches(from, one))
        await queries.insert(one.name, one.columns, rows);
      if (one.counted && to.engine === 'postgres') {
        const key = one.columns[0]!.name;
        await queries.all(
          `SELECT setval(pg_get_serial_sequence('${one.name}', '${key}'), max(${key})) FROM ${one.name} HAVING max(${key}) IS NOT NULL`,
        );
      }
    }
  });

export const emptyTables = (driver: Driver): Promise<void> =>
  driver.transaction(async (queries) => {
    for (const { name } of TABLES) await queries.run(`DELETE FROM ${name}`);
  });
