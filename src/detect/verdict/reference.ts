import { sorted } from '../../base/statistics.ts';
import type { Candidate, Search } from '../campaign/search.ts';
import { viewGroup } from './group-view.ts';
import { contributionOf, type IntentModel } from './intent-model.ts';
import type { Releases } from './profile-signals.ts';
import { type GroupView, SIGNALS } from './signals.ts';

/** Signal values of the ordinary groups of a population: what every value is compared with. */
export interface Reference {
  /** Ascending values of each signal, NaN left out. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  /** Intent log-odds of the ordinary groups, ascending. */
  readonly intent: readonly number[];
}

const MAX_REFERENCE_GROUPS = 400;
/** A group with as little identity evidence as most groups have. */
const ORDINARY_LOG_P = Math.log(0.05);
/** A group that shares this much with an operation is not ordinary. */
const CONTAMINATED = 0.2;
/** Smaller groups say too little about anybody's habits. */
const MIN_REFERENCE_ACCOUNTS = 8;
export const intentLogOdds = (
  model: IntentModel,
  values: Readonly<Record<string, number>>,
): number =>
  model.bias +
  model.features.reduce((sum, feature) => {
    const signal = SIGNALS.find((s) => s.name === feature.signal)!;
    return sum + contributionOf(feature, signal.direction, values[feature.signal]!);
  }, 0);

export const measureSignals = (view: GroupView): Record<string, number> =>
  Object.fromEntries(SIGNALS.map((signal) => [signal.name, signal.measure(view)]));

/** A population with fewer ordinary groups than this is completed by those of the model. */
export const ENOUGH_GROUPS = 100;

/** The intent log-odds that a group is compared with. */
export const intentReference = (reference: Reference, model: IntentModel): readonly number[] =>
  reference.intent.length >= ENOUGH_GROUPS
    ? reference.intent
    : [...reference.intent, ...model.ordinary];

/** Ordinary groups: no identity evidence, and hardly anybody from an operation. */
const ordinaryCandidates = (search: Search): Candidate[] => {
  const suspects = new Set(search.operations.flatMap((op) => op.group.accounts));
  const ordinary = search.candidates.filter(
    ({ group, logP }) =>
      logP > ORDINARY_LOG_P &&
      group.accounts.length >= MIN_REFERENCE_ACCOUNTS &&
      group.accounts.filter((a) => suspects.has(a)).length <= CONTAMINATED * group.accounts.length,
  );
  const stride = Math.max(1, Math.ceil(ordinary.length / MAX_REFERENCE_GROUPS));
  return ordinary.filter((_, i) => i % stride === 0);
};

/** The population's own ordinary groups as the reference of every signal and of the intent axis. */
export const referenceOf = (search: Search, releases: Releases, model: IntentModel): Reference => {
  const measured = ordinaryCandidates(search).map(({ group, network }) =>
    measureSignals(
      viewGroup(search.population, search.table, search.families.topicOf, releases, group, network),
    ),
  );
  return {
    values: Object.fromEntries(
      SIGNALS.map(({ name }) => [
        name,
        Array.from(sorted(measured.map((m) => m[name]!).filter((v) => Number.isFinite(v)))),
      ]),
    ),
    intent: Array.from(sorted(measured.map((m) => intentLogOdds(model, m)))),
  };
};
