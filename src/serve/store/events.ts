/** The append-only log that the stream is read from. */
import type { Column, Driver, Queries } from './driver.ts';
import { prunedToOf } from './pruning.ts';
import { EVENT_KINDS, type Store, type Writing } from './store.ts';

const COLUMNS: readonly Column[] = [
  { name: 'at', type: 'bigint' },
  { name: 'kind', type: 'text' },
  { name: 'collection', type: 'bigint' },
  { name: 'audience', type: 'bigint' },
  { name: 'body', type: 'text' },
];

export const appendEvents =
  (driver: Driver, queries: Queries): Writing['appendEvents'] =>
  async (events) => {
    if (events.length === 0) return;
    await queries.insert(
      'events',
      COLUMNS,
      events.map(({ at, kind, collection, audience, body }) => [
        at,
        kind,
        collection ?? null,
        audience ?? null,
        JSON.stringify(body),
      ]),
    );
    await driver.notify(queries, 'events');
  };

export const eventsOf = (driver: Driver): Store['events'] => ({
  read: async (after, limit) => {
    const rows = await driver.all(
      'SELECT seq, at, kind, collection, audience, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
      [after, limit],
    );
    return rows.map((row) => ({
      seq: Number(row.seq),
      at: Number(row.at),
      kind: EVENT_KINDS.find((kind) => kind === row.kind)!,
      ...(row.collection === null ? {} : { collection: Number(row.collection) }),
      ...(row.audience === null ? {} : { audience: Number(row.audience) }),
      body: JSON.parse(String(row.body)),
    }));
  },
  first: async () => Number((await driver.all('SELECT min(seq) AS seq FROM events'))[0]?.seq ?? 0),
  last: async () => Number((await driver.all('SELECT max(seq) AS seq FROM events'))[0]?.seq ?? 0),
  prunedTo: prunedToOf(driver),
  onAppended: (listener) => driver.listen('events', listener),
});
