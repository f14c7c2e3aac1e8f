/** The counting thread, seen from the one that serves HTTP: chunks go in, tallies and hits come out. */
import type { LiveChunk, LiveTally } from '../../../detect/live/live-counter.ts';
import type { Slots } from '../ingest/slots.ts';
import type { FollowedTo } from '../journal/frame.ts';
import type { CountingStatus, FromCounting, Hit, Order, ToCounting } from './messages.ts';
import type { Threads } from './threads.ts';

export interface Counting {
  /** Rejects when a thread died before. */
  readonly ready: Promise<void>;
  /** Hands over a chunk; resolves when it was counted. */
  readonly count: (seq: number, chunk: LiveChunk, followed?: FollowedTo) => Promise<LiveTally>;
  /** Passes an order on to the keeper, behind all that was counted before. */
  readonly pass: (order: Order) => void;
  /** Whether nothing more should be handed over. */
  readonly full: () => boolean;
  /** Resolves when there is room again. */
  readonly room: () => Promise<void>;
  readonly waitingBytes: () => number;
  /** Once it is ready. */
  readonly status: () => CountingStatus;
  readonly onHits: (listener: (hits: readonly Hit[]) => void) => void;
}

export interface CountingOptions {
  readonly threads: Threads;
  readonly slots: Slots;
  /** Bytes that wait to be counted, from which on it is full. */
  readonly mostWaiting: number;
  /** Accounts that gain something in the thread. */
  readonly accounts: number;
}

/** Accounts in the counting thread, in multiples of its share, from which on nothing more is taken. */
const SWOLLEN = 8;

export const createCounting = (options: CountingOptions): Counting => {
  const { threads, slots } = options;
  const ready = Promise.withResolvers<void>();
  threads.onFailure(ready.reject);
  const counted = new Map<number, (tally: LiveTally) => void>();
  const rooms: (() => void)[] = [];
  const hitListeners: ((hits: readonly Hit[]) => void)[] = [];
  let waitingBytes = 0;
  let status: CountingStatus | null = null;

  const full = (): boolean =>
    waitingBytes > options.mostWaiting || (status?.accounts ?? 0) > SWOLLEN * options.accounts;
  const wake = (): void => {
    if (full()) return;
    for (const go of rooms.splice(0)) go();
  };
  threads.counting.on('message', (message: FromCounting) => {
    if (message.type === 'hits') {
      for (const listener of hitListeners) listener(message.hits);
      return;
    }
    ({ status } = message);
    if (message.type === 'status') ready.resolve();
    else {
      counted.get(message.seq)?.(message.tally);
      counted.delete(message.seq);
    }
    wake();
  });
  const post = (message: ToCounting, transfer: ArrayBuffer[] = []): void =>
    threads.counting.postMessage(message, transfer);
  return {
    ready: ready.promise,
    count: (seq, chunk, followed) => {
      const { data } = chunk;
      const { byteOffset: offset, byteLength: length } = data;
      waitingBytes += length;
      const tally = new Promise<LiveTally>((resolve) => {
        counted.set(seq, (result) => {
          waitingBytes -= length;
          resolve(result);
        });
      });
      const readTo = followed === undefined ? {} : { followed };
      if (slots.holds(data))
        post({ type: 'count', seq, chunk: { ...chunk, data: { offset, length } }, ...readTo });
      else post({ type: 'count', seq, chunk, ...readTo }, [data.buffer as ArrayBuffer]);
      return tally;
    },
    pass: (order) => post({ type: 'pass', now: Date.now(), order }),
    full,
    room: async () => {
      while (full()) {
        const failure = threads.failure();
        if (failure !== null) throw failure;
        await new Promise<void>((resolve) => rooms.push(resolve));
      }
    },
    waitingBytes: () => waitingBytes,
    status: () => status!,
    onHits: (listener) => {
      hitListeners.push(listener);
    },
  };
};
