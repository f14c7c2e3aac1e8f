/** Pages of objects, manifests and versions: one way for all, so that what is hidden is hidden everywhere. */
import { setImmediate } from 'node:timers/promises';
import type { Collection } from '../../store/records.ts';
import type { Selection, VersionRow } from '../../store/store.ts';
import { microsText } from '../../store/version-key.ts';
import { notFound } from '../http/refusal.ts';
import type { Call, Reply } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { type FilterSet, type Filters, parseFilters } from './filters.ts';
import { nextToken, positionOf } from './next-token.ts';
import { readable, viewerOf } from './place.ts';
import type { ObjectTest } from './property-filters.ts';

/** Rows that are looked at in one go when their text has to be tested. */
const SLICE = 500;
/** Rows that one request looks at: past them the page ends, and the client asks on. */
const MOST_LOOKED_AT = 20_000;

interface Found {
  readonly rows: readonly VersionRow[];
  readonly more: boolean;
  /** Where the next page starts. */
  readonly last: number;
}

type Wanted = Omit<Selection, 'audiences'>;

const page = async (hub: Hub, call: Call, wanted: Wanted, limit: number): Promise<Found> => {
  const { rows, more } = await hub.visible.ask(viewerOf(call), (audiences) =>
    hub.store.page({ ...wanted, audiences }, limit),
  );
  return { rows, more, last: rows.at(-1)?.added ?? wanted.after };
};

/** A page of what passes every test; other requests are served between slices. */
const tested = async (
  hub: Hub,
  call: Call,
  wanted: Wanted,
  limit: number,
  tests: readonly ObjectTest[],
): Promise<Found> => {
  const rows: VersionRow[] = [];
  let last = wanted.after;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += SLICE) {
    const slice = await page(hub, call, { ...wanted, after: last }, SLICE);
    for (const row of slice.rows) {
      const object = JSON.parse(row.body);
      if (tests.every((test) => test(object))) {
        if (rows.length === limit) return { rows, more: true, last: rows.at(-1)!.added };
        rows.push(row);
      }
      last = row.added;
    }
    if (!slice.more) return { rows, more: false, last };
    await setImmediate();
  }
  return { rows, more: true, last };
};

/** 3.5: of the first and the last of what is answered, in microseconds. */
const dates = (rows: readonly VersionRow[]): Readonly<Record<string, string>> =>
  rows.length === 0
    ? {}
    : {
        'X-TAXII-Date-Added-First': microsText(rows[0]!.added),
        'X-TAXII-Date-Added-Last': microsText(rows.at(-1)!.added),
      };

/** An envelope of texts that are JSON already; empty is the empty object (3.7). */
const envelope = (name: string, found: Found, next: string, items: readonly string[]): Reply => {
  if (items.length === 0 && !found.more) return { status: 200, body: '{}' };
  const head = found.more ? `{"more":true,"next":"${next}"` : '{"more":false';
  return {
    status: 200,
    headers: dates(found.rows),
    body: `${head},"${name}":[${items.join(',')}]}`,
  };
};

interface Kind {
  readonly set: FilterSet;
  readonly name: 'objects' | 'versions';
  readonly bodies: boolean;
  readonly item: (row: VersionRow) => string;
}

const answer = async (
  hub: Hub,
  call: Call,
  collection: Collection,
  kind: Kind,
  filters: Filters,
): Promise<Reply> => {
  const { member } = viewerOf(call);
  const ids = call.params.object === undefined ? filters.selection.ids : [call.params.object];
  // What a page is of: endpoint, collection, reader and filters.
  const of = [
    kind.set,
    kind.name,
    kind.bodies,
    collection.id,
    call.params.object ?? '',
    member.id,
    filters.canonical,
  ].join('\n');
  const position = filters.next === undefined ? 0 : positionOf(hub.secrets, filters.next, of);
  const wanted: Wanted = {
    ...filters.selection,
    ids,
    collection: collection.key,
    after: Math.max(filters.addedAfter, position),
    withoutBody: !kind.bodies && filters.tests.length === 0,
    onlyBody: kind.bodies,
  };
  const found =
    filters.tests.length === 0
      ? await page(hub, call, wanted, filters.limit)
      : await tested(hub, call, wanted, filters.limit, filters.tests);
  if (found.rows.length === 0 && call.params.object !== undefined) {
    const { exists } = await hub.visible.ask(viewerOf(call), (audiences) =>
      hub.store.exists(collection.key, call.params.object!, audiences),
    );
    if (!exists) throw notFound();
  }
  const next = found.more ? nextToken(hub.secrets, found.last, of) : '';
  return envelope(kind.name, found, next, found.rows.map(kind.item));
};

const endpoint =
  (kind: Kind) =>
  async (hub: Hub, call: Call): Promise<Reply> => {
    const collection = await readable(hub, call);
    const filters = parseFilters(call.query, kind.set, hub.options.maxPage);
    return answer(hub, call, collection, kind, filters);
  };

const body = (row: VersionRow): string => row.body;

/** 5.4 Get Objects. */
export const objects = endpoint({ set: 'objects', name: 'objects', bodies: true, item: body });
/** 5.6 Get an Object. */
export const object = endpoint({ set: 'object', name: 'objects', bodies: true, item: body });
/** 5.3 Get Object Manifests. */
export const manifest = endpoint({
  set: 'objects',
  name: 'objects',
  bodies: false,
  item: ({ id, added, version, mediaType }) =>
    JSON.stringify({ id, date_added: microsText(added), version, media_type: mediaType }),
});
/** 5.8 Get Object Versions. */
export const versions = endpoint({
  set: 'versions',
  name: 'versions',
  bodies: false,
  item: ({ version }) => JSON.stringify(version),
});
