/** Boosted monotone stumps: steps added one at a time, each where the loss falls most. */
import { type Block, heightOf } from './basis.ts';
import { type Problem, type Solution, sigmoid } from './solve.ts';

export interface BoostOptions {
  readonly rounds: number;
  /** Part of the best step that is taken. */
  readonly shrinkage: number;
}

/**
 * Newton steps on one block at a time (Friedman, Annals of Statistics 2001, §4.4; the gain of a
 * split as in Chen and Guestrin 2016, eq. 7), refused where the weight would fall below 0. The bias
 * is fitted anew after each.
 */
export const boost = (problem: Problem, { rounds, shrinkage }: BoostOptions): Solution => {
  const { columns, answers, weights, ridge, groups, most } = problem;
  const out = new Float64Array(columns.length);
  const groupOf = new Map(groups.flatMap((group) => group.map((j) => [j, group] as const)));
  const room = (j: number): number => most - groupOf.get(j)!.reduce((sum, k) => sum + out[k]!, 0);
  const n = answers.length;
  const score = new Float64Array(n);
  let bias = 0;
  const pull = new Float64Array(n);
  const bend = new Float64Array(n);
  const look = (): readonly [number, number] => {
    let g = 0;
    let h = 0;
    for (let i = 0; i < n; i++) {
      const p = sigmoid(score[i]! + bias);
      pull[i] = weights[i]! * (answers[i]! - p);
      bend[i] = weights[i]! * p * (1 - p);
      g += pull[i]!;
      h += bend[i]!;
    }
    return [g, h];
  };
  for (let round = 0; round < rounds; round++) {
    const [g0, h0] = look();
    bias += g0 / (h0 + 1e-9);
    look();
    let best = -1;
    let bestGain = 0;
    let bestStep = 0;
    columns.forEach((column, j) => {
      let g = -ridge * out[j]!;
      let h = ridge;
      for (let i = 0; i < n; i++) {
        g += pull[i]! * column[i]!;
        h += bend[i]! * column[i]! * column[i]!;
      }
      if (g <= 0 || room(j) <= 0) return;
      const gain = (g * g) / h;
      if (gain <= bestGain) return;
      best = j;
      bestGain = gain;
      bestStep = Math.min(room(j), (shrinkage * g) / h);
    });
    if (best < 0) break;
    out[best]! += bestStep;
    const column = columns[best]!;
    for (let i = 0; i < n; i++) score[i]! += bestStep * column[i]!;
  }
  return { bias, weights: out };
};

/** Heights of blocks over the examples, one column per block, without those that never move. */
export const heights = (block: Block, oriented: Float64Array): Float64Array =>
  oriented.map((v) => heightOf(block, v));
