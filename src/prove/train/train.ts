/** Worlds to a model: compose, search, measure, fit, and measure the fit where it was not fitted. */
import { StillwatchError } from '../../base/errors.ts';
import { quantileSorted, sorted } from '../../base/statistics.ts';
import {
  contributionOf,
  type IntentModel,
  type ModelQuality,
} from '../../detect/verdict/intent-model.ts';
import { formulaOf, idOfModel } from '../../detect/verdict/model/parse.ts';
import { SIGNALS, type Signal } from '../../detect/verdict/signals.ts';
import { type Example, examplesOf } from './examples.ts';
import { FIT_DEFAULTS, type FitOptions, type Fitted, fit } from './fit.ts';
import type { Material } from './material.ts';
import { worldOf } from './plan.ts';
import { type Quality, qualityOf } from './quality.ts';

/**
 * Signals that may enter: those that say how prompts are spread and asked, in any genre. Each told
 * campaigns from benign sets in the declared direction on worlds of every origin that was looked at
 * (docs/concepts/axis-models.md); the others are measured and shown.
 */
export const MODEL_SIGNALS = [
  'complementary-coverage',
  'distinct-share',
  'own-topics',
  'own-length',
  'own-answer-length',
  'standalone-prompts',
  'response-length-spread',
] as const satisfies readonly Signal['name'][];

export interface TrainOptions {
  readonly material: Material;
  readonly seeds: readonly number[];
  /** Of other origins, to measure on; none measures by seed only. */
  readonly test: { readonly material: Material; readonly seeds: readonly number[] } | null;
  readonly accounts: number;
  readonly fit: FitOptions;
  readonly onWorld?: (name: string, campaigns: number, benign: number) => void;
}

export const TRAIN_DEFAULTS = { accounts: 2_400, fit: FIT_DEFAULTS } as const;

/** Fine enough that one benign set in four hundred is one number. */
const QUANTILES = 400;

const signalOf = (name: string): Signal => SIGNALS.find((s) => s.name === name)!;

/** Log-odds of each example under a fit. */
export const oddsOf = ({ bias, curves }: Fitted, examples: readonly Example[]): number[] =>
  examples.map((e) =>
    curves.reduce(
      (sum, c) => sum + contributionOf(c, c.direction, e.values[c.signal] ?? Number.NaN),
      bias,
    ),
  );

const collect = async (
  material: Material,
  seeds: readonly number[],
  { accounts, onWorld }: TrainOptions,
): Promise<Example[]> => {
  const all: Example[] = [];
  for (const seed of seeds) {
    const { name, request } = worldOf(seed, accounts, material);
    const { examples } = await examplesOf(request, name);
    const campaigns = examples.filter((e) => e.campaign).length;
    onWorld?.(name, campaigns, examples.length - campaigns);
    all.push(...examples);
  }
  return all;
};

const namesOf = (material: Material): string[] => [
  ...new Set(material.sources.map((s) => s.origin)),
];

const digits = (v: number): number => Number(v.toFixed(4));

const qualityRow = (
  quality: Quality,
  heldOutBy: ModelQuality['held_out_by'],
  fittedOn: Material,
  measuredOn: Material,
): ModelQuality => ({
  fitted_on: namesOf(fittedOn),
  measured_on: namesOf(measuredOn),
  held_out_by: heldOutBy,
  campaigns: quality.campaigns,
  benign: quality.benign,
  log_loss: digits(quality.logLoss),
  auc: digits(quality.auc),
  recall: quality.recall.map(({ falsePositives, found, interval }) => ({
    false_positives: falsePositives,
    found,
    low: digits(interval.low),
    high: digits(interval.high),
  })),
});

const LIMITS =
  'Fitted on composed worlds: simulated accounts, identifiers and times. It orders sets of accounts by how much they look like extraction; what its score means at a provider is for the calibration to say.';

/** A fit as a file: with definitions of its terms, provenance, measured quality and its id. */
export const modelOf = (
  fitted: Fitted,
  examples: readonly Example[],
  quality: readonly ModelQuality[],
  options: TrainOptions,
): IntentModel => {
  const benign = examples.filter((e) => !e.campaign);
  const odds = sorted(oddsOf(fitted, benign));
  const { form, ...settings } = options.fit;
  const rest: Omit<IntentModel, 'id'> = {
    version: 1,
    kind: 'stillwatch-intent-model',
    form,
    bias: fitted.bias,
    features: fitted.curves.map((curve) => {
      const signal = signalOf(curve.signal);
      const { unit, source } = signal;
      return { ...curve, formula: formulaOf(signal), unit, source };
    }),
    ordinary: Array.from({ length: QUANTILES + 1 }, (_, q) =>
      digits(quantileSorted(odds, q / QUANTILES)),
    ),
    provenance: {
      made_by: 'stillwatch train',
      sources: options.material.sources,
      worlds: options.seeds.length,
      seeds: options.seeds,
      positives: new Set(examples.filter((e) => e.campaign).map((e) => `${e.world} ${e.group}`))
        .size,
      negatives: benign.length,
      settings: { ...settings, accounts: options.accounts },
      limits: LIMITS,
    },
    quality,
  };
  return { ...rest, id: idOfModel(rest) };
};

const insufficient = (kind: string): StillwatchError =>
  new StillwatchError(
    'TRAINING_INSUFFICIENT',
    `The worlds gave no ${kind} to fit a model on.`,
    'Give more --seeds, or larger worlds with --accounts.',
  );

/**
 * Composes the worlds one after another; each is dropped before the next is made.
 * @throws StillwatchError TRAINING_INSUFFICIENT when they hold no campaign or no benign set
 */
export const train = async (options: TrainOptions): Promise<IntentModel> => {
  const { material, seeds, test } = options;
  const signals = MODEL_SIGNALS.map(signalOf);
  const examples = await collect(material, seeds, options);
  if (!examples.some((e) => e.campaign)) throw insufficient('campaign');
  if (examples.every((e) => e.campaign)) throw insufficient('benign set');
  const fitted = fit(examples, signals, options.fit);
  const quality: ModelQuality[] = [];
  // Every second world is left out of a second fit, which is measured on those worlds.
  const half = new Set(seeds.filter((_, i) => i % 2 === 1).map((s) => `${material.name}-${s}`));
  const [seen, unseen] = [false, true].map((u) => examples.filter((e) => half.has(e.world) === u));
  if (hasBoth(seen!) && hasBoth(unseen!)) {
    const odds = oddsOf(fit(seen!, signals, options.fit), unseen!);
    quality.push(qualityRow(qualityOf(unseen!, odds), 'seed', material, material));
  }
  if (test !== null) {
    const foreign = await collect(test.material, test.seeds, options);
    if (hasBoth(foreign))
      quality.push(
        qualityRow(qualityOf(foreign, oddsOf(fitted, foreign)), 'origin', material, test.material),
      );
  }
  return modelOf(fitted, examples, quality, options);
};

/** Neither a fit nor a measure means anything without both kinds. */
const hasBoth = (examples: readonly Example[]): boolean =>
  examples.some((e) => e.campaign) && examples.some((e) => !e.campaign);
