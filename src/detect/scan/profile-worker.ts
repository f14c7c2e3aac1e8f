import { parentPort, workerData } from 'node:worker_threads';
import type { LogChunk } from '../exchange/log-chunk.ts';
import { wrapSeenFilter } from '../exchange/seen-filter.ts';
import { type PackedProfiles, type ProfileEntry, packProfiles } from '../profile/wire.ts';
import { type ChunkTally, createChunkProfiler } from './chunk-profiler.ts';

export type ToWorker = { readonly chunk: LogChunk } | { readonly end: true };
export type FromWorker =
  | { readonly tally: ChunkTally }
  | { readonly profiles: PackedProfiles }
  | { readonly done: true };

/** Profiles travel in batches, so that neither side holds a second copy of everything. */
const BATCH = 250;

const port = parentPort!;
const profiler = createChunkProfiler(wrapSeenFilter(workerData as SharedArrayBuffer));

const hand = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const handProfiles = (batch: readonly ProfileEntry[]): void => {
  const profiles = packProfiles(batch);
  hand({ profiles }, [profiles.numbers.buffer]);
};

const finish = (): void => {
  let batch: ProfileEntry[] = [];
  for (const entry of profiler.drain()) {
    if (batch.push(entry) < BATCH) continue;
    handProfiles(batch);
    batch = [];
  }
  handProfiles(batch);
  hand({ done: true });
  port.close();
};

port.on('message', (message: ToWorker) => {
  if ('chunk' in message) hand({ tally: profiler.accept(message.chunk) });
  else finish();
});
