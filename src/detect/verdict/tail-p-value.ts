import { sorted } from '../../base/statistics.ts';

/** Fewest reference scores from which a tail is fitted. */
export const MIN_REFERENCE = 30;
/** The largest scores that the tail is fitted to: this share of them, and this many at least. */
const TAIL_SHARE = 0.05;
const TAIL_SCORES = 15;
/** Least scale of the tail, log-odds: a reference without spread must not make everything extreme. */
const MIN_SCALE = 0.5;

/**
 * Upper p-value of a score among reference scores, as a natural logarithm: the conformal rank
 * p-value (1 + #{reference ≥ score}) / (1 + n) (Vovk et al. 2005, §2.2) inside the reference, and
 * beyond its largest scores an exponential tail fitted to them (peaks over threshold, Pickands 1975,
 * with shape 0), because n reference groups alone could never say less than 1 / (1 + n). The scale
 * of the tail is raised by one standard error of its estimate, scale / √k.
 */
export const logTailP = (score: number, reference: ArrayLike<number>): number => {
  const n = reference.length;
  const ascending = sorted(reference);
  let above = 0;
  for (let i = n - 1; i >= 0 && ascending[i]! >= score; i--) above++;
  const rank = Math.log((1 + above) / (1 + n));
  if (n < MIN_REFERENCE) return rank;
  const k = Math.max(TAIL_SCORES, Math.floor(TAIL_SHARE * n));
  const threshold = ascending[n - k - 1]!;
  if (score <= threshold) return rank;
  let sum = 0;
  for (let i = n - k; i < n; i++) sum += ascending[i]! - threshold;
  const scale = Math.max(MIN_SCALE, sum / k) * (1 + 1 / Math.sqrt(k));
  const tail = Math.log(k / n) - (score - threshold) / scale;
  // Where the rank says more than the model, the rank is believed: it assumes nothing.
  return above > 0 ? Math.max(rank, tail) : tail;
};
