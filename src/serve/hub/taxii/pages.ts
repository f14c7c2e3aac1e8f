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

/** What a reply is made of. */
interface Filled {
  readonly count: number;
  readonly more: boolean;
  /** `added` of the first and the last of what is answered. */
  readonly first: number;
  readonly last: number;
  /** JSON texts with commas between them. */
  readonly items: string;
}

/** An envelope of texts that are JSON already; empty is the empty object (3.7). */
const envelope = (name: string, filled: Filled, next: string): Reply => {
  const { count, more, first, last, items } = filled;
  if (count === 0 && !more) return { status: 200, body: '{}' };
  const head = `${more ? `{"more":true,"next":"${next}"` : '{"more":false'},"${name}":[`;
  return {
    status: 200,
    headers:
      count === 0
        ? {}
        : {
            // 3.5: in microseconds.
            'X-TAXII-Date-Added-First': microsText(first),
            'X-TAXII-Date-Added-Last': microsText(last),
          },
    body: `${head}${items}]}`,
  };
};

interface Kind {
  readonly set: FilterSet;
  readonly name: 'objects' | 'versions';
  /** undefined: the text of the object itself. */
  readonly item: ((row: VersionRow) => string) | undefined;
}

/** The page, and where the next one starts. */
const fill = async (
  hub: Hub,
  call: Call,
  wanted: Wanted,
  { limit, tests }: Filters,
  item: Kind['item'],
): Promise<{ readonly filled: Filled; readonly end: number }> => {
  if (item === undefined && tests.length === 0) {
    const { text, ...rest } = await hub.visible.ask(viewerOf(call), (audiences) =>
      hub.store.texts({ ...wanted, audiences }, limit),
    );
    return { filled: { ...rest, items: text }, end: rest.last };
  }
  const { rows, more, last } =
    tests.length === 0
      ? await page(hub, call, wanted, limit)
      : await tested(hub, call, wanted, limit, tests);
  const items = rows.map(item ?? (({ body }) => body)).join(',');
  const filled: Filled = {
    count: rows.length,
    more,
    first: rows[0]?.added ?? 0,
    last: rows.at(-1)?.added ?? 0,
    items,
  };
  return { filled, end: last };
};

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
    kind.item === undefined,
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
    withoutBody: kind.item !== undefined && filters.tests.length === 0,
  };
  const { filled, end } = await fill(hub, call, wanted, filters, kind.item);
  if (filled.count === 0 && call.params.object !== undefined) {
    const { exists } = await hub.visible.ask(viewerOf(call), (audiences) =>
      hub.store.exists(collection.key, call.params.object!, audiences),
    );
    if (!exists) throw notFound();
  }
  const next = filled.more ? nextToken(hub.secrets, end, of) : '';
  return envelope(kind.name, filled, next);
};

const endpoint =
  (kind: Kind) =>
  async (hub: Hub, call: Call): Promise<Reply> => {
    const collection = await readable(hub, call);
    const filters = parseFilters(call.query, kind.set, hub.options.maxPage);
    return answer(hub, call, collection, kind, filters);
  };

/** 5.4 Get Objects. */
export const objects = endpoint({ set: 'objects', name: 'objects', item: undefined });
/** 5.6 Get an Object. */
export const object = endpoint({ set: 'object', name: 'objects', item: undefined });
/** 5.3 Get Object Manifests. */
export const manifest = endpoint({
  set: 'objects',
  name: 'objects',
  item: ({ id, added, version, mediaType }) =>
    JSON.stringify({ id, date_added: microsText(added), version, media_type: mediaType }),
});
/** 5.8 Get Object Versions. */
export const versions = endpoint({
  set: 'versions',
  name: 'versions',
  item: ({ version }) => JSON.stringify(version),
});
