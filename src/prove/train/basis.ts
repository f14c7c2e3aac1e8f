/** Monotone building blocks: every model is a sum of them with weights of 0 or more. */
import { quantileSorted, sorted } from '../../base/statistics.ts';
import type { Example } from './examples.ts';

/** Rises from 0 to 1 between `from` and `to` (from = to: at once, above it), on the oriented signal. */
export interface Block {
  readonly signal: string;
  readonly direction: 1 | -1;
  /** On direction × value. */
  readonly from: number;
  readonly to: number;
}

/** Height of a block at an oriented value, 0 … 1. */
export const heightOf = ({ from, to }: Block, oriented: number): number =>
  oriented <= from ? 0 : oriented >= to ? 1 : (oriented - from) / (to - from);

/** A signal as a fit sees it. */
export interface Column {
  readonly signal: string;
  readonly direction: 1 | -1;
  /** Oriented values of the examples; what cannot be measured stands at the ordinary median. */
  readonly values: Float64Array;
  /** Oriented median of the benign examples: where a term says nothing. */
  readonly ordinary: number;
}

/** Null where a signal was never measured among benign sets: nothing can be said about it. */
export const columnOf = (
  examples: readonly Example[],
  signal: string,
  direction: 1 | -1,
): Column | null => {
  const benign = examples
    .filter((e) => !e.campaign)
    .map((e) => direction * (e.values[signal] ?? Number.NaN))
    .filter((v) => !Number.isNaN(v));
  if (benign.length === 0) return null;
  const ordinary = quantileSorted(sorted(benign), 0.5);
  const values = Float64Array.from(examples, (e) => {
    const v = direction * (e.values[signal] ?? Number.NaN);
    return Number.isNaN(v) ? ordinary : v;
  });
  return { signal, direction, values, ordinary };
};

/** Distinct quantiles of a column, ascending; both classes weigh the same. */
const knotsOf = (column: Column, examples: readonly Example[], count: number): number[] => {
  const knots = new Set<number>();
  for (const campaign of [false, true]) {
    const own = sorted(column.values.filter((_, i) => examples[i]!.campaign === campaign));
    for (let k = 0; k <= count; k++) knots.add(quantileSorted(own, 0.02 + (0.96 * k) / count));
  }
  return [...knots].sort((a, b) => a - b);
};

/** Knots closer than this share of their range are one: a steep step between them fits noise. */
const APART = 0.06;

/** Adjoining ramps between quantiles: their sums are the monotone piecewise-linear functions. */
export const rampsOf = (column: Column, examples: readonly Example[], count: number): Block[] => {
  const all = knotsOf(column, examples, count);
  const gap = APART * (all.at(-1)! - all[0]!);
  const knots = all.filter((_, i) => i === 0);
  for (const knot of all) if (knot - knots.at(-1)! >= gap && gap > 0) knots.push(knot);
  const { signal, direction } = column;
  return knots.slice(1).map((to, i) => ({ signal, direction, from: knots[i]!, to }));
};

/** Steps at quantiles: their sums are the monotone step functions. */
export const stepsOf = (column: Column, examples: readonly Example[], count: number): Block[] => {
  const { signal, direction } = column;
  return knotsOf(column, examples, count).map((at) => ({ signal, direction, from: at, to: at }));
};
