/**
 * How far each member has read each collection: who must be told when something is taken back. Not a row
 * for each object: one mark for each member and collection, written before the answer leaves and some time
 * ahead, so that reading the tail of a collection writes once a minute and a crash loses no receipt. It may
 * name somebody who skipped an object, and never misses one who got it.
 */
import type { Micros, RecordsWriter, Store } from '../../store/store.ts';

const AHEAD: Micros = 60_000_000;
const id = (collection: number, member: string): string => `received/${collection}/${member}`;
const singleId = (collection: number, object: string, member: string): string =>
  `got/${collection}/${object}/${member}`;

export interface Receipts {
  /** Everything up to `added` is about to be sent. */
  readonly upTo: (member: string, collection: number, added: Micros) => Promise<void>;
  /** One object that was asked for by its name is about to be sent. */
  readonly one: (
    member: string,
    collection: number,
    object: string,
    added: Micros,
  ) => Promise<void>;
}

const opened = new WeakMap<Store, Receipts>();

export const receiptsOf = (store: Store): Receipts => {
  const known = opened.get(store);
  if (known !== undefined) return known;
  const marks = new Map<string, Micros>();
  const markOf = async (name: string): Promise<Micros> => {
    const held = marks.get(name);
    if (held !== undefined) return held;
    const kept = await store.records.get('seen', name);
    const mark = Number(kept?.upTo ?? 0);
    marks.set(name, Math.max(mark, marks.get(name) ?? 0));
    return mark;
  };
  const receipts: Receipts = {
    upTo: async (member, collection, added) => {
      const name = id(collection, member);
      if (added <= (await markOf(name))) return;
      const upTo = added + AHEAD;
      await store.write(async ({ records }) => {
        // Another process may be ahead of this one.
        const kept = Number((await records.get('seen', name))?.upTo ?? 0);
        await records.put('seen', name, { upTo: Math.max(kept, upTo) });
      });
      marks.set(name, Math.max(upTo, marks.get(name) ?? 0));
    },
    one: async (member, collection, object, added) => {
      if (added <= (await markOf(id(collection, member)))) return;
      const name = singleId(collection, object, member);
      if ((await store.records.get('seen', name)) !== undefined) return;
      await store.write(({ records }) => records.put('seen', name, { at: added }));
    },
  };
  opened.set(store, receipts);
  return receipts;
};

/** An open stream gets whatever comes: all collections, up to now and the time ahead. */
export const noteListener = async (store: Store, member: string, now: number): Promise<void> => {
  for (const { value } of await store.records.list('collection'))
    await receiptsOf(store).upTo(member, value.key, now * 1000);
};

/** Ids of the members who have received an object that was added then. */
export const receivers = async (
  records: Pick<RecordsWriter, 'list'>,
  collection: number,
  object: string,
  added: Micros,
): Promise<ReadonlySet<string>> => {
  const [all, single] = [`received/${collection}/`, `got/${collection}/${object}/`];
  const read = (await records.list('seen', all)).filter(({ value }) => Number(value.upTo) >= added);
  return new Set([
    ...read.map((one) => one.id.slice(all.length)),
    ...(await records.list('seen', single)).map((one) => one.id.slice(single.length)),
  ]);
};
