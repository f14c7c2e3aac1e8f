/**
 * The engine of a lab, seen from the thread that serves HTTP. A chunk of lines is written to the
 * journal and counted at the same time, in one order; it is acknowledged when both are done. After a
 * crash the journal is counted again from the last checkpoint, in that order, with the same result.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { StillwatchError } from '../../../base/errors.ts';
import type { LiveChunk, LiveTally } from '../../../detect/live/live-counter.ts';
import type { JoinOptions } from '../../../detect/live/join-window.ts';
import type { Retention } from '../../../detect/live/retention.ts';
import type { FollowedTo } from '../journal/frame.ts';
import { openJournal } from '../journal/journal.ts';
import { replay } from '../journal/replay.ts';
import { readCheckpoint } from '../profiles/checkpoint.ts';
import { createSlots, type Slots } from '../ingest/slots.ts';
import { diskFull, mustHaveRoom } from './disk.ts';
import { lockFolder } from './lock.ts';
import type {
  CountingStart,
  CountingStatus,
  Customers,
  FromCounting,
  FromKeeping,
  Hit,
  KeepingStart,
  KeepingStatus,
  KnownAccount,
  Looked,
  LookOrder,
  Order,
  ToCounting,
  WatchChange,
  Watched,
} from './messages.ts';

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
  /**
   * Resolves when the lines are counted and on the disk. The memory they lie in belongs to the engine
   * from now on, whatever comes of it. @throws StillwatchError LAB_JOURNAL_STALLED.
   */
  readonly submit: (chunk: LiveChunk, followed?: FollowedTo) => Promise<LiveTally>;
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
  readonly followed: ReadonlyMap<string, FollowedTo>;
  readonly status: () => EngineStatus;
  /** With a last checkpoint. */
  readonly close: () => Promise<void>;
}

/** Young objects live for one chunk; at the default of 16 MB they are collected four times as often. */
const YOUNG_MB = 64;
/** Accounts in the counting thread, in multiples of its share, from which on nothing more is taken. */
const SWOLLEN = 8;
/** Slots for lines take no more than this. */
const MOST_SLOTS = 64 << 20;

interface Waiter {
  readonly done: (message: FromKeeping) => void;
  readonly failed: (error: Error) => void;
}

export const startEngine = async (options: EngineOptions): Promise<Engine> => {
  const { folder } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  const workers: Worker[] = [];
  try {
    return await begin(options, workers, unlock);
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    unlock();
    throw error;
  }
};

