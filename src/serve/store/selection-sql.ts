/** A selection as SQL that both engines read: index ranges in the order of `added`, merged. */
import { StillwatchError } from '../../base/errors.ts';
import type { SqlValue } from './driver.ts';
import type { Selection } from './store.ts';

/** Index ranges that one statement may merge (SQLite takes 500 parts in a compound SELECT). */
const MOST_RANGES = 400;

export interface Sql {
  readonly text: string;
  readonly params: readonly SqlValue[];
}

const whole = (numbers: readonly number[]): string =>
  numbers.length > 0 ? numbers.map((n) => Math.trunc(n)).join(',') : 'NULL';
const marks = (values: readonly unknown[]): string => values.map(() => '?').join(',');

// A `+` before a column keeps the planner from its indexes: without counts of rows it takes the index on
// audiences or on `added` for as good as the one on ids, and looks at a whole collection for one object.

/** Another version of the same object that the same reader sees, and that is `than` this one. */
const other = (selection: Selection, than: string, params: SqlValue[]): string => {
  const specs = selection.specVersions;
  if (specs !== undefined) params.push(...specs);
  return `EXISTS (SELECT 1 FROM versions w WHERE w.collection = v.collection AND w.id = v.id
    AND +w.audience IN (${whole(selection.audiences)})
    ${specs === undefined ? '' : `AND w.spec IN (${marks(specs)})`} AND ${than})`;
};

/**
 * TAXII 2.1, section 3.4: `match[version]` and `match[spec_version]`, for what this reader sees: an
 * object whose last version is hidden ends, for this reader, with the version before it.
 */
const conditions = (selection: Selection, params: SqlValue[]): string[] => {
  const { versions, specVersions: specs } = selection;
  const all: string[] = [];
  // Without match[spec_version], "the latest specification version" goes before the latest version.
  const place = specs === undefined ? 'spec, %.version_key, %.added' : 'version_key, %.added';
  const tuple = (row: string): string => `(${row}.${place.replaceAll('%', row)})`;
  if (specs !== undefined) {
    all.push(`v.spec IN (${marks(specs)})`);
    params.push(...specs);
  } else if (!(versions.length === 1 && versions[0] === 'last')) {
    all.push(`NOT ${other(selection, 'w.spec > v.spec', params)}`);
  }
  if (versions.includes('all')) return all;
  const either: string[] = [];
  for (const version of versions) {
    if (version === 'last') {
      either.push(`NOT ${other(selection, `${tuple('w')} > ${tuple('v')}`, params)}`);
    } else if (version === 'first') {
      const sameSpec = specs === undefined ? 'w.spec = v.spec AND ' : '';
      either.push(
        `NOT ${other(selection, `${sameSpec}(w.version_key, w.added) < (v.version_key, v.added)`, params)}`,
      );
    } else if (version !== 'all') {
      either.push('v.version_key = ?');
      params.push(version.key);
    }
  }
  all.push(`(${either.join(' OR ')})`);
  return all;
};

/** The last version of everything: what every ordinary poll asks for, and what the flags are for. */
const isPlain = ({ versions, specVersions }: Selection): boolean =>
  specVersions === undefined && versions.length === 1 && versions[0] === 'last';

const NAMES = 'v.id, v.type, v.version, v.spec, v.media_type, v.audience';
const NEWEST = '(SELECT max(id) FROM audiences) AS newest';

/** Each column of each row is an object of its own to the engine: what is not needed is not asked for. */
const COLUMNS: { readonly [C in Columns]: string } = {
  all: `v.added, ${NAMES}, v.body, ${NEWEST}`,
  names: `v.added, ${NAMES}, '' AS body, ${NEWEST}`,
  'text and newest': `v.added, v.body, ${NEWEST}`,
  text: 'v.added, v.body',
  none: 'v.added',
};
export type Columns = 'all' | 'names' | 'text and newest' | 'text' | 'none';

/** By id there are few rows, and the index on ids finds them. */
const byId = (selection: Selection, columns: Columns, limit: number): Sql => {
  const params: SqlValue[] = [selection.collection, ...selection.ids!, selection.after];
  const where = [
    'v.collection = ?',
    `v.id IN (${marks(selection.ids!)})`,
    '+v.added > ?',
    `+v.audience IN (${whole(selection.audiences)})`,
  ];
  if (selection.types !== undefined) {
    where.push(`v.type IN (${marks(selection.types)})`);
    params.push(...selection.types);
  }
  where.push(...conditions(selection, params));
  params.push(limit);
  return {
    text: `SELECT ${COLUMNS[columns]} FROM versions v WHERE ${where.join(' AND ')} ORDER BY +v.added LIMIT ?`,
    params,
  };
};

