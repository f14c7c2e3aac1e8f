import type { Exchange } from '../exchange/exchange.ts';
import type { LogChunk, LogFormat } from '../exchange/log-chunk.ts';
import type { RejectReason } from '../exchange/reject.ts';
import { createRowReader, type RowReader } from '../exchange/row-reader.ts';
import { exchangeKey, type SeenFilter, seenBefore } from '../exchange/seen-filter.ts';
import { createObserver, observe } from '../profile/observe.ts';
import { createProfile, type Profile } from '../profile/profile.ts';

export interface Rejected {
  readonly line: number | null;
  readonly reason: RejectReason;
}

/** What became of the rows of one chunk. */
export interface ChunkTally {
  readonly source: string;
  readonly exchanges: number;
  readonly duplicates: number;
  readonly reasons: Partial<Record<RejectReason, number>>;
  /** The first rejected rows of the chunk, at most KEPT_REJECTS. */
  readonly rejected: readonly Rejected[];
}

export interface ChunkProfiler {
  readonly profiles: Map<string, Profile>;
  readonly accept: (chunk: LogChunk) => ChunkTally;
}

export const KEPT_REJECTS = 20;

/** Counts chunks into profiles by account. One per thread; the profiles of all threads are merged. */
export const createChunkProfiler = (seen: SeenFilter | null): ChunkProfiler => {
  const profiles = new Map<string, Profile>();
  const observer = createObserver();
  const key = new Uint32Array(2);
  const isDuplicate = (exchange: Exchange): boolean => {
    if (seen === null) return false;
    exchangeKey(exchange, key);
    return seenBefore(seen, key[0]!, key[1]!);
  };
  const readers = new Map<LogFormat, RowReader>();
  const readerOf = (format: LogFormat): RowReader => {
    const reader = readers.get(format) ?? createRowReader(format);
    readers.set(format, reader);
    return reader;
  };
  const accept = (chunk: LogChunk): ChunkTally => {
    let exchanges = 0;
    let duplicates = 0;
    const reasons: Partial<Record<RejectReason, number>> = {};
    const rejected: Rejected[] = [];
    readerOf(chunk.format)(
      chunk,
      (exchange) => {
        if (isDuplicate(exchange)) {
          duplicates++;
          return;
        }
        exchanges++;
        let profile = profiles.get(exchange.accountId);
        if (profile === undefined) {
          profile = createProfile();
          profiles.set(exchange.accountId, profile);
        }
        observe(profile, exchange, observer);
      },
      (line, reason) => {
        reasons[reason] = (reasons[reason] ?? 0) + 1;
        if (rejected.length < KEPT_REJECTS) rejected.push({ line, reason });
      },
    );
    return { source: chunk.source, exchanges, duplicates, reasons, rejected };
  };
  return { profiles, accept };
};
