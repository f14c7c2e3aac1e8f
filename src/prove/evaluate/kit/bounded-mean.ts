import { mean } from '../../../base/statistics.ts';

/** A mean of shares over independent worlds with an interval that assumes no distribution. */
export interface BoundedMean {
  readonly n: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Kullback–Leibler divergence of Bernoulli(p) from Bernoulli(q), natural logarithm. */
const divergence = (p: number, q: number): number => {
  const term = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return term(p, q) + term(1 - p, 1 - q);
};

/** The q between `p` and `end` at which n·KL(p, q) reaches `bound`. */
const edge = (p: number, end: 0 | 1, n: number, bound: number): number => {
  let [inside, outside] = [p, end as number];
  for (let i = 0; i < 60; i++) {
    const middle = (inside + outside) / 2;
    if (n * divergence(p, middle) <= bound) inside = middle;
    else outside = middle;
  }
  return outside;
};

/**
 * Chernoff–Hoeffding interval of the mean of values between 0 and 1 (Hoeffding, JASA 58 (1963),
 * theorem 1, equation 2.1): right for a false discovery proportion, which is neither 0-or-1 nor
 * normal. With all values 0 it is [0, 1 − (α/2)^(1/n)], as the exact binomial one.
 */
export const boundedMean = (values: readonly number[], confidence = 0.95): BoundedMean => {
  const n = values.length;
  if (n === 0) return { n, value: null, low: null, high: null };
  const value = Math.min(1, Math.max(0, mean(values)));
  const bound = Math.log(2 / (1 - confidence));
  return { n, value, low: edge(value, 0, n, bound), high: edge(value, 1, n, bound) };
};
