import type { Exchange } from '../exchange/exchange.ts';
import type { LogChunk, LogFormat } from '../exchange/log-chunk.ts';
import type { RejectReason } from '../exchange/reject.ts';
import { createRowReader, type RowReader } from '../exchange/row-reader.ts';
import { exchangeKey, type SeenFilter, seenBefore } from '../exchange/seen-filter.ts';
import { type Accumulator, createAccumulator } from '../profile/accumulator.ts';
import { createObserver, observe } from '../profile/observe.ts';
import type { Profile } from '../profile/profile.ts';
import { profileOf } from '../profile/profile-of.ts';

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
  readonly accept: (chunk: LogChunk) => ChunkTally;
  /** Hands over the profiles by account and forgets each, so that no two copies of all exist. */
  readonly drain: () => Generator<readonly [string, Profile], void>;
}

export const KEPT_REJECTS = 20;

/** Counts chunks into profiles by account. One per thread; the profiles of all threads are merged. */
export const createChunkProfiler = (seen: SeenFilter | null): ChunkProfiler => {
  const accounts = new Map<string, Accumulator>();
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
        let account = accounts.get(exchange.accountId);
        if (account === undefined) {
          account = createAccumulator();
          accounts.set(exchange.accountId, account);
        }
        observe(account, exchange, observer);
      },
      (line, reason) => {
        reasons[reason] = (reasons[reason] ?? 0) + 1;
        if (rejected.length < KEPT_REJECTS) rejected.push({ line, reason });
      },
    );
    return { source: chunk.source, exchanges, duplicates, reasons, rejected };
  };
  function* drain(): Generator<readonly [string, Profile], void> {
    for (const [id, account] of accounts) {
      accounts.delete(id);
      yield [id, profileOf(account)];
    }
  }
  return { accept, drain };
};
