import { completePool } from './complete-pool.ts';
import { PARENTS, SEGMENTS, type Segment, type SegmentPool } from './segment.ts';
import { logTailP } from './tail-p-value.ts';

/** Scores of benign groups by segment, each list ascending. */
export type SegmentScores = Readonly<Partial<Record<Segment, readonly number[]>>>;

/** What a p-value rests on, for the finding and the evidence pack. */
export interface AxisCalibration {
  /** The groups that were compared with: of this segment, of its parent, or of all. */
  readonly pool: SegmentPool;
  readonly groups: number;
  /** True where the segment had too few groups of its own. */
  readonly borrowed: boolean;
  /**
   * True where the p-value is smaller than 1 / (1 + groups), the least that ranks alone can say, and
   * so rests on the fitted tail.
   */
  readonly extrapolated: boolean;
}

export interface CalibratedP {
  /** Natural logarithm. */
  readonly logP: number;
  readonly calibration: AxisCalibration;
}

/** Fewest groups from which a segment is judged by its own: below, ranks say too little. */
export const ENOUGH_GROUPS = 100;

const sizeOf = (scores: SegmentScores, of: (segment: Segment) => boolean): number =>
  SEGMENTS.reduce((sum, s) => sum + (of(s) ? (scores[s]?.length ?? 0) : 0), 0);

const gather = (scores: SegmentScores, of: (segment: Segment) => boolean): Float64Array =>
  Float64Array.from(SEGMENTS.flatMap((s) => (of(s) ? (scores[s] ?? []) : []))).sort();

/** The smallest pool around a segment that holds enough groups; all of them when none does. */
export const poolFor = (
  scores: SegmentScores,
  segment: Segment,
): { readonly pool: SegmentPool; readonly scores: Float64Array } => {
  const own = (s: Segment): boolean => s === segment;
  const siblings = (s: Segment): boolean => PARENTS[s] === PARENTS[segment];
  if (sizeOf(scores, own) >= ENOUGH_GROUPS) return { pool: segment, scores: gather(scores, own) };
  if (sizeOf(scores, siblings) >= ENOUGH_GROUPS)
    return { pool: PARENTS[segment], scores: gather(scores, siblings) };
  return { pool: 'all', scores: gather(scores, () => true) };
};

/**
 * The conformal p-value of a group's score among benign groups of its segment: Mondrian conformal
 * (Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World", 2005, §4.5) with the marginal
 * rank of Bates, Candès, Lei, Romano, Sesia (Annals of Statistics 51, 2023, eq. 1.2), and a fitted
 * tail beyond the largest scores (tail-p-value.ts). `fallback` completes a pool that is too small, at the
 * level of the groups of `sizes`, which are those of here of every size.
 */
export const conformalP = (
  score: number,
  segment: Segment,
  scores: SegmentScores,
  fallback: readonly number[] = [],
  sizes: readonly SegmentScores[] = [scores],
): CalibratedP => {
  const found = poolFor(scores, segment);
  const pool =
    found.scores.length >= ENOUGH_GROUPS || fallback.length === 0
      ? found.scores
      : completePool(
          found.scores,
          sizes.flatMap((of) => [...gather(of, () => true)]),
          fallback,
          ENOUGH_GROUPS,
        );
  const logP = logTailP(score, pool);
  return {
    logP,
    calibration: {
      pool: found.pool,
      groups: pool.length,
      borrowed: found.pool !== segment,
      extrapolated: logP < -Math.log(1 + pool.length),
    },
  };
};
