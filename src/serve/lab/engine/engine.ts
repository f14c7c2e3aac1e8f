/** The engine of a lab, seen from the thread that serves HTTP: lines go in, and what is known is asked for. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JoinOptions } from '../../../detect/live/join-window.ts';
import type { Retention } from '../../../detect/live/retention.ts';
import { type Counted, readCheckpoint } from '../profiles/checkpoint.ts';
import { createSlots, type Slots } from '../ingest/slots.ts';
import { createCounting } from './counting.ts';
import { mustHaveRoom } from './disk.ts';
import { type Lines, openLines } from './lines.ts';
import { lockFolder } from './lock.ts';
import type {
  CountingStatus,
  Customers,
  Hit,
  KeepingStatus,
  KnownAccount,
  Looked,
  LookOrder,
  WatchChange,
  Watched,
} from './messages.ts';
import { createOrders } from './orders.ts';
import { startThreads, type Threads } from './threads.ts';

export interface EngineOptions {
  readonly folder: string;
  readonly join: JoinOptions;
  readonly retention: Retention;
  readonly trafficClock: boolean;
  readonly baseline?: string | undefined;
  readonly model?: string | undefined;
  readonly accountsFile?: string | undefined;
  /** Profiles in memory, and accounts that gain something in the counting thread. */
  readonly inMemory: number;
  readonly counting: number;
  /** Bytes that wait to be counted or written, from which on nothing more is taken. */
  readonly mostWaiting: number;
  /** Told when a thread died: the engine is of no use any more. */
  readonly onFailure: (error: Error) => void;
}

export interface EngineStatus {
  readonly counting: CountingStatus;
  readonly keeping: KeepingStatus;
  readonly waitingBytes: number;
  readonly journalBytes: number;
  readonly journalHealthy: boolean;
  readonly checkpointSeq: number;
  /** Exchanges that a restart brought back from the journal, in records. */
  readonly replayed: number;
}

export interface Engine {
  readonly submit: Lines['submit'];
  /** Memory for lines on their way in. */
  readonly slots: Slots;
  /** Whether a new request should be told to come later. */
  readonly overloaded: () => boolean;
  /** Resolves when there is room again. */
  readonly room: () => Promise<void>;
  readonly look: (look: LookOrder) => Promise<Looked | null>;
  readonly checkpoint: () => Promise<void>;
  readonly forget: (account: string) => Promise<boolean>;
  readonly accounts: (ids: readonly string[]) => Promise<readonly KnownAccount[]>;
  /** Holds traffic against indicators of others: what was before now, and by `onHits` what comes. */
  readonly watch: (change: WatchChange) => Promise<Watched>;
  readonly onHits: (listener: (hits: readonly Hit[]) => void) => void;
  readonly customers: (known: number) => Promise<Customers | null>;
  readonly followed: Lines['followed'];
  readonly status: () => EngineStatus;
  /** With a last checkpoint. */
  readonly close: () => Promise<void>;
}

/** Slots for lines take no more than this. */
const MOST_SLOTS = 64 << 20;

/** @throws StillwatchError LAB_STATE_IN_USE, and for what the folder holds. */
export const startEngine = async (options: EngineOptions): Promise<Engine> => {
  const { folder, retention } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  let threads: Threads | undefined;
  try {
    const saved = readCheckpoint(folder)?.counted ?? null;
    const slots = createSlots(Math.min(options.mostWaiting, MOST_SLOTS));
    threads = startThreads(
      {
        folder,
        slots: slots.memory,
        keptPrompts: retention.prompts,
        join: options.join,
        counted: saved,
        accounts: options.counting,
      },
      {
        folder,
        inMemory: options.inMemory,
        retention,
        trafficClock: options.trafficClock,
        baseline: options.baseline,
        model: options.model,
        accountsFile: options.accountsFile,
      },
    );
    return await begin(options, { saved, slots, threads, unlock });
  } catch (error) {
    await threads?.stop();
    unlock();
    throw error;
  }
};

interface Begun {
  readonly saved: Counted | null;
  readonly slots: Slots;
  readonly threads: Threads;
  readonly unlock: () => void;
}

const begin = async (options: EngineOptions, begun: Begun): Promise<Engine> => {
  const { folder, mostWaiting } = options;
  const { saved, slots, threads, unlock } = begun;
  const accounts = options.counting;
  const counting = createCounting({ threads, slots, mostWaiting, accounts });
  const { ready, order, status } = createOrders(threads, counting.pass);
  threads.onFailure(options.onFailure);
  await Promise.all([counting.ready, ready]);

  const { journal, submit, followed, replayed } = await openLines({
    ...{ folder: join(folder, 'journal'), saved, slots, threads, counting },
  });
  let checkpointSeq = saved?.seq ?? 0;

  const retire = async (upTo: number): Promise<void> => {
    checkpointSeq = upTo;
    await journal.retire(upTo);
  };
  const checkpoint = async (): Promise<void> => {
    mustHaveRoom(folder, journal.bytes());
    const done = await order('checkpointed', (ticket) => ({ type: 'checkpoint', ticket }));
    await retire(done.seq);
  };
  return {
    submit,
    slots,
    overloaded: () => counting.full() || journal.waiting() > mostWaiting || !journal.healthy(),
    room: counting.room,
    look: async (look) => {
      const now = Date.now();
      return (await order('looked', (ticket) => ({ type: 'look', ticket, now, look }))).looked;
    },
    checkpoint,
    forget: async (account) => {
      const done = await order('forgotten', (ticket) => ({ type: 'forget', ticket, account }));
      await retire(done.seq);
      return done.known;
    },
    accounts: async (ids) =>
      (await order('accounts', (ticket) => ({ type: 'accounts', ticket, ids }))).accounts,
    watch: async (change) =>
      (await order('watched', (ticket) => ({ type: 'watch', ticket, change }))).watched,
    onHits: counting.onHits,
    customers: async (known) =>
      (await order('customers', (ticket) => ({ type: 'customers', ticket, known }))).customers,
    followed,
    status: () => ({
      counting: counting.status(),
      keeping: status(),
      waitingBytes: counting.waitingBytes() + journal.waiting(),
      journalBytes: journal.bytes(),
      journalHealthy: journal.healthy(),
      checkpointSeq,
      replayed,
    }),
    close: async () => {
      try {
        if (threads.failure() === null) await checkpoint();
      } finally {
        threads.letGo();
        await journal.close();
        await threads.stop();
        unlock();
      }
    },
  };
};
