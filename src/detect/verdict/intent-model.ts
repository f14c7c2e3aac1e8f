import { readFileSync } from 'node:fs';

/**
 * The intent axis: a logistic model that is additive and monotone in its signals (each weight times
 * the signal's declared direction). The weights are data with their provenance, fitted by
 * tools/fit-intent.ts and kept in intent-model.json.
 */
export interface IntentModel {
  readonly id: string;
  readonly bias: number;
  readonly features: readonly IntentFeature[];
  /** Log-odds of the benign groups it was fitted on, 401 quantiles: stands in where a population is small. */
  readonly ordinary: readonly number[];
  readonly provenance: {
    readonly made_by: string;
    readonly corpora: readonly string[];
    readonly seeds: readonly number[];
    readonly positives: number;
    readonly negatives: number;
    readonly limits: string;
  };
}

export interface IntentFeature {
  readonly signal: string;
  readonly centre: number;
  readonly scale: number;
  /** 0 or more: the signal's direction gives the sign. */
  readonly weight: number;
}

/** Standardised values are clipped here, so that no single signal decides. */
export const CLIP = 3;

export const loadIntentModel = (): IntentModel =>
  JSON.parse(readFileSync(new URL('./intent-model.json', import.meta.url), 'utf8')) as IntentModel;

/** Log-odds that one signal adds; 0 where it could not be measured. */
export const contributionOf = (
  feature: IntentFeature,
  direction: 1 | -1,
  value: number,
): number => {
  if (Number.isNaN(value)) return 0;
  const z = (value - feature.centre) / feature.scale;
  return feature.weight * direction * Math.max(-CLIP, Math.min(CLIP, z));
};
