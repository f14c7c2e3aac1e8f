import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../base/canonical-json.ts';
import {
  count,
  dictionary,
  fault,
  list,
  noFaults,
  nullable,
  number,
  object,
  oneOf,
  type Parser,
  REFUSED,
  text,
} from '../../../base/parse.ts';
import type {
  IntentFeature,
  IntentModel,
  ModelProvenance,
  ModelQuality,
  ModelRecall,
  ModelSource,
} from '../intent-model.ts';
import { SIGNALS } from '../signals.ts';

const name = text(200);
const share = number(0, 1);
const DIRECTIONS = [1, -1] as const;
/** Log-odds beyond this are no fitted curve. */
const odds = number(-100, 100);

const featureFields = object<IntentFeature>({
  signal: name,
  formula: name,
  unit: text(500),
  source: text(500),
  direction: oneOf(DIRECTIONS),
  knots: list(number(), 1_000),
  curve: list(odds, 1_000),
});

const ascends = (values: readonly number[]): boolean =>
  values.every((v, i) => i === 0 || v >= values[i - 1]!);

/** A term that this version measures as the model was fitted on, and whose curve is monotone. */
const feature: Parser<IntentFeature> = (value, path, faults) => {
  const parsed = featureFields(value, path, faults);
  if (parsed === REFUSED) return REFUSED;
  const signal = SIGNALS.find((s) => s.name === parsed.signal && s.axis === 'intent');
  if (signal === undefined)
    return fault(faults, `${path}.signal`, 'a signal of the intent axis', parsed.signal);
  if (parsed.formula !== formulaOf(signal))
    return fault(faults, `${path}.formula`, formulaOf(signal), parsed.formula);
  if (parsed.direction !== signal.direction)
    return fault(faults, `${path}.direction`, `${signal.direction}`, `${parsed.direction}`);
  if (parsed.knots.length < 2 || parsed.knots.length !== parsed.curve.length)
    return fault(faults, path, 'two or more knots and as many values', `${parsed.knots.length}`);
  if (!ascends(parsed.knots) || !ascends(parsed.curve))
    return fault(faults, path, 'ascending knots and a curve that never falls', 'another one');
  return parsed;
};

/** Name and revision of a signal's formula. */
export const formulaOf = (signal: { readonly name: string; readonly revision: number }): string =>
  `${signal.name}@${signal.revision}`;

const quality = object<ModelQuality>({
  fitted_on: list(name, 1_000),
  measured_on: list(name, 1_000),
  held_out_by: oneOf(['origin', 'seed'] as const),
  campaigns: count,
  benign: count,
  log_loss: number(0),
  auc: share,
  recall: list(
    object<ModelRecall>({ false_positives: share, found: count, low: share, high: share }),
    20,
  ),
});

const provenance = object<ModelProvenance>({
  made_by: text(500),
  sources: list(
    object<ModelSource>({ name, origin: name, licence: name, sha256: nullable(name) }),
    1_000,
  ),
  worlds: count,
  seeds: list(count, 10_000),
  positives: count,
  negatives: count,
  settings: dictionary(number()),
  limits: text(2_000),
});

const intentModel = object<IntentModel>({
  version: oneOf([1] as const),
  kind: oneOf(['stillwatch-intent-model'] as const),
  id: name,
  form: oneOf(['clipped-line', 'piecewise-linear', 'boosted-stumps'] as const),
  bias: odds,
  features: list(feature, 100),
  ordinary: list(odds, 10_000),
  provenance,
  quality: list(quality, 100),
});

/** The id that the rest of a model has: equal content, equal id. */
export const idOfModel = (model: Omit<IntentModel, 'id'>): string => {
  const { id: _, ...rest } = { id: '', ...model };
  const hash = createHash('sha256').update(canonicalJson(rest)).digest('hex');
  return `intent-${hash.slice(0, 12)}`;
};

/** A model from its JSON text, or every fault that keeps it from being one. Attacker-controlled input. */
export const parseIntentModel = (
  json: string,
): { readonly model: IntentModel } | { readonly faults: readonly string[] } => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { faults: ['is not one JSON object'] };
  }
  const faults = noFaults();
  const model = intentModel(value, '', faults);
  if (model === REFUSED) return { faults: faults.list };
  if (model.features.length === 0) return { faults: ['features: expected a term, found none'] };
  if (new Set(model.features.map((f) => f.signal)).size < model.features.length)
    return { faults: ['features: expected one term per signal'] };
  if (model.ordinary.length < 2 || !ascends(model.ordinary))
    return { faults: ['ordinary: expected two or more ascending log-odds'] };
  if (model.id !== idOfModel(model))
    return {
      faults: [`id: its content has the id ${idOfModel(model)}: it was changed after the fit`],
    };
  return { model };
};
