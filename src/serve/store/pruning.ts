/** Forgetting what is old: the beginning of the log of events, and statuses of requests. */
import type { Queries } from './driver.ts';
import type { Micros, Store, Writing } from './store.ts';
import { firstStatusId } from './status-id.ts';

/** Rows that go in one write: others write between two of them. */
export const PRUNED_AT_ONCE = 1000;
/** Where it is kept how much of the log is gone. */
const PRUNED = { kind: 'seen', id: 'events/pruned-to' } as const;

export const prunedToOf =
  (queries: Queries): Store['events']['prunedTo'] =>
  async () => {
    const rows = await queries.all('SELECT body FROM records WHERE kind = ? AND id = ?', [
      PRUNED.kind,
      PRUNED.id,
    ]);
    return rows[0] === undefined ? 0 : Number(JSON.parse(String(rows[0].body)).seq);
  };

export const pruneEvents =
  (queries: Queries): Writing['pruneEvents'] =>
  async (before: Micros, upTo: number) => {
    // One more is read than may go: the last event stays, so that the log knows where it is.
    const rows = await queries.all('SELECT seq, at FROM events ORDER BY seq LIMIT ?', [
      PRUNED_AT_ONCE + 1,
    ]);
    const old = rows.slice(0, -1);
    // Only a beginning goes, whatever the clock did: what is left has no holes.
    const young = old.findIndex(({ seq, at }) => Number(at) >= before || Number(seq) > upTo);
    const gone = young < 0 ? old : old.slice(0, young);
    const last = gone.at(-1);
    if (last === undefined) return 0;
    await queries.run('DELETE FROM events WHERE seq <= ?', [Number(last.seq)]);
    await queries.run(
      'INSERT INTO records (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body',
      [PRUNED.kind, PRUNED.id, JSON.stringify({ seq: Number(last.seq) })],
    );
    return gone.length;
  };

export const pruneStatuses =
  (queries: Queries): Writing['pruneStatuses'] =>
  (before) =>
    queries.run(
      // Version 7 only: what was taken over from another server has no time in its id, and stays.
      `DELETE FROM records WHERE kind = 'status' AND id IN (SELECT id FROM records
         WHERE kind = 'status' AND id < ? AND substr(id, 15, 1) = '7' ORDER BY id LIMIT ?)`,
      [firstStatusId(before), PRUNED_AT_ONCE],
    );
