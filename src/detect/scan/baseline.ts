import { readFileSync } from 'node:fs';
import { StillwatchError } from '../../base/errors.ts';
import type { Search } from '../campaign/search.ts';
import type { Embedder } from '../family/embedding/embedding.ts';
import type { IntentModel } from '../verdict/intent-model.ts';
import { judge } from '../verdict/judge.ts';
import { findReleases } from '../verdict/profile-signals.ts';
import {
  cleanGroups,
  type Reference,
  type ReferenceGroup,
  referenceFrom,
  SIZES,
} from '../verdict/reference.ts';
import { SEGMENTS } from '../verdict/segment.ts';
import { calibrationId } from './build-report.ts';
import { type DriftCalibration, driftCalibration } from './drift-watch.ts';
import { halfOf } from './resample.ts';
import { searchPopulation } from './search-population.ts';

export const BASELINE_VERSION = 2;

/** What known-good traffic looks like: numbers of groups, no prompts and no identifiers. */
export interface Baseline {
  readonly version: typeof BASELINE_VERSION;
  readonly kind: 'stillwatch-baseline';
  readonly id: string;
  /** The intent model the scores were made with; another model needs another baseline. */
  readonly model: string;
  /** What turned prompts into points; another one finds other groups. */
  readonly embedding: string;
  readonly exchanges: number;
  readonly accounts: number;
  /** Random halves of the traffic on which the whole search was run again. */
  readonly resamples: number;
  readonly reference: Reference;
  readonly drift: DriftCalibration;
}

export interface BaselineOptions {
  readonly resamples: number;
  readonly embedder?: Embedder | undefined;
  readonly onResample?: (done: number) => void;
}

/** A group that shares this much with a finding is not known-good. */
const CONTAMINATED = 0.2;
const STRICT = 0.01;

/** The groups of a search that are no part of what would be called distillation. */
const goodGroups = (
  search: Search,
  model: IntentModel,
): { readonly groups: ReferenceGroup[]; readonly leftOut: number } => {
  const releases = findReleases(search.population.profiles, search.population.firstSeen);
  const suspects = new Set(
    judge(search, { level: STRICT, model })
      .findings.filter((f) => f.verdict === 'distillation')
      .flatMap((f) => f.accounts),
  );
  const good = search.candidates.filter(
    ({ group }) =>
      group.accounts.filter((a) => suspects.has(a)).length <= CONTAMINATED * group.accounts.length,
  );
  return {
    groups: cleanGroups({ ...search, candidates: good }, releases, model),
    leftOut: search.candidates.length - good.length,
  };
};

/**
 * The null of every later scan. Campaigns are selected by the data, so their scores are compared with
 * those of groups selected in the same way where there is no campaign: the search is run on all of the
 * known-good traffic and again on random halves of its accounts, relinked from nothing.
 */
export const makeBaseline = async (
  search: Search,
  exchanges: number,
  model: IntentModel,
  { resamples, embedder, onResample }: BaselineOptions,
): Promise<Baseline> => {
  const whole = goodGroups(search, model);
  const groups = [...whole.groups];
  let { leftOut } = whole;
  for (let i = 0; i < resamples; i++) {
    // Other prompts are sampled, other families found, other links made.
    const population = halfOf(search.population, i + 1, 'kept');
    const half = goodGroups(await searchPopulation(population, { embedder, seed: i + 1 }), model);
    groups.push(...half.groups);
    leftOut += half.leftOut;
    onResample?.(i + 1);
  }
  const reference = referenceFrom(groups, leftOut, true);
  return {
    version: BASELINE_VERSION,
    kind: 'stillwatch-baseline',
    id: calibrationId(reference, model),
    model: model.id,
    embedding: search.embedding,
    exchanges,
    accounts: search.population.ids.length,
    resamples,
    reference,
    drift: driftCalibration(search.population),
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScores = (value: unknown): boolean =>
  isRecord(value) &&
  SIZES.every((size) => {
    const scores = value[size];
    return (
      isRecord(scores) &&
      Object.keys(scores).every(
        (segment) =>
          (SEGMENTS as readonly string[]).includes(segment) && isNumbers(scores[segment]),
      )
    );
  });

const isDrift = (value: unknown): boolean =>
  isRecord(value) &&
  Object.values(value).every((s) => isRecord(s) && Object.values(s).every(isNumbers));

/** @throws StillwatchError BASELINE_UNREADABLE when the baseline was made with another embedding. */
export const assertSameEmbedding = (baseline: Baseline, embedding: string): void => {
  if (baseline.embedding !== embedding)
    throw refuse(
      `baseline ${baseline.id}`,
      `was made with the embedding ${baseline.embedding}, not ${embedding}`,
    );
};

/** @throws StillwatchError BASELINE_UNREADABLE when the file is not a baseline for `model`. */
export const readBaseline = (path: string, model: IntentModel): Baseline => {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw refuse(path, `cannot be read as JSON (${(cause as Error).message})`);
  }
  const baseline = data as Partial<Baseline> | null;
  if (baseline?.kind !== 'stillwatch-baseline' || baseline.version !== BASELINE_VERSION)
    throw refuse(path, `is not a Stillwatch baseline of version ${BASELINE_VERSION}`);
  if (baseline.model !== model.id)
    throw refuse(path, `was made with intent model ${String(baseline.model)}, not ${model.id}`);
  if (typeof baseline.embedding !== 'string') throw refuse(path, 'names no embedding');
  const { reference, drift } = baseline;
  if (!isRecord(reference?.values) || !Object.values(reference.values).every(isNumbers))
    throw refuse(path, 'holds no reference values, or values that are no numbers');
  if (!isScores(reference.intent) || !isScores(reference.network))
    throw refuse(path, 'holds no scores by size and segment');
  if (!isDrift(drift)) throw refuse(path, 'holds nothing to watch drift against');
  return baseline as Baseline;
};
