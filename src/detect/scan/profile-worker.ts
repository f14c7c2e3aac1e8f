import { parentPort, workerData } from 'node:worker_threads';
import type { LogChunk } from '../exchange/log-chunk.ts';
import { wrapSeenFilter } from '../exchange/seen-filter.ts';
import type { Profile } from '../profile/profile.ts';
import { type ChunkTally, createChunkProfiler } from './chunk-profiler.ts';

export type ToWorker = { readonly chunk: LogChunk } | { readonly end: true };
export type FromWorker =
  | { readonly tally: ChunkTally }
  | { readonly profiles: readonly (readonly [string, Profile])[] }
  | { readonly done: true };

/** Profiles travel in batches, so that neither side holds a second copy of everything. */
const BATCH = 1_000;

const port = parentPort!;
const profiler = createChunkProfiler(wrapSeenFilter(workerData as SharedArrayBuffer));

const hand = (message: FromWorker): void => port.postMessage(message);

port.on('message', (message: ToWorker) => {
  if ('chunk' in message) {
    hand({ tally: profiler.accept(message.chunk) });
    return;
  }
  let batch: (readonly [string, Profile])[] = [];
  for (const entry of profiler.drain()) {
    batch.push(entry);
    if (batch.length === BATCH) {
      hand({ profiles: batch });
      batch = [];
    }
  }
  hand({ profiles: batch });
  hand({ done: true });
  port.close();
});
