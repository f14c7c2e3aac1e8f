/** Fits the three forms of intent model that are compared; each ends as curves over signals. */

import { MAD_TO_SIGMA, median, medianAbsoluteDeviation } from '../../base/statistics.ts';
import type { IntentFeature } from '../../detect/verdict/intent-model.ts';
import { type Block, type Column, columnOf, heightOf, rampsOf, stepsOf } from './basis.ts';
import { boost, heights } from './boost.ts';
import type { Example } from './examples.ts';
import { type Problem, type Solution, solve } from './solve.ts';
import { weigh } from './weigh.ts';

/** What is compared: one straight clipped line per signal, bent lines, or steps. */
export const FORMS = ['clipped-line', 'piecewise-linear', 'boosted-stumps'] as const;
export type Form = (typeof FORMS)[number];

export interface FitOptions {
  readonly form: Form;
  readonly ridge: number;
  /** Log-odds that one signal can move a score by, at most. */
  readonly most: number;
  /** Quantiles of each class that become knots of a bent line or places of steps. */
  readonly knots: number;
  readonly rounds: number;
  readonly shrinkage: number;
}

export const FIT_DEFAULTS: FitOptions = {
  form: 'piecewise-linear',
  ridge: 0.001,
  most: 2,
  knots: 6,
  rounds: 150,
  shrinkage: 0.2,
};

/** A fitted term: the curve of one signal, non-decreasing in the value; the direction gives the sign. */
export type Curve = Pick<IntentFeature, 'signal' | 'direction' | 'knots' | 'curve'>;

export interface Fitted {
  readonly bias: number;
  readonly curves: readonly Curve[];
}

/** A straight line is clipped this many robust deviations from the ordinary median. */
const CLIP = 3;
const LEAST_SCALE = 0.05;
/** A term that never adds more than this says nothing. */
const SILENT = 0.02;

const lineOf = (column: Column, examples: readonly Example[]): Block[] => {
  const benign = column.values.filter((_, i) => !examples[i]!.campaign);
  const scale = Math.max(LEAST_SCALE, MAD_TO_SIGMA * medianAbsoluteDeviation(benign));
  const centre = median(benign);
  const { signal, direction } = column;
  return [{ signal, direction, from: centre - CLIP * scale, to: centre + CLIP * scale }];
};

const BLOCKS: Readonly<
  Record<Form, (column: Column, examples: readonly Example[], knots: number) => Block[]>
> = { 'clipped-line': lineOf, 'piecewise-linear': rampsOf, 'boosted-stumps': stepsOf };

/** Weighted blocks of one signal as points of its curve over raw values, 0 at the ordinary median. */
const curveOf = (column: Column, parts: readonly (readonly [Block, number])[]): Curve => {
  const { signal, direction, ordinary } = column;
  const points = new Set(parts.flatMap(([block]) => [block.from, block.to]));
  const height = (oriented: number, above: boolean): number =>
    parts.reduce((sum, [block, weight]) => {
      // A step is 0 up to its place and 1 beyond it; both ends are points of the curve.
      const step = block.from === block.to && block.from === oriented;
      return sum + weight * (step ? (above ? 1 : 0) : heightOf(block, oriented));
    }, 0);
  const zero = height(ordinary, false);
  const oriented = [...points].sort((a, b) => a - b);
  const rows = oriented.flatMap((x) => {
    const [low, high] = [height(x, false), height(x, true)];
    return low === high
      ? [[x, low - zero]]
      : [
          [x, low - zero],
          [x, high - zero],
        ];
  });
  if (direction < 0) rows.reverse();
  return {
    signal,
    direction,
    knots: rows.map(([x]) => round(direction * x!)),
    curve: rows.map(([, y]) => round(direction * y!)),
  };
};

const round = (v: number): number => Number(v.toFixed(4)) + 0;

const search = (options: FitOptions, problem: Problem): Solution =>
  options.form === 'boosted-stumps' ? boost(problem, options) : solve(problem);

/** `signals` are name and direction of each term that may enter. Throws nothing; terms may vanish. */
export const fit = (
  examples: readonly Example[],
  signals: readonly { readonly name: string; readonly direction: 1 | -1 }[],
  options: FitOptions = FIT_DEFAULTS,
): Fitted => {
  const columns = signals.flatMap(
    ({ name, direction }) => columnOf(examples, name, direction) ?? [],
  );
  const blocks = columns.flatMap((column) =>
    BLOCKS[options.form](column, examples, options.knots).map((block) => ({ block, column })),
  );
  const solution = search(options, {
    columns: blocks.map(({ block, column }) => heights(block, column.values)),
    answers: Uint8Array.from(examples, (e) => (e.campaign ? 1 : 0)),
    weights: weigh(examples),
    ridge: options.ridge,
    groups: columns.map((column) =>
      blocks.flatMap(({ column: own }, j) => (own === column ? [j] : [])),
    ),
    most: options.most,
  });
  let bias = solution.bias;
  const curves = columns.flatMap((column) => {
    const parts = blocks.flatMap(({ block, column: own }, j) =>
      own === column && solution.weights[j]! > 0 ? [[block, solution.weights[j]!] as const] : [],
    );
    for (const [block, weight] of parts) bias += weight * heightOf(block, column.ordinary);
    const total = parts.reduce((sum, [, weight]) => sum + weight, 0);
    return total > SILENT ? [curveOf(column, parts)] : [];
  });
  return { bias: round(bias), curves };
};
