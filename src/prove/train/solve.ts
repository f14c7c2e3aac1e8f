/** Logistic regression with weights of 0 or more: the one solver behind all additive fits. */

export interface Problem {
  /** One column per weight, one number per example. */
  readonly columns: readonly Float64Array[];
  /** 1 for a campaign, 0 for a benign set. */
  readonly answers: Uint8Array;
  /** Weight of each example; they sum to 1. */
  readonly weights: Float64Array;
  /** Half of this times the sum of squared weights is added to the loss; the bias is free. */
  readonly ridge: number;
  /** Weights of one group sum to `most` at the most: no single signal decides. */
  readonly groups: readonly (readonly number[])[];
  readonly most: number;
}

export interface Solution {
  readonly bias: number;
  /** Each 0 or more. */
  readonly weights: Float64Array;
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Moves weights to the nearest ones that are 0 or more and sum to `most` at the most (Duchi and
 * others, ICML 2008, figure 1), in place.
 */
export const capSum = (weights: Float64Array, group: readonly number[], most: number): void => {
  let sum = 0;
  for (const j of group) {
    weights[j] = Math.max(0, weights[j]!);
    sum += weights[j]!;
  }
  if (sum <= most) return;
  const falling = group.map((j) => weights[j]!).sort((a, b) => b - a);
  let total = 0;
  let shift = 0;
  for (const [k, w] of falling.entries()) {
    total += w;
    const next = (total - most) / (k + 1);
    if (w <= next) break;
    shift = next;
  }
  for (const j of group) weights[j] = Math.max(0, weights[j]! - shift);
};

const STEPS = 1_500;
/** Largest change of a weight in the last step at which the search ends. */
const STILL = 1e-6;

/** Largest eigenvalue of the weighted Gram matrix over 4: bounds the curvature of the loss. */
const curvature = ({ columns, weights }: Problem): number => {
  let trace = 1;
  for (const column of columns)
    for (let i = 0; i < weights.length; i++) trace += weights[i]! * column[i]! ** 2;
  return trace / 4;
};

/**
 * Accelerated projected gradient with restarts (Beck and Teboulle, SIAM J. Imaging Sciences 2009,
 * §4; O'Donoghue and Candès, Found. Comput. Math. 2015, §3.2). The loss is convex, so there is one
 * answer, whatever the starting point.
 */
export const solve = (problem: Problem): Solution => {
  const { columns, answers, weights, ridge, groups, most } = problem;
  const n = answers.length;
  const p = columns.length;
  const rate = 1 / (curvature(problem) + ridge);
  let at = new Float64Array(p + 1);
  let ahead = Float64Array.from(at);
  let momentum = 1;
  const pull = new Float64Array(n);
  for (let step = 0; step < STEPS; step++) {
    pull.fill(ahead[p]!);
    for (let j = 0; j < p; j++) {
      const w = ahead[j]!;
      if (w === 0) continue;
      const column = columns[j]!;
      for (let i = 0; i < n; i++) pull[i]! += w * column[i]!;
    }
    let biasPull = 0;
    for (let i = 0; i < n; i++) {
      pull[i] = weights[i]! * (sigmoid(pull[i]!) - answers[i]!);
      biasPull += pull[i]!;
    }
    const next = new Float64Array(p + 1);
    for (let j = 0; j < p; j++) {
      let gradient = ridge * ahead[j]!;
      const column = columns[j]!;
      for (let i = 0; i < n; i++) gradient += pull[i]! * column[i]!;
      next[j] = ahead[j]! - rate * gradient;
    }
    for (const group of groups) capSum(next, group, most);
    next[p] = ahead[p]! - rate * biasPull;
    let change = 0;
    let uphill = 0;
    for (let j = 0; j <= p; j++) {
      change = Math.max(change, Math.abs(next[j]! - at[j]!));
      uphill += (ahead[j]! - next[j]!) * (next[j]! - at[j]!);
    }
    if (uphill > 0) momentum = 1;
    const grown = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const push = (momentum - 1) / grown;
    momentum = grown;
    ahead = next.map((v, j) => v + push * (v - at[j]!));
    at = next;
    if (change < STILL) break;
  }
  return { bias: at[p]!, weights: at.slice(0, p) };
};
