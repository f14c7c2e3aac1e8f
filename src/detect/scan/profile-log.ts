import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { LogChunk } from '../exchange/log-chunk.ts';
import { type OpenLogOptions, openLog } from '../exchange/open-log.ts';
import type { RejectReason } from '../exchange/reject.ts';
import { createSeenFilter, type SeenFilter } from '../exchange/seen-filter.ts';
import { mergeProfiles, type Profile } from '../profile/profile.ts';
import { unpackProfiles } from '../profile/wire.ts';
import { type ChunkTally, createChunkProfiler } from './chunk-profiler.ts';
import type { FromWorker, ToWorker } from './profile-worker.ts';
import { createReadTally, type ReadTally } from './read-tally.ts';

export interface ProfileLogOptions extends OpenLogOptions {
  /** Threads that read rows, the calling one among them (default: one per core, at most 4). */
  readonly threads?: number;
  /** Called with the number of exchanges counted so far. */
  readonly onExchanges?: (exchanges: number) => void;
}

export interface ProfiledLog {
  readonly profiles: Map<string, Profile>;
  readonly tally: ReadTally;
}

const MAX_THREADS = 4;
/** Chunks that wait at another thread: enough to keep it busy while the calling one counts a chunk. */
const QUEUE = 3;
/**
 * Bytes of the filter of exchanges already counted, whatever the length of the log: one false
 * duplicate in a million at 16 million exchanges (falsePositiveRate in exchange/seen-filter.ts).
 */
const SEEN_BYTES = 128 * 1024 * 1024;

/**
 * Room for the rows that come and go between two collections: at the default of 16 MB they are
 * collected four times as often, and each collection walks what the accounts have gained.
 */
const YOUNG_MB = 64;

interface Sink {
  /** Resolves when the chunk was taken and another one is welcome. */
  readonly take: (chunk: LogChunk) => Promise<void>;
  /** Resolves when every chunk is counted and every profile handed over. */
  readonly finish: () => Promise<void>;
  /** Frees what the sink holds, finished or not. */
  readonly close: () => Promise<void>;
}

const mergeInto = (profiles: Map<string, Profile>, id: string, profile: Profile): void => {
  const known = profiles.get(id);
  profiles.set(id, known === undefined ? profile : mergeProfiles(known, profile));
};

interface Thread {
  readonly worker: Worker;
  /** Chunks it was given and has not counted yet. */
  waiting: number;
  done: boolean;
}

/** The calling thread and `others` more count chunks into `profiles`. */
const openSink = (
  others: number,
  profiles: Map<string, Profile>,
  seen: SeenFilter,
  onTally: (tally: ChunkTally) => void,
): Sink => {
  let failure: Error | null = null;
  let wake: () => void = () => {};
  const own = createChunkProfiler(seen);
  const receive = (thread: Thread, message: FromWorker): void => {
    if ('tally' in message) {
      thread.waiting--;
      onTally(message.tally);
    } else if ('profiles' in message)
      for (const [id, profile] of unpackProfiles(message.profiles))
        mergeInto(profiles, id, profile);
    else thread.done = true;
  };
  const start = (): Thread => {
    const worker = new Worker(new URL('./profile-worker.ts', import.meta.url), {
      workerData: seen.buffer,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    const thread: Thread = { worker, waiting: 0, done: false };
    const fail = (error: Error): void => {
      failure ??= error;
      wake();
    };
    worker.on('message', (message: FromWorker) => {
      receive(thread, message);
      wake();
    });
    worker.on('error', fail);
    worker.on('exit', (status) => {
      if (!thread.done) fail(new Error(`a profiling thread ended early with status ${status}`));
    });
    return thread;
  };
  const workers = Array.from({ length: others }, start);
  const assertAlive = (): void => {
    if (failure !== null) throw failure;
  };
  const post = (worker: Worker, message: ToWorker, transfer: ArrayBuffer[] = []): void =>
    worker.postMessage(message, transfer);
  const hungry = (): Thread | undefined =>
    workers
      .filter((thread) => thread.waiting < QUEUE)
      .sort((a, b) => a.waiting - b.waiting)
      .at(0);
  return {
    take: async (chunk) => {
      assertAlive();
      const thread = hungry();
      if (thread !== undefined) {
        thread.waiting++;
        post(thread.worker, { chunk }, [chunk.data.buffer]);
        return;
      }
      onTally(own.accept(chunk));
      await setImmediate(); // lets the other threads report what they have done
    },
    finish: async () => {
      for (const { worker } of workers) post(worker, { end: true });
      for (const [id, profile] of own.drain()) mergeInto(profiles, id, profile);
      while (!workers.every((thread) => thread.done)) {
        assertAlive();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: async () => {
      await Promise.all(workers.map(({ worker }) => worker.terminate()));
    },
  };
};

/**
 * One pass over a log: profiles of all accounts. Chunks go to whichever thread is free; because
 * merging is associative and commutative, the result does not depend on which.
 *
 * @throws StillwatchError as `openLog` does; the error of a thread that failed.
 */
export const profileLog = async (
  patterns: readonly string[],
  options: ProfileLogOptions = {},
): Promise<ProfiledLog> => {
  const profiles = new Map<string, Profile>();
  const tally = createReadTally();
  const onTally = (chunk: ChunkTally): void => {
    tally.add(chunk);
    options.onExchanges?.(tally.exchanges);
  };
  const onReject = (source: string, line: number | null, reason: RejectReason): void => {
    tally.expect(source);
    tally.add(rejectedRow(source, line, reason));
  };
  const threads = options.threads ?? Math.min(MAX_THREADS, availableParallelism());
  const seen = createSeenFilter(SEEN_BYTES);
  const sink = openSink(Math.max(1, threads) - 1, profiles, seen, onTally);
  try {
    for await (const chunk of openLog(patterns, { ...options, onReject })) {
      tally.expect(chunk.source);
      await sink.take(chunk);
    }
    await sink.finish();
  } finally {
    await sink.close();
  }
  return { profiles, tally };
};

/** A row that was refused before it could be part of a chunk. */
const rejectedRow = (source: string, line: number | null, reason: RejectReason): ChunkTally => ({
  source,
  exchanges: 0,
  duplicates: 0,
  reasons: { [reason]: 1 },
  rejected: [{ line, reason }],
});
