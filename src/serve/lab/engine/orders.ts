/** Orders to the keeping thread, and its answers by their tickets. They go by way of the counting thread. */
import type { FromKeeping, KeepingStatus, Order } from './messages.ts';
import type { Threads } from './threads.ts';

export interface Orders {
  /** Rejects when a thread died before. */
  readonly ready: Promise<void>;
  /** Carried out once everything is kept that was counted before; gives the answer of that type. */
  readonly order: <T extends FromKeeping['type']>(
    type: T,
    make: (ticket: number) => Order,
  ) => Promise<Extract<FromKeeping, { type: T }>>;
  /** Once it is ready. */
  readonly status: () => KeepingStatus;
}

export const createOrders = (threads: Threads, pass: (order: Order) => void): Orders => {
  const ready = Promise.withResolvers<void>();
  const tickets = new Map<number, PromiseWithResolvers<FromKeeping>>();
  let last = 0;
  let status: KeepingStatus | null = null;
  threads.onFailure((error) => {
    for (const { reject } of tickets.values()) reject(error);
    tickets.clear();
    ready.reject(error);
  });
  threads.keeping.on('message', (message: FromKeeping) => {
    if ('status' in message) ({ status } = message);
    if (message.type === 'ready') {
      ready.resolve();
      return;
    }
    const waiter = tickets.get(message.ticket);
    tickets.delete(message.ticket);
    if (message.type === 'failed') waiter?.reject(new Error(message.message));
    else waiter?.resolve(message);
  });
  return {
    ready: ready.promise,
    order: async <T extends FromKeeping['type']>(type: T, make: (ticket: number) => Order) => {
      const failure = threads.failure();
      if (failure !== null) throw failure;
      last += 1;
      const answer = Promise.withResolvers<FromKeeping>();
      tickets.set(last, answer);
      pass(make(last));
      const message = await answer.promise;
      if (message.type !== type) throw new Error(`${type} was asked for and ${message.type} came`);
      return message as Extract<FromKeeping, { type: T }>;
    },
    status: () => status!,
  };
};
