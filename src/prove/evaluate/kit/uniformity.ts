import { sorted } from '../../../base/statistics.ts';

/** How far p-values are from uniform, and how far chance alone may take as many. */
export interface Uniformity {
  readonly n: number;
  /** Kolmogorov–Smirnov distance sup |F(t) − t|. */
  readonly distance: number | null;
  /** sup (F(t) − t): the direction that accuses too many. */
  readonly excess: number | null;
  /** What `distance` exceeds with probability at most 5 % if the values are uniform and independent. */
  readonly bound: number | null;
}

/** Null hypotheses whose p-values a calibration gives: the seam for held-out benign p-values. */
export interface PValueSample {
  /** What was tested: 'network axis, sets in null worlds'. */
  readonly name: string;
  /** 0 … 1. */
  readonly values: readonly number[];
}

/**
 * Distance of p-values from the uniform distribution, with the bound of Dvoretzky, Kiefer and
 * Wolfowitz in Massart's tight form (Annals of Probability 18 (1990)): P(D > ε) ≤ 2 exp(−2nε²).
 */
export const uniformity = (values: readonly number[], confidence = 0.95): Uniformity => {
  const n = values.length;
  if (n === 0) return { n, distance: null, excess: null, bound: null };
  let excess = 0;
  let lack = 0;
  sorted(values).forEach((p, i) => {
    excess = Math.max(excess, (i + 1) / n - p);
    lack = Math.max(lack, p - i / n);
  });
  const bound = Math.sqrt(Math.log(2 / (1 - confidence)) / (2 * n));
  return { n, distance: Math.max(excess, lack), excess, bound };
};
