/** Reading versions of objects: only ever for the audiences that the reader belongs to. */
import type { Queries, SqlRow } from './driver.ts';
import { selectionSql } from './selection-sql.ts';
import type { Page, Selection, Store, VersionRow } from './store.ts';

const rowOf = (row: SqlRow): VersionRow => ({
  added: Number(row.added),
  id: String(row.id),
  type: String(row.type),
  version: String(row.version),
  specVersion: String(row.spec),
  mediaType: String(row.media_type),
  audience: Number(row.audience),
  body: String(row.body),
});

export const newest = async (queries: Queries): Promise<number> => {
  const rows = await queries.all('SELECT max(id) AS newest FROM audiences');
  return Number(rows[0]?.newest ?? 0);
};

export const readPage = async (
  queries: Queries,
  selection: Selection,
  limit: number,
): Promise<Page> => {
  const sql = selectionSql(selection, selection.withoutBody ? 'names' : 'all', limit + 1);
  const rows = sql === undefined ? [] : await queries.all(sql.text, sql.params);
  return {
    rows: rows.slice(0, limit).map(rowOf),
    more: rows.length > limit,
    // With rows it is of the same moment as they are. Without, a later moment is as good: nothing
    // was passed over.
    newestAudience: rows[0] === undefined ? await newest(queries) : Number(rows[0].newest),
  };
};

export const readExists: (queries: Queries) => Store['exists'] =
  (queries) => async (collection, id, audiences) => {
    const rows =
      audiences.length === 0
        ? []
        : await queries.all(
            `SELECT 1 AS one FROM versions WHERE collection = ? AND id = ? AND +audience IN (${audiences.join(',')}) LIMIT 1`,
            [collection, id],
          );
    return { exists: rows.length > 0, newestAudience: await newest(queries) };
  };

export const readAudiences: (queries: Queries) => Store['audiences'] =
  (queries) =>
  async (after = 0) => {
    const rows = await queries.all('SELECT id, label FROM audiences WHERE id > ? ORDER BY id', [
      after,
    ]);
    return rows.map(({ id, label }) => ({ id: Number(id), label: String(label) }));
  };

export const readCounts: (queries: Queries) => Store['counts'] = (queries) => async () => {
  const rows = await queries.all(
    'SELECT collection, count(*) AS versions FROM versions GROUP BY collection ORDER BY collection',
  );
  return rows.map(({ collection, versions }) => ({
    collection: Number(collection),
    versions: Number(versions),
  }));
};
