import { StillwatchError } from '../../base/errors.ts';
import { REJECT_REASONS, type RejectReason } from './reject.ts';

/** What became of the rows of one source. */
export interface SourceCounts {
  readonly read: number;
  readonly rejected: number;
  readonly reasons: Readonly<Partial<Record<RejectReason, number>>>;
}

/**
 * Refuses a source most of whose rows were refused: the columns are named otherwise or the format is
 * another one, and a scan of the rest would pass for a scan of the whole.
 *
 * @throws StillwatchError INPUT_MOSTLY_REJECTED with the three most frequent reasons.
 */
export const assertMostlyReadable = (counts: ReadonlyMap<string, SourceCounts>): void => {
  for (const [source, { read, rejected, reasons }] of counts) {
    if (rejected <= read) continue;
    const top = Object.entries(reasons)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 3)
      .map(([code, n]) => `${code} ${n} times (${REJECT_REASONS[code as RejectReason]})`);
    throw new StillwatchError(
      'INPUT_MOSTLY_REJECTED',
      `${source}: ${rejected} of ${read + rejected} rows cannot be read: ${top.join('; ')}`,
      'Name the format with --format, or rename the fields as in docs/reference/exchange-log.md.',
    );
  }
};
