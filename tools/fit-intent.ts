/**
 * Fits src/detect/verdict/intent-model.json on composed worlds:
 *   node tools/fit-intent.ts WORLD_DIR... (folders written by `stillwatch simulate`)
 * Ridge-penalised logistic regression with weights held at 0 or more in each signal's direction, by
 * projected gradient descent; classes are weighted equally.
 */
import { writeFileSync } from 'node:fs';
import {
  MAD_TO_SIGMA,
  median,
  medianAbsoluteDeviation,
  quantileSorted,
  sorted,
} from '../src/base/statistics.ts';
import { CLIP, type IntentModel } from '../src/detect/verdict/intent-model.ts';
import { SIGNALS } from '../src/detect/verdict/signals.ts';
import { type Example, examplesOf } from './intent-examples.ts';

/** Signals that the model may use: those that speak about the family and not about the world. */
export const MODEL_SIGNALS = [
  'own-topics',
  'own-length',
  'complementary-coverage',
  'human-turns',
  'standalone-prompts',
  'elicitation',
  'response-length-spread',
];
const RIDGE = 0.02;
const STEPS = 4_000;
const RATE = 0.2;
/** Fine enough that one benign group in four hundred is one number. */
const QUANTILES = 400;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const fit = (examples: readonly Example[]): Omit<IntentModel, 'id' | 'provenance'> => {
  const negatives = examples.filter((e) => !e.campaign);
  const columns = MODEL_SIGNALS.map((name) => {
    const values = negatives.map((e) => e.values[name]!).filter((v) => !Number.isNaN(v));
    const centre = median(values);
    const scale = Math.max(0.05, MAD_TO_SIGMA * medianAbsoluteDeviation(values));
    return {
      signal: name,
      centre,
      scale,
      direction: SIGNALS.find((s) => s.name === name)!.direction,
    };
  });
  const rows = examples.map((e) => ({
    weight: e.weight,
    y: e.campaign ? 1 : 0,
    x: columns.map((c) => {
      const z = (e.values[c.signal]! - c.centre) / c.scale;
      return Number.isNaN(z) ? 0 : c.direction * Math.max(-CLIP, Math.min(CLIP, z));
    }),
  }));
  const classWeight = [0, 1].map((y) =>
    rows.filter((r) => r.y === y).reduce((sum, r) => sum + r.weight, 0),
  );
  const weights = columns.map(() => 0);
  let bias = 0;
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((w) => -RIDGE * w);
    let biasGradient = 0;
    for (const { x, y, weight } of rows) {
      const p = sigmoid(bias + x.reduce((sum, v, i) => sum + v * weights[i]!, 0));
      const pull = ((y - p) * weight) / (2 * classWeight[y]!);
      x.forEach((v, i) => {
        gradient[i]! += pull * v;
      });
      biasGradient += pull;
    }
    for (let i = 0; i < weights.length; i++)
      weights[i] = Math.max(0, weights[i]! + RATE * gradient[i]!);
    bias += RATE * biasGradient;
  }
  const round = (v: number): number => Number(v.toFixed(4));
  const odds = sorted(
    rows
      .filter((r) => r.y === 0)
      .map((r) => bias + r.x.reduce((sum, v, i) => sum + v * weights[i]!, 0)),
  );
  return {
    ordinary: Array.from({ length: QUANTILES + 1 }, (_, q) =>
      round(quantileSorted(odds, q / QUANTILES)),
    ),
    bias: round(bias),
    features: columns.map((c, i) => ({
      signal: c.signal,
      centre: round(c.centre),
      scale: round(c.scale),
      weight: round(weights[i]!),
    })),
  };
};

if (import.meta.main) {
  const folders = process.argv.slice(2);
  const examples: Example[] = [];
  const corpora = new Set<string>();
  const seeds = new Set<number>();
  for (const folder of folders) {
    const world = await examplesOf(folder);
    examples.push(...world.examples);
    for (const name of world.corpora) corpora.add(name);
    seeds.add(world.seed);
    console.error(`${folder}: ${world.examples.length} groups`);
  }
  const fitted = fit(examples);
  const model: IntentModel = {
    id: `intent-${seeds.size}x${folders.length / Math.max(1, seeds.size)}-${examples.length}`,
    ...fitted,
    provenance: {
      made_by: 'tools/fit-intent.ts on worlds composed by `stillwatch simulate mixed`',
      corpora: [...corpora].sort(),
      seeds: [...seeds].sort((a, b) => a - b),
      positives: examples.filter((e) => e.campaign).length,
      negatives: examples.filter((e) => !e.campaign).length,
      limits:
        'Fitted on composed worlds: real prompts, simulated accounts and times. Held out by seed, not by corpus.',
    },
  };
  const target = new URL('../src/detect/verdict/intent-model.json', import.meta.url);
  writeFileSync(target, `${JSON.stringify(model, null, 2)}\n`);
  console.log(JSON.stringify(fitted.features), fitted.bias);
}
