import { readFileSync } from 'node:fs';
import { StillwatchError } from '../../base/errors.ts';
import type { Search } from '../campaign/search.ts';
import type { IntentModel } from '../verdict/intent-model.ts';
import { findReleases } from '../verdict/profile-signals.ts';
import { type Reference, referenceOf } from '../verdict/reference.ts';
import { calibrationId } from './build-report.ts';

/** What known-good traffic looks like: numbers of groups, no prompts and no identifiers. */
export interface Baseline {
  readonly version: 1;
  readonly kind: 'stillwatch-baseline';
  readonly id: string;
  /** The intent model the scores were made with; another model needs another baseline. */
  readonly model: string;
  readonly exchanges: number;
  readonly accounts: number;
  readonly reference: Reference;
}

export const makeBaseline = (search: Search, exchanges: number, model: IntentModel): Baseline => {
  const releases = findReleases(search.population.profiles, search.population.firstSeen);
  const reference = referenceOf(search, releases, model);
  return {
    version: 1,
    kind: 'stillwatch-baseline',
    id: calibrationId(reference, model),
    model: model.id,
    exchanges,
    accounts: search.population.ids.length,
    reference,
  };
};

const refuse = (path: string, why: string): StillwatchError =>
  new StillwatchError(
    'BASELINE_UNREADABLE',
    `${path}: ${why}`,
    'Make one with `stillwatch baseline LOG... --out FILE` from known-good traffic.',
  );

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((v) => typeof v === 'number' && Number.isFinite(v));

/** @throws StillwatchError BASELINE_UNREADABLE when the file is not a baseline for `model`. */
export const readBaseline = (path: string, model: IntentModel): Baseline => {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw refuse(path, `cannot be read as JSON (${(cause as Error).message})`);
  }
  const baseline = data as Partial<Baseline> | null;
  if (baseline?.kind !== 'stillwatch-baseline' || baseline.version !== 1)
    throw refuse(path, 'is not a Stillwatch baseline of version 1');
  if (baseline.model !== model.id)
    throw refuse(path, `was made with intent model ${String(baseline.model)}, not ${model.id}`);
  const { reference } = baseline;
  const values = reference?.values;
  if (!isNumbers(reference?.intent) || typeof values !== 'object' || values === null)
    throw refuse(path, 'holds no reference values');
  if (!Object.values(values).every(isNumbers))
    throw refuse(path, 'holds values that are no numbers');
  return baseline as Baseline;
};
