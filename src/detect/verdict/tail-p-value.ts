import { quantileSorted, sorted } from '../../base/statistics.ts';

/** Quantile above which the tail is modelled. */
const THRESHOLD = 0.9;
/** Fewest reference scores from which a tail is fitted. */
export const MIN_REFERENCE = 30;
/** Least scale of the tail, log-odds: a reference without spread must not make everything extreme. */
const MIN_SCALE = 0.5;

/**
 * Upper p-value of a score among reference scores, as a natural logarithm: the conformal rank
 * p-value (1 + #{reference ≥ score}) / (1 + n) (Vovk et al. 2005, §2.2) inside the reference, and
 * beyond its threshold an exponential tail fitted to the exceedances (peaks over threshold, Pickands
 * 1975, with shape 0), because n reference groups alone could never say less than 1 / (1 + n).
 */
export const logTailP = (score: number, reference: ArrayLike<number>): number => {
  const n = reference.length;
  const ascending = sorted(reference);
  let above = 0;
  for (let i = n - 1; i >= 0 && ascending[i]! >= score; i--) above++;
  const rank = Math.log((1 + above) / (1 + n));
  if (n < MIN_REFERENCE) return rank;
  const threshold = quantileSorted(ascending, THRESHOLD);
  if (score <= threshold) return rank;
  let sum = 0;
  let count = 0;
  for (let i = n - 1; i >= 0 && ascending[i]! > threshold; i--) {
    sum += ascending[i]! - threshold;
    count++;
  }
  const scale = Math.max(MIN_SCALE, count > 0 ? sum / count : 0);
  const tail = Math.log(1 - THRESHOLD) - (score - threshold) / scale;
  // Where the rank says more than the model, the rank is believed: it assumes nothing.
  return above > 0 ? Math.max(rank, tail) : tail;
};
