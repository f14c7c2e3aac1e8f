/** The keeping thread: profiles of all accounts, looks at them, checkpoints. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { unpackProfiles } from '../../../detect/profile/wire.ts';
import { createKeeping } from './keeping.ts';
import type { FromKeeping, KeepingStart, ToKeeping } from './messages.ts';

const port = parentPort!;
const start = workerData as KeepingStart;
const counting: MessagePort = start.counting;
const keeping = createKeeping(start);
const say = (message: FromKeeping): void => port.postMessage(message);

/** Orders are obeyed one after the other, in the order of what was counted. */
let last: Promise<void> = Promise.resolve();
const next = (work: () => Promise<void> | void): void => {
  last = last.then(work);
};

counting.on('message', (message: ToKeeping) =>
  next(async () => {
    if (message.type === 'profiles') {
      for (const [id, profile] of unpackProfiles(message.packed)) keeping.gain(id, profile);
      counting.postMessage({ type: 'kept' });
      return;
    }
    if (message.type === 'records') {
      keeping.learn(message.records);
      return;
    }
    const { order, counted } = message;
    const { ticket } = order;
    try {
      if (order.type === 'look') {
        const looked = await keeping.look(order, counted.totals);
        say({ type: 'looked', ticket, looked, status: keeping.status() });
      } else if (order.type === 'accounts') {
        say({ type: 'accounts', ticket, accounts: keeping.accounts(order.ids) });
      } else if (order.type === 'watch') {
        say({ type: 'watched', ticket, watched: keeping.watched(order.change) });
      } else if (order.type === 'customers') {
        say({ type: 'customers', ticket, customers: await keeping.customers(order.known) });
      } else {
        const known = order.type === 'forget' && keeping.forget(order.account);
        keeping.checkpoint(counted);
        counting.postMessage({ type: 'safe' });
        const { seq } = counted;
        say(
          order.type === 'forget'
            ? { type: 'forgotten', ticket, known, seq }
            : { type: 'checkpointed', ticket, seq, status: keeping.status() },
        );
      }
    } catch (error) {
      // The next look or checkpoint may do; what was counted is in the journal.
      say({ type: 'failed', ticket, message: (error as Error).message });
    }
  }),
);
say({ type: 'ready', status: keeping.status() });