const begin = async (
  options: EngineOptions,
  workers: Worker[],
  unlock: () => void,
): Promise<Engine> => {
  const { folder } = options;
  const saved = readCheckpoint(folder)?.counted ?? null;
  const { port1, port2 } = new MessageChannel();
  let failure: Error | null = null;
  let closing = false;
  const counted = new Map<number, (tally: LiveTally) => void>();
  const tickets = new Map<number, Waiter>();
  const rooms: (() => void)[] = [];
  let inFlight = 0;
  let ticket = 0;
  let countingStatus: CountingStatus | null = null;
  let keepingStatus: KeepingStatus | null = null;
  const ready: (() => void)[] = [];
  const failedEarly: ((error: Error) => void)[] = [];

  const fail = (cause: Error): void => {
    if (closing || failure !== null) return;
    const error = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(cause) : cause;
    failure = error;
    for (const { failed } of tickets.values()) failed(error);
    tickets.clear();
    for (const failed of failedEarly) failed(error);
    options.onFailure(error);
  };
  const spawn = (
    name: 'counting' | 'keeping',
    workerData: object,
    transferList: never[] | [typeof port1],
  ): Worker => {
    const worker = new Worker(new URL(`./${name}-worker.ts`, import.meta.url), {
      // The system shows it beside the processor time of the thread.
      name,
      workerData,
      transferList,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    workers.push(worker);
    worker.on('error', fail);
    worker.on('exit', (status) =>
      fail(new Error(`The ${name} thread ended with status ${status}`)),
    );
    return worker;
  };
  const slots = createSlots(Math.min(options.mostWaiting, MOST_SLOTS));
  const countingStart: CountingStart = {
    folder,
    slots: slots.memory,
    keptPrompts: options.retention.prompts,
    keeper: port1,
    join: options.join,
    counted: saved,
    accounts: options.counting,
  };
  const keepingStart: KeepingStart = {
    folder,
    counting: port2,
    inMemory: options.inMemory,
    retention: options.retention,
    trafficClock: options.trafficClock,
    baseline: options.baseline,
    model: options.model,
    accountsFile: options.accountsFile,
  };
  const counting = spawn('counting', countingStart, [port1]);
  const keeping = spawn('keeping', keepingStart, [port2]);

  const full = (): boolean =>
    inFlight > options.mostWaiting || (countingStatus?.accounts ?? 0) > SWOLLEN * options.counting;
  const wake = (): void => {
    if (full()) return;
    for (const go of rooms.splice(0)) go();
  };
  const hitListeners: ((hits: readonly Hit[]) => void)[] = [];
  counting.on('message', (message: FromCounting) => {
    if (message.type === 'hits') {
      for (const listener of hitListeners) listener(message.hits);
      return;
    }
    countingStatus = message.status;
    if (message.type === 'status') {
      for (const go of ready.splice(0)) go();
      wake();
      return;
    }
    counted.get(message.seq)?.(message.tally);
    counted.delete(message.seq);
    wake();
  });
  keeping.on('message', (message: FromKeeping) => {
    if ('status' in message) keepingStatus = message.status;
    if (message.type === 'ready') {
      for (const go of ready.splice(0)) go();
      return;
    }
    const waiter = tickets.get(message.ticket);
    tickets.delete(message.ticket);
    if (message.type === 'failed') waiter?.failed(new Error(message.message));
    else waiter?.done(message);
  });
  while (countingStatus === null || keepingStatus === null)
    await new Promise<void>((resolve, reject) => {
      ready.push(resolve);
      failedEarly.push(reject);
    });
  const post = (message: ToCounting, transfer: ArrayBuffer[] = []): void =>
    counting.postMessage(message, transfer);

  /** Hands a chunk to the counting thread; `tally` settles when it was counted. */
  const count = (
    seq: number,
    chunk: LiveChunk,
    followedTo: FollowedTo | undefined,
  ): Promise<LiveTally> => {
    const bytes = chunk.data.byteLength;
    inFlight += bytes;
    const tally = new Promise<LiveTally>((resolve) => {
      counted.set(seq, (result) => {
        inFlight -= bytes;
        resolve(result);
      });
    });
    const { data } = chunk;
    const { byteOffset: offset, byteLength: length } = data;
    const readTo = followedTo === undefined ? {} : { followed: followedTo };
    if (slots.holds(data))
      post({ type: 'count', seq, chunk: { ...chunk, data: { offset, length } }, ...readTo });
    else post({ type: 'count', seq, chunk, ...readTo }, [data.buffer as ArrayBuffer]);
    return tally;
  };
  const room = async (): Promise<void> => {
    while (full()) {
      if (failure !== null) throw failure;
      await new Promise<void>((resolve) => rooms.push(resolve));
    }
  };

  const followed = new Map<string, FollowedTo>(
    (saved?.followed ?? []).map((f) => [f.path, f] as const),
  );
  let seq = saved?.seq ?? 0;
  let replayed = 0;
  const journalFolder = join(folder, 'journal');
  let lastCount: Promise<unknown> = Promise.resolve();
  for await (const { header, data } of replay(journalFolder, seq)) {
    await room();
    ({ seq } = header);
    replayed += 1;
    const { stream, at, firstLine } = header;
    if (header.followed !== undefined) followed.set(header.followed.path, header.followed);
    lastCount = count(seq, { stream, at, firstLine, data }, header.followed);
  }
  await lastCount;
  const journal = openJournal(journalFolder, { last: seq });
  let checkpointSeq = saved?.seq ?? 0;

  const order = async <T extends FromKeeping['type']>(
    type: T,
    make: (ticket: number) => Order,
  ): Promise<Extract<FromKeeping, { type: T }>> => {
    if (failure !== null) throw failure;
    ticket += 1;
    const mine = ticket;
    const answer = new Promise<FromKeeping>((done, failed) => tickets.set(mine, { done, failed }));
    post({ type: 'pass', now: Date.now(), order: make(mine) });
    const message = await answer;
    if (message.type !== type) throw new Error(`${type} was asked for and ${message.type} came`);
    return message as Extract<FromKeeping, { type: T }>;
  };
  const retire = async (upTo: number): Promise<void> => {
    checkpointSeq = upTo;
    await journal.retire(upTo);
  };
  const checkpoint = async (): Promise<void> => {
    mustHaveRoom(folder, journal.bytes());
    const done = await order('checkpointed', (t) => ({ type: 'checkpoint', ticket: t }));
    await retire(done.seq);
  };
  const stalled = (): StillwatchError =>
    new StillwatchError(
      'LAB_JOURNAL_STALLED',
      'The journal cannot be written',
      'Free space on the disk of the data folder; the lab goes on by itself.',
    );
  return {
    submit: async (chunk, followedTo) => {
      const { stream, at, firstLine, data } = chunk;
      if (failure !== null || !journal.healthy()) {
        slots.give(data);
        // What could not be written is written before anything else is taken.
        throw failure ?? stalled();
      }
      seq += 1;
      const header = { seq, at, stream, firstLine, followed: followedTo };
      // A slot is free when the lines in it are counted and written; other memory goes to the
      // counting thread, and the journal keeps a copy.
      const isSlot = slots.holds(data);
      let users = 2;
      const used = (): void => {
        users -= 1;
        if (users === 0) slots.give(data);
      };
      const durable = journal.append(header, isSlot ? data : Buffer.from(data), used);
      durable.catch(() => undefined); // looked at below; never an unhandled rejection
      const tally = await count(seq, chunk, followedTo);
      used();
      await durable;
      if (followedTo !== undefined) followed.set(followedTo.path, followedTo);
      return tally;
    },
    slots,
    overloaded: () => full() || journal.waiting() > options.mostWaiting || !journal.healthy(),
    room,
    look: async (look) => {
      const now = Date.now();
      const { looked } = await order('looked', (t) => ({ type: 'look', ticket: t, now, look }));
      return looked;
    },
    checkpoint,
    forget: async (account) => {
      const done = await order('forgotten', (t) => ({ type: 'forget', ticket: t, account }));
      await retire(done.seq);
      return done.known;
    },
    accounts: async (ids) =>
      (await order('accounts', (t) => ({ type: 'accounts', ticket: t, ids }))).accounts,
    watch: async (change) =>
      (await order('watched', (t) => ({ type: 'watch', ticket: t, change }))).watched,
    onHits: (listener) => {
      hitListeners.push(listener);
    },
    customers: async (known) =>
      (await order('customers', (t) => ({ type: 'customers', ticket: t, known }))).customers,
    followed,
    status: () => ({
      counting: countingStatus!,
      keeping: keepingStatus!,
      waitingBytes: inFlight + journal.waiting(),
      journalBytes: journal.bytes(),
      journalHealthy: journal.healthy(),
      checkpointSeq,
      replayed,
    }),
    close: async () => {
      try {
        if (failure === null) await checkpoint();
      } finally {
        closing = true;
        await journal.close();
        await Promise.all(workers.map((worker) => worker.terminate()));
        unlock();
      }
    },
  };
};
