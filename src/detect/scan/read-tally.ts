import { assertMostlyReadable } from '../exchange/readable.ts';
import type { RejectReason } from '../exchange/reject.ts';
import type { RejectedRow } from '../report/report.ts';
import { type ChunkTally, KEPT_REJECTS } from './chunk-profiler.ts';

/** What was read and what was not: sums and a bounded list. */
export interface ReadCounts {
  readonly exchanges: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly reasons: Readonly<Partial<Record<RejectReason, number>>>;
  /** The first rejected rows by source and line, at most KEPT_REJECTS. */
  readonly quarantine: readonly RejectedRow[];
}

/** Those counts, added up over chunks in any order. */
export interface ReadTally extends ReadCounts {
  /** Names a source when it is opened: sources rank in this order, whoever reports first. */
  readonly expect: (source: string) => void;
  readonly add: (chunk: ChunkTally) => void;
  /** @throws StillwatchError INPUT_MOSTLY_REJECTED when most rows of a source were rejected. */
  readonly assertReadable: () => void;
}

interface MutableCounts {
  read: number;
  rejected: number;
  reasons: Partial<Record<RejectReason, number>>;
}

const addReasons = (
  into: Partial<Record<RejectReason, number>>,
  from: Partial<Record<RejectReason, number>>,
): void => {
  for (const [reason, count] of Object.entries(from) as [RejectReason, number][])
    into[reason] = (into[reason] ?? 0) + count;
};

export const createReadTally = (): ReadTally => {
  const bySource = new Map<string, MutableCounts>();
  const reasons: Partial<Record<RejectReason, number>> = {};
  let quarantine: RejectedRow[] = [];
  let exchanges = 0;
  let duplicates = 0;
  const countsOf = (source: string): MutableCounts => {
    const counts = bySource.get(source) ?? { read: 0, rejected: 0, reasons: {} };
    bySource.set(source, counts);
    return counts;
  };
  const sourceRank = (name: string): number => [...bySource.keys()].indexOf(name);
  return {
    get exchanges() {
      return exchanges;
    },
    get duplicates() {
      return duplicates;
    },
    get rejected() {
      return Object.values(reasons).reduce((sum, count) => sum + count, 0);
    },
    reasons,
    get quarantine() {
      return quarantine;
    },
    expect: countsOf,
    add: (chunk) => {
      const counts = countsOf(chunk.source);
      counts.read += chunk.exchanges + chunk.duplicates;
      counts.rejected += Object.values(chunk.reasons).reduce((sum, count) => sum + count, 0);
      exchanges += chunk.exchanges;
      duplicates += chunk.duplicates;
      addReasons(counts.reasons, chunk.reasons);
      addReasons(reasons, chunk.reasons);
      if (chunk.rejected.length === 0) return;
      // Chunks arrive in any order: sorting before the cut keeps the list independent of it.
      quarantine = [
        ...quarantine,
        ...chunk.rejected.map((row) => ({ source: chunk.source, ...row })),
      ]
        .sort(
          (a, b) => sourceRank(a.source) - sourceRank(b.source) || (a.line ?? 0) - (b.line ?? 0),
        )
        .slice(0, KEPT_REJECTS);
    },
    assertReadable: () => assertMostlyReadable(bySource),
  };
};
