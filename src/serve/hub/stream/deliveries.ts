/** Deliveries in the ledger: one entry for all that was handed to consumers within a time. */
import type { Hub } from '../hub.ts';
import type { FanOut } from './fan-out.ts';

const EVERY_MS = 60_000;

/** Gives the function that records what is left and stops. */
export const recordDeliveries = (
  hub: Hub,
  fanOut: Pick<FanOut, 'onDelivered'>,
  everyMs = EVERY_MS,
): (() => Promise<void>) => {
  let count = 0;
  let from = 0;
  let to = 0;
  let members = new Set<string>();
  fanOut.onDelivered(({ message, member }) => {
    from = count === 0 ? message.seq : Math.min(from, message.seq);
    to = count === 0 ? message.seq : Math.max(to, message.seq);
    count += 1;
    members.add(member);
  });
  const flush = async (): Promise<void> => {
    if (count === 0) return;
    const batch = { by: 'stream', from, to, members: [...members].sort() };
    const counted = count;
    count = 0;
    members = new Set();
    const at = hub.clock();
    await hub.store.write((writing) =>
      hub.ledger.recordIn(writing, [{ kind: 'delivered', at, batch, count: counted }]),
    );
  };
  const timer = setInterval(() => {
    flush().catch((error: unknown) =>
      hub.log.write('fault', { part: 'ledger', error: String(error) }),
    );
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await flush();
  };
};
