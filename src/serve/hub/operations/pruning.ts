/** Forgets events and statuses after the time for which they are kept (`--keep-days`). */
import type { Hub, Service } from '../hub.ts';
import { membersReadUpTo } from '../standing/service.ts';
import { expiryReadUpTo } from '../stream/expiry.ts';

const EVERY_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

export interface Pruned {
  readonly events: number;
  readonly statuses: number;
}

const totals = new WeakMap<Hub, Pruned>();
/** What this process has pruned since it started. */
export const prunedBy = (hub: Hub): Pruned => totals.get(hub) ?? { events: 0, statuses: 0 };

/**
 * Whoever reads the log later than it is kept is told so by a gap: streams and webhooks alike. The hub's
 * own readers are waited for.
 */
export const prune = async (hub: Hub): Promise<Pruned> => {
  const { store, clock, options } = hub;
  const before = clock() - options.keepDays * DAY_MS;
  const upTo = Math.min(await expiryReadUpTo(store), await membersReadUpTo(store));
  const all = async (some: () => Promise<number>): Promise<number> => {
    let count = 0;
    for (let gone = 1; gone > 0 && !hub.stopping.aborted; count += gone) gone = await some();
    return count;
  };
  const pruned = {
    events: await all(() => store.write((writing) => writing.pruneEvents(before * 1000, upTo))),
    statuses: await all(() => store.write((writing) => writing.pruneStatuses(before))),
  };
  const sum = prunedBy(hub);
  totals.set(hub, {
    events: sum.events + pruned.events,
    statuses: sum.statuses + pruned.statuses,
  });
  if (pruned.events + pruned.statuses > 0) hub.log.write('pruned', { ...pruned });
  return pruned;
};

export const pruningService: Service = async (hub) => {
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= prune(hub)
      .catch((error: unknown) =>
        hub.log.write('fault', { part: 'pruning', error: String((error as Error).stack ?? error) }),
      )
      .finally(() => {
        running = undefined;
      });
  }, EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
};
