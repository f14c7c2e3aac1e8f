import { availableParallelism } from 'node:os';
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
  /** Worker threads; 0 profiles in this thread. */
  readonly threads?: number;
  /** Called with the number of exchanges counted so far. */
  readonly onExchanges?: (exchanges: number) => void;
}

export interface ProfiledLog {
  readonly profiles: Map<string, Profile>;
  readonly tally: ReadTally;
}

const MAX_THREADS = 4;
/** Chunks that wait at one worker: enough to keep it busy, few enough to bound memory. */
const QUEUE = 2;
/**
 * Bytes of the filter of exchanges already counted, whatever the length of the log: one false
 * duplicate in a million at 16 million exchanges (falsePositiveRate in exchange/seen-filter.ts).
 */
const SEEN_BYTES = 64 * 1024 * 1024;

interface Sink {
  /** Resolves when the chunk was taken and another one is welcome. */
  readonly take: (chunk: LogChunk) => Promise<void>;
  readonly finish: () => Promise<void>;
}

const mergeInto = (profiles: Map<string, Profile>, id: string, profile: Profile): void => {
  const known = profiles.get(id);
  profiles.set(id, known === undefined ? profile : mergeProfiles(known, profile));
};

const inlineSink = (
  profiles: Map<string, Profile>,
  seen: SeenFilter,
  onTally: (tally: ChunkTally) => void,
): Sink => {
  const profiler = createChunkProfiler(seen);
  return {
    take: async (chunk) => onTally(profiler.accept(chunk)),
    finish: async () => {
      for (const [id, profile] of profiler.drain()) mergeInto(profiles, id, profile);
    },
  };
};

const workerSink = (
  threads: number,
  profiles: Map<string, Profile>,
  seen: SeenFilter,
  onTally: (tally: ChunkTally) => void,
): Sink => {
  let failure: Error | null = null;
  let wake: () => void = () => {};
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./profile-worker.ts', import.meta.url), {
      workerData: seen.buffer,
    });
    const state = { worker, waiting: 0, done: false };
    worker.on('message', (message: FromWorker) => {
      if ('tally' in message) {
        state.waiting--;
        onTally(message.tally);
      } else if ('profiles' in message)
        for (const [id, profile] of unpackProfiles(message.profiles))
          mergeInto(profiles, id, profile);
      else state.done = true;
      wake();
    });
    worker.on('error', (error: Error) => {
      failure = error;
      wake();
    });
    return state;
  });
  const until = async (ready: () => boolean): Promise<void> => {
    while (!ready()) {
      if (failure !== null) {
        await Promise.all(workers.map(({ worker }) => worker.terminate()));
        throw failure;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const post = (worker: Worker, message: ToWorker, transfer: ArrayBuffer[] = []): void =>
    worker.postMessage(message, transfer);
  const idlest = () => workers.reduce((a, b) => (b.waiting < a.waiting ? b : a));
  return {
    take: async (chunk) => {
      await until(() => idlest().waiting < QUEUE);
      const target = idlest();
      target.waiting++;
      post(target.worker, { chunk }, [chunk.data.buffer]);
    },
    finish: async () => {
      for (const { worker } of workers) post(worker, { end: true });
      await until(() => workers.every((state) => state.done));
    },
  };
};

/**
 * One pass over a log: profiles of all accounts. Chunks go to whichever thread is free; because
 * merging is associative and commutative, the result does not depend on which.
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
  const threads = options.threads ?? Math.min(MAX_THREADS, availableParallelism());
  const seen = createSeenFilter(SEEN_BYTES);
  const sink =
    threads > 0
      ? workerSink(threads, profiles, seen, onTally)
      : inlineSink(profiles, seen, onTally);
  const onReject = (source: string, line: number | null, reason: RejectReason): void =>
    onTally({
      source,
      exchanges: 0,
      duplicates: 0,
      reasons: { [reason]: 1 },
      rejected: [{ line, reason }],
    });
  for await (const chunk of openLog(patterns, { ...options, onReject })) await sink.take(chunk);
  await sink.finish();
  return { profiles, tally };
};
