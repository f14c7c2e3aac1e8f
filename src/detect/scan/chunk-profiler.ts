import type { Exchange } from '../exchange/exchange.ts';
import type { LogFormat } from '../exchange/log-chunk.ts';
import type { RejectReason } from '../exchange/reject.ts';
import { createRowReader, type ReadableChunk, type RowReader } from '../exchange/row-reader.ts';
import { exchangeKey, type SeenFilter, seenBefore } from '../exchange/seen-filter.ts';
import { type Accumulator, createAccumulator } from '../profile/accumulator.ts';
import { createObserver, observe, observeScanned, scanExchange } from '../profile/observe.ts';
import { CAPACITY, type Profile } from '../profile/profile.ts';
import { profileOf } from '../profile/profile-of.ts';
import { createPromptScan } from '../profile/prompt-scan/prompt-scan.ts';

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
  readonly accept: (chunk: ReadableChunk) => ChunkTally;
  /** Counts one exchange; false when it was counted before. */
  readonly count: (exchange: Exchange) => boolean;
  /** Accounts that hold something to drain. */
  readonly accounts: number;
  /** Hands over the profiles by account and forgets each, so that no two copies of all exist. */
  readonly drain: () => Generator<readonly [string, Profile], void>;
  /** Carries nothing on, unless every account it is carried for was last seen at `before` or later. */
  readonly letGo: (before: number) => void;
}

export const KEPT_REJECTS = 20;

/** Was this key added before? Adds it in the same step. */
export type Seen = (hashHi: number, hashLo: number) => boolean;

export interface ChunkProfilerOptions {
  /** Rejected rows of one chunk that are named (default KEPT_REJECTS); all are counted. */
  readonly keptRejects?: number;
  /** Shown each exchange that was counted, once. */
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
  /**
   * What is drained is merged with all that was drained before: prompts that can have no place in the
   * sample of both are not sampled again. `letGo` has to be called before an earlier sample is dropped.
   */
  readonly carry?: boolean;
}

/**
 * Exchanges that go from one step to the next together: reading, looking up, scanning and counting each
 * need other tables, and one exchange at a time would fetch them all anew.
 */
const BATCH = 64;

/** Accounts whose earlier sample is known at most: half a kilobyte each. */
const MOST_CARRIED = 20_000;

/** The smallest of two ascending lists of hashes, each once, as many as a sample has room for. */
const smallest = (a: readonly number[], b: readonly number[]): number[] => {
  const out: number[] = [];
  for (let i = 0, j = 0; out.length < CAPACITY.prompts && (i < a.length || j < b.length); ) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    if (a[i] === next) i++;
    if (b[j] === next) j++;
    out.push(next);
  }
  return out;
};

/** Counts chunks into profiles by account. One per thread; the profiles of all threads are merged. */
export const createChunkProfiler = (
  remembered: SeenFilter | Seen | null,
  { keptRejects = KEPT_REJECTS, onExchange, carry = false }: ChunkProfilerOptions = {},
): ChunkProfiler => {
  const seen: Seen | null =
    remembered === null || typeof remembered === 'function'
      ? remembered
      : (hi, lo) => seenBefore(remembered, hi, lo);
  const accounts = new Map<string, Accumulator>();
  /** Hashes of the prompts that all drained samples of an account hold together. */
  const carried = new Map<string, readonly number[]>();
  let leastRecent = Number.POSITIVE_INFINITY;
  const observer = createObserver();
  const key = new Uint32Array(2);
  const isDuplicate = (exchange: Exchange): boolean => {
    if (seen === null) return false;
    exchangeKey(exchange, key);
    return seen(key[0]!, key[1]!);
  };
  const readers = new Map<LogFormat, RowReader>();
  const readerOf = (format: LogFormat): RowReader => {
    const reader = readers.get(format) ?? createRowReader(format);
    readers.set(format, reader);
    return reader;
  };
  const accountOf = (id: string): Accumulator => {
    const known = accounts.get(id);
    if (known !== undefined) return known;
    const account = createAccumulator();
    const before = carried.get(id);
    if (before?.length === CAPACITY.prompts) account.promptThreshold = before.at(-1)!;
    accounts.set(id, account);
    return account;
  };
  const count = (exchange: Exchange): boolean => {
    if (isDuplicate(exchange)) return false;
    observe(accountOf(exchange.accountId), exchange, observer);
    onExchange?.(exchange);
    return true;
  };
  const batch: Exchange[] = [];
  const keys = Array.from({ length: BATCH }, () => new Uint32Array(2));
  const scans = Array.from({ length: BATCH }, createPromptScan);
  /** Counts the batch as `count` would one after the other; returns how many were new. */
  const countBatch = (): number => {
    const read = batch.length;
    let fresh = read;
    if (seen !== null) {
      fresh = 0;
      for (let i = 0; i < read; i++) exchangeKey(batch[i]!, keys[i]!);
      // Little between two look-ups, so that the processor waits for several at once.
      for (let i = 0; i < read; i++)
        if (!seen(keys[i]![0]!, keys[i]![1]!)) batch[fresh++] = batch[i]!;
    }
    for (let i = 0; i < fresh; i++) scanExchange(batch[i]!, scans[i]!);
    for (let i = 0; i < fresh; i++) {
      const exchange = batch[i]!;
      observeScanned(accountOf(exchange.accountId), exchange, scans[i]!, observer.blocks);
      onExchange?.(exchange);
    }
    batch.length = 0;
    return fresh;
  };
  const accept = (chunk: ReadableChunk): ChunkTally => {
    let exchanges = 0;
    let duplicates = 0;
    const reasons: Partial<Record<RejectReason, number>> = {};
    const rejected: Rejected[] = [];
    const settle = (): void => {
      const read = batch.length;
      const fresh = countBatch();
      exchanges += fresh;
      duplicates += read - fresh;
    };
    readerOf(chunk.format)(
      chunk,
      (exchange) => {
        if (batch.push(exchange) >= BATCH) settle();
      },
      (line, reason) => {
        reasons[reason] = (reasons[reason] ?? 0) + 1;
        if (rejected.length < keptRejects) rejected.push({ line, reason });
      },
    );
    settle();
    return { source: chunk.source, exchanges, duplicates, reasons, rejected };
  };
  const letGo = (before: number): void => {
    if (leastRecent >= before) return;
    carried.clear();
    leastRecent = Number.POSITIVE_INFINITY;
  };
  function* drain(): Generator<readonly [string, Profile], void> {
    for (const [id, account] of accounts) {
      accounts.delete(id);
      if (carry) {
        if (carried.size >= MOST_CARRIED && !carried.has(id)) letGo(Number.POSITIVE_INFINITY);
        carried.set(id, smallest(carried.get(id) ?? [], account.prompts.keys));
        leastRecent = Math.min(leastRecent, account.lastSeen);
      }
      yield [id, profileOf(account)];
    }
  }
  return {
    accept,
    count,
    drain,
    letGo,
    get accounts() {
      return accounts.size;
    },
  };
};
