import { logGamma, normalCdf, regularisedIncompleteBeta } from './statistics.ts';

/**
 * P(X ≥ k) for X ~ Binomial(n, p): the regularised incomplete beta function I_p(k, n−k+1)
 * (NIST DLMF §8.17(i), eq. 8.17.5). 0 … 1.
 */
export const binomialUpperTail = (k: number, n: number, p: number): number =>
  k <= 0 ? 1 : k > n || p <= 0 ? 0 : p >= 1 ? 1 : regularisedIncompleteBeta(p, k, n - k + 1);

/**
 * Natural logarithm of P(X ≥ k) for X ~ Poisson(mean), by its series from the first term, which all
 * have one sign: no cancellation, and no underflow far in the tail.
 */
export const logPoissonUpperTail = (k: number, mean: number): number => {
  if (k <= 0) return 0;
  if (mean <= 0) return Number.NEGATIVE_INFINITY;
  if (k <= mean) {
    // Near the bulk the lower tail is the short sum.
    let term = Math.exp(-mean);
    let below = 0;
    for (let i = 0; i < k; i++) {
      below += term;
      term *= mean / (i + 1);
    }
    return Math.log(Math.max(1 - below, Number.MIN_VALUE));
  }
  let term = 1;
  let sum = 1;
  for (let i = k + 1; term > sum * 1e-16; i++) {
    term *= mean / i;
    sum += term;
  }
  return k * Math.log(mean) - mean - logGamma(k + 1) + Math.log(sum);
};

/** P(X ≥ k) for X ~ Poisson(mean), 0 … 1. */
export const poissonUpperTail = (k: number, mean: number): number =>
  Math.exp(logPoissonUpperTail(k, mean));

/**
 * Fisher's combination of k independent p-values given as natural logarithms: P(χ²₂ₖ ≥ −2 Σ ln p),
 * whose upper tail for even degrees of freedom is a Poisson sum (Fisher 1932, §21.1). Returns ln P.
 */
export const logFisher = (logs: readonly number[]): number => {
  const k = logs.length;
  const x = -logs.reduce((sum, log) => sum + log, 0);
  if (k === 0 || x <= 0) return 0;
  let term = 1;
  let sum = 1;
  for (let i = 1; i < k; i++) {
    term *= x / i;
    sum += term;
  }
  return Math.min(0, -x + Math.log(sum));
};

/** Beyond this the density nears the smallest numbers; the series is exact to the last digits there. */
const FAR = 30;

/** ln P(Z ≥ z) of the standard normal; beyond z = 30 by its asymptotic series (DLMF 7.12.1). */
export const logNormalUpperTail = (z: number): number => {
  // By the lower tail, whose relative error is small: 1 − Φ(z) would cancel.
  if (z < FAR) return Math.log(normalCdf(-z));
  const u = 1 / (z * z);
  const series = -u * (1 - 3 * u * (1 - 5 * u));
  return (-z * z) / 2 - Math.log(z * Math.sqrt(2 * Math.PI)) + Math.log1p(series);
};
