/** A page of the texts of objects: what most requests ask for, with as little done to each as can be. */
import type { Driver, Queries } from './driver.ts';
import { selectionSql, windowSql } from './selection-sql.ts';
import type { Selection, TextPage } from './store.ts';
import { newest } from './versions-read.ts';

const together = async (
  queries: Queries,
  selection: Selection,
  limit: number,
): Promise<TextPage> => {
  const sql = selectionSql(selection, 'text and newest', limit + 1);
  const rows = sql === undefined ? [] : await queries.all(sql.text, sql.params);
  const page = rows.slice(0, limit);
  return {
    count: page.length,
    first: Number(page[0]?.added ?? 0),
    last: Number(page.at(-1)?.added ?? 0),
    text: page.map(({ body }) => body).join(','),
    more: rows.length > limit,
    newestAudience: rows[0] === undefined ? await newest(queries) : Number(rows[0].newest),
  };
};

export const readTexts = async (
  driver: Driver,
  selection: Selection,
  limit: number,
): Promise<TextPage> => {
  const { texts } = driver;
  const sql = selectionSql(selection, 'text', limit);
  if (texts === undefined || sql === undefined) return together(driver, selection, limit);
  const window = windowSql(selection, 'text', limit);
  const quick = window && (await texts(window.text, window.params));
  const { count, first, last, newest, text } =
    quick?.count === limit ? quick : await texts(sql.text, sql.params);
  // What comes after is looked for in the index alone. It may have come a moment after the page: the
  // client asks for it all the same.
  const rest = count < limit ? undefined : selectionSql({ ...selection, after: last! }, 'none', 1);
  return {
    count,
    first: first ?? 0,
    last: last ?? 0,
    text: text ?? '',
    more: rest !== undefined && (await driver.all(rest.text, rest.params)).length > 0,
    newestAudience: newest ?? 0,
  };
};
