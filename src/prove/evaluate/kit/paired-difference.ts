import { type Interval, wilson } from '../../../base/statistics.ts';

/** Pairs of yes-or-no outcomes: both, only the first, only the second, neither. */
export interface Pairs {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly neither: number;
}

/** Correlation of the two outcomes, with Newcombe's continuity correction; 0 when one never varies. */
const correlation = ({ both, first, second, neither }: Pairs): number => {
  const margins = (both + first) * (second + neither) * (both + second) * (first + neither);
  if (margins === 0) return 0;
  const n = both + first + second + neither;
  const product = both * neither - first * second;
  const corrected = product > n / 2 ? product - n / 2 : Math.min(product, 0);
  return corrected / Math.sqrt(margins);
};

/**
 * Share of the first outcome minus share of the second, with a 95 % interval: method 10 of Newcombe,
 * "Improved confidence intervals for the difference between binomial proportions based on paired
 * data", Statistics in Medicine 17 (1998). It keeps a width when no pair differs. Null for no pairs.
 */
export const pairedDifference = (pairs: Pairs): (Interval & { readonly value: number }) | null => {
  const { both, first, second, neither } = pairs;
  const n = both + first + second + neither;
  if (n === 0) return null;
  const [p1, p2] = [(both + first) / n, (both + second) / n];
  const [one, two] = [wilson(both + first, n), wilson(both + second, n)];
  const phi = correlation(pairs);
  const width = (a: number, b: number): number =>
    Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  const value = p1 - p2;
  return {
    value,
    low: Math.max(-1, value - width(p1 - one.low, two.high - p2)),
    high: Math.min(1, value + width(one.high - p1, p2 - two.low)),
  };
};
