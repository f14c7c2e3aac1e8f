import { readFileSync } from 'node:fs';
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import { parseIntentModel } from './model/parse.ts';

/**
 * The intent axis: a sum of monotone curves, one per signal, on the scale of log-odds. A model is data:
 * curves, definitions of what they take, where they were fitted, and how well they did on worlds they
 * were not fitted on. `stillwatch train` makes one (docs/reference/model.md).
 */
export interface IntentModel {
  readonly version: 1;
  readonly kind: 'stillwatch-intent-model';
  /** `intent-` and 12 hexadecimal digits of the hash of everything else in the file. */
  readonly id: string;
  /** How the curves were fitted. */
  readonly form: 'clipped-line' | 'piecewise-linear' | 'boosted-stumps';
  /** Log-odds of a set that is ordinary in every signal, where both classes are equally common. */
  readonly bias: number;
  readonly features: readonly IntentFeature[];
  /** Log-odds of the benign sets it was fitted on, 401 quantiles: stands in where a population is small. */
  readonly ordinary: readonly number[];
  readonly provenance: ModelProvenance;
  readonly quality: readonly ModelQuality[];
}

export interface IntentFeature {
  readonly signal: string;
  /** `signal@revision` of the formula that the curve was fitted on. */
  readonly formula: string;
  readonly unit: string;
  readonly source: string;
  /** The sign of the curve: +1 more of the signal speaks for the axis, −1 less of it does. */
  readonly direction: 1 | -1;
  /** Signal values, ascending; two equal ones make a step. */
  readonly knots: readonly number[];
  /** Log-odds at the knots before the sign, non-decreasing; 0 at the ordinary median. */
  readonly curve: readonly number[];
}

/** A collection of prompts that worlds were composed from. */
export interface ModelSource {
  readonly name: string;
  /** Who published it: what shares an origin is never on both sides of a measure. */
  readonly origin: string;
  readonly licence: string;
  /** SHA-256 of the file; null for a grammar of the simulator. */
  readonly sha256: string | null;
}

export interface ModelProvenance {
  readonly made_by: string;
  readonly sources: readonly ModelSource[];
  readonly worlds: number;
  readonly seeds: readonly number[];
  /** Campaigns and benign sets that the curves were fitted on. */
  readonly positives: number;
  readonly negatives: number;
  readonly settings: Readonly<Record<string, number>>;
  readonly limits: string;
}

/** What a model fitted in the same way reached on worlds that share neither seed nor, where said, origin. */
export interface ModelQuality {
  readonly fitted_on: readonly string[];
  readonly measured_on: readonly string[];
  readonly held_out_by: 'origin' | 'seed';
  readonly campaigns: number;
  readonly benign: number;
  /** Nats, both classes alike; ln 2 says nothing. */
  readonly log_loss: number;
  readonly auc: number;
  readonly recall: readonly ModelRecall[];
}

export interface ModelRecall {
  readonly false_positives: number;
  readonly found: number;
  readonly low: number;
  readonly high: number;
}

const BUILT_IN = new URL('./intent-model.json', import.meta.url);

const refuse = (called: string, why: string): StillwatchError =>
  new StillwatchError(
    'MODEL_UNREADABLE',
    `${called}: ${why}`,
    'Make one with `stillwatch train --out FILE`, or leave --model away to use the built-in one.',
  );

/**
 * The built-in model, or the one in a file.
 * @throws StillwatchError MODEL_UNREADABLE when it is not a model this version can use
 */
export const loadIntentModel = (path?: string): IntentModel => {
  const called = path === undefined ? 'the built-in intent model' : forTerminal(path, 200);
  let text: string;
  try {
    text = readFileSync(path ?? BUILT_IN, 'utf8');
  } catch (cause) {
    throw refuse(called, (cause as Error).message);
  }
  const parsed = parseIntentModel(text);
  if ('faults' in parsed) throw refuse(called, parsed.faults.join('; '));
  return parsed.model;
};

/** Log-odds that one signal adds; 0 where it could not be measured. */
export const contributionOf = (
  { knots, curve }: Pick<IntentFeature, 'knots' | 'curve'>,
  direction: 1 | -1,
  value: number,
): number => {
  if (Number.isNaN(value)) return 0;
  const last = knots.length - 1;
  if (value <= knots[0]!) return direction * curve[0]!;
  // Flat beyond the ends: nothing is known there, and no single signal shall decide.
  if (value >= knots[last]!) return direction * curve[last]!;
  let i = 1;
  while (knots[i]! < value) i++;
  const width = knots[i]! - knots[i - 1]!;
  const part = width > 0 ? (value - knots[i - 1]!) / width : 1;
  return direction * (curve[i - 1]! + part * (curve[i]! - curve[i - 1]!));
};