/**
 * One range of the index for each audience (and type): each is read from its start and cut at the
 * limit, so a page costs the same wherever it begins and however much is hidden between its objects.
 *
 * @throws StillwatchError `STORE_TOO_MANY_RANGES`.
 */
const byRanges = (selection: Selection, columns: Columns, limit: number): Sql => {
  const plain = isPlain(selection);
  const types: readonly (string | undefined)[] = selection.types ?? [undefined];
  const flags = plain ? [0] : [0, 1];
  const ranges = selection.audiences.flatMap((audience) =>
    types.flatMap((type) => flags.map((shadowed) => ({ audience, type, shadowed }))),
  );
  if (ranges.length > MOST_RANGES)
    throw new StillwatchError(
      'STORE_TOO_MANY_RANGES',
      `The query needs ${ranges.length} ranges of the index and ${MOST_RANGES} can be merged`,
      'Ask for fewer types at once.',
    );
  const params: SqlValue[] = [];
  const parts = ranges.map(({ audience, type, shadowed }) => {
    params.push(selection.collection, audience);
    const where = ['v.collection = ?', 'v.audience = ?'];
    if (type !== undefined) {
      where.push('v.type = ?');
      params.push(type);
    }
    where.push(`v.shadowed = ${shadowed}`, 'v.added > ?');
    params.push(selection.after);
    if (!plain) where.push(...conditions(selection, params));
    // Within one audience `shadowed` has said it all. Only an object that is in several needs a look.
    else if (selection.audiences.length > 1)
      where.push(`(v.spread = 0 OR ${conditions(selection, params).join(' AND ')})`);
    params.push(limit);
    return `SELECT v.n, v.added FROM versions v WHERE ${where.join(' AND ')} ORDER BY v.added LIMIT ?`;
  });
  if (parts.length === 1)
    return { text: parts[0]!.replace('v.n, v.added', COLUMNS[columns]), params };
  const merged = parts.map((part) => `SELECT * FROM (${part}) AS r`).join(' UNION ALL ');
  params.push(limit);
  return {
    text: `SELECT ${COLUMNS[columns]} FROM (${merged} ORDER BY added LIMIT ?) AS m JOIN versions v ON v.n = m.n ORDER BY v.added`,
    params,
  };
};

/** Rows of a window for each that is wanted: as many may be hidden before the merge of ranges is cheaper. */
const WINDOW = 2;

/**
 * The next rows of the collection, whoever may see them, and of those what the reader sees: one range
 * instead of many. When it gives as many as were asked for they are the right ones; when it gives fewer,
 * nothing follows from it. Undefined where the ranges are no slower.
 */
export const windowSql = (
  selection: Selection,
  columns: Columns,
  limit: number,
): Sql | undefined => {
  const { collection, audiences, after, ids, types } = selection;
  if (audiences.length < 2 || ids !== undefined || types !== undefined || !isPlain(selection))
    return undefined;
  const params: SqlValue[] = [collection, after, limit * WINDOW];
  const last = conditions(selection, params).join(' AND ');
  params.push(limit);
  return {
    text: `SELECT ${COLUMNS[columns]} FROM (SELECT v.* FROM versions v WHERE v.collection = ? AND v.added > ? ORDER BY v.added LIMIT ?) AS v
      WHERE v.audience IN (${whole(audiences)}) AND v.shadowed = 0 AND (v.spread = 0 OR ${last}) ORDER BY v.added LIMIT ?`,
    params,
  };
};

/** Undefined when there can be no row. */
export const selectionSql = (
  selection: Selection,
  columns: Columns,
  limit: number,
): Sql | undefined => {
  if (selection.audiences.length === 0 || selection.versions.length === 0) return undefined;
  if (selection.ids !== undefined)
    return selection.ids.length > 0 ? byId(selection, columns, limit) : undefined;
  return selection.types?.length === 0 ? undefined : byRanges(selection, columns, limit);
};
