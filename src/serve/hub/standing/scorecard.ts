/** How a contributor's indicators fared elsewhere. For itself, and for the hub's operator and auditor. */
import { STATUSES, type StandingStatus } from '../../../share/corroboration/standing.ts';
import type { Records } from '../../store/store.ts';
import type { Secrets } from '../access/secret.ts';
import { ownedBy, ownerOf, subjectOf } from './kept.ts';
import { percentile } from './retraction.ts';

export interface Scorecard {
  readonly contributed: number;
  /** By their standing as last announced. */
  readonly standing: Readonly<Record<StandingStatus, number>>;
  /** Were confirmed by another member at some time. */
  readonly confirmed: number;
  /** Were disputed at some time. */
  readonly disputed: number;
  /** Reports of known-good accounts that were hit, and of appeals upheld. */
  readonly false_hits: number;
  /** From the first dispute to the retraction, over those that had both. */
  readonly correction_ms: {
    readonly count: number;
    readonly p50: number | null;
    readonly p99: number | null;
  };
}

export const scorecardOf = async (
  records: Pick<Records, 'get' | 'list'>,
  secrets: Secrets,
  member: string,
): Promise<Scorecard> => {
  const standing = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<
    StandingStatus,
    number
  >;
  let [contributed, confirmed, disputed, falseHits] = [0, 0, 0, 0];
  const corrections: number[] = [];
  for (const object of await ownedBy(records, ownerOf(secrets, member))) {
    const subject = await subjectOf(records, object);
    if (subject === undefined) continue;
    contributed += 1;
    standing[subject.status] += 1;
    confirmed += subject.confirmed ? 1 : 0;
    disputed += subject.disputed === null ? 0 : 1;
    falseHits += subject.falseHits;
    if (subject.disputed !== null && subject.retracted !== null)
      corrections.push(Math.max(0, subject.retracted - subject.disputed));
  }
  corrections.sort((a, b) => a - b);
  return {
    contributed,
    standing,
    confirmed,
    disputed,
    false_hits: falseHits,
    correction_ms: {
      count: corrections.length,
      p50: percentile(corrections, 0.5),
      p99: percentile(corrections, 0.99),
    },
  };
};
