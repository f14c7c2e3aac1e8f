/**
 * Appends an event for each object whose `valid_until` has passed. What is due, and how far the log was
 * read for it, is in the database: any process may sweep, and each object expires once.
 */
import { bodyOf, placeOf, rowsOf } from './event-rows.ts';
import type { NewEvent, Store, StoredEvent, Writing } from '../../store/store.ts';

const CURSOR = 'expiry/read-up-to';
const SWEPT = 'expiry/swept-up-to';
const DUE = 'expiry/due/';
/** What is due within so many seconds lies under one prefix. */
const BLOCK_SECONDS = 600;
const AT_ONCE = 200;

interface Due {
  readonly collection: number;
  readonly added: number;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

const blockOf = (ms: number): number => Math.floor(ms / 1000 / BLOCK_SECONDS);
const prefixOf = (block: number): string => `${DUE}${String(block).padStart(10, '0')}/`;

/** `valid_until` of a stored object, in epoch milliseconds (STIX 2.1, section 4.7). */
const endOf = (body: string): number | undefined => {
  // Most objects have none: looked for before they are parsed.
  if (!body.includes('"valid_until"')) return undefined;
  const { valid_until: until } = JSON.parse(body) as { readonly valid_until?: unknown };
  const ms = typeof until === 'string' ? Date.parse(until) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};

/** All audiences: what is due is the hub's business; who hears of it is decided when it is told. */
const everybody = async (store: Pick<Store, 'audiences'>): Promise<readonly number[]> =>
  (await store.audiences()).map(({ id }) => id);

const dueOf = async (store: Store, events: readonly StoredEvent[]): Promise<readonly Due[]> => {
  const audiences = await everybody(store);
  const told = events.filter(({ kind }) => kind === 'object-added' || kind === 'object-changed');
  const rows = await rowsOf(store, told, () => audiences);
  return told.flatMap((event) => {
    const collection = event.collection!;
    const { id, added } = bodyOf(event);
    const row = rows.get(placeOf(collection, added));
    const until = row && endOf(row.body);
    return until === undefined ? [] : [{ collection, added, id, until }];
  });
};

/** Number of the last event that was looked at for its end. */
export const expiryReadUpTo = async (store: Pick<Store, 'records'>): Promise<number> =>
  Number((await store.records.get('seen', CURSOR))?.seq ?? 0);

/** Notes what the log has brought since the last look; whoever is faster of two processes does it. */
const noteNew = async (store: Store, now: number): Promise<boolean> => {
  const from = await expiryReadUpTo(store);
  const events = await store.events.read(from, AT_ONCE);
  if (events.length === 0) return false;
  const due = await dueOf(store, events);
  await store.write(async ({ records }) => {
    if (Number((await records.get('seen', CURSOR))?.seq ?? 0) !== from) return;
    const swept = Number((await records.get('seen', SWEPT))?.block ?? blockOf(now));
    await records.put('seen', CURSOR, { seq: events.at(-1)!.seq });
    // Never in a block that was swept for the last time.
    const byBlock = Map.groupBy(due, ({ until }) => Math.max(swept, blockOf(until)));
    for (const [block, list] of byBlock)
      await records.put('seen', `${prefixOf(block)}${String(from).padStart(16, '0')}`, { list });
  });
  return true;
};

const stillThere = async (store: Store, { collection, added, id }: Due) => {
  const page = await store.page(
    { collection, audiences: await everybody(store), after: 0, ids: [id], versions: ['last'] },
    100,
  );
  // Only the last version counts: one that was replaced has no end of its own any more.
  return page.rows.find((row) => row.added === added);
};

const expire = async (store: Store, record: string, now: number): Promise<number> => {
  const list = async (records: Pick<Writing['records'], 'get'>): Promise<readonly Due[]> =>
    ((await records.get('seen', record))?.list ?? []) as readonly Due[];
  const passed = (await list(store.records)).filter(({ until }) => until <= now);
  if (passed.length === 0) return 0;
  const rows = new Map(
    await Promise.all(
      passed.map(async (due) => [due.added, await stillThere(store, due)] as const),
    ),
  );
  return store.write(async ({ records, appendEvents }) => {
    // Read again under the lock: another process may have done it meanwhile.
    const current = await list(records);
    const left = current.filter(({ until }) => until > now);
    const events = current
      .filter(({ until }) => until <= now)
      .flatMap(({ added, collection }): NewEvent[] => {
        const row = rows.get(added);
        return row === undefined
          ? []
          : [
              {
                at: now * 1000,
                kind: 'object-expired',
                collection,
                audience: row.audience,
                body: { id: row.id, type: row.type, version: row.version, added },
              },
            ];
      });
    if (left.length === 0) await records.remove('seen', record);
    else await records.put('seen', record, { list: left });
    await appendEvents(events);
    return events.length;
  });
};

/** Appends what has expired by `now` (epoch milliseconds); gives how many events this call appended. */
export const sweepExpired = async (store: Store, now: number): Promise<number> => {
  while (await noteNew(store, now));
  const swept = Number((await store.records.get('seen', SWEPT))?.block ?? 0);
  const current = blockOf(now);
  let count = 0;
  const records =
    swept === 0 || current - swept > 10_000
      ? (await store.records.list('seen', DUE)).filter(({ id }) => id < prefixOf(current + 1))
      : (
          await Promise.all(
            Array.from({ length: current - swept + 1 }, (_, i) =>
              store.records.list('seen', prefixOf(swept + i)),
            ),
          )
        ).flat();
  for (const { id } of records) count += await expire(store, id, now);
  if (swept !== current)
    await store.write(async ({ records: writer }) => {
      const before = Number((await writer.get('seen', SWEPT))?.block ?? 0);
      if (current > before) await writer.put('seen', SWEPT, { block: current });
    });
  return count;
};
