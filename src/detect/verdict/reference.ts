import { sorted } from '../../base/statistics.ts';
import type { Candidate, Search } from '../campaign/search.ts';
import type { SegmentScores } from './conformal.ts';
import { viewGroup } from './group-view.ts';
import { contributionOf, type IntentModel } from './intent-model.ts';
import type { Releases } from './profile-signals.ts';
import { SEGMENTS, type Segment, segmentOf, segmentOfMembers } from './segment.ts';
import { type GroupView, SIGNALS } from './signals.ts';

/**
 * Groups are compared with groups of their size: what is measured on few accounts varies more, and a
 * handful would otherwise look extreme among crowds.
 */
export const SIZES = ['small', 'large'] as const;
export type Size = (typeof SIZES)[number];
/** Accounts from which a group is large. */
const LARGE = 20;
export const sizeOf = (members: number): Size => (members < LARGE ? 'small' : 'large');

/** One benign group: what two axes and all signals say about it. */
export interface ReferenceGroup {
  readonly members: number;
  readonly segment: Segment;
  /** −ln p of shared identity. */
  readonly network: number;
  /** Intent log-odds. */
  readonly intent: number;
  readonly values: Readonly<Record<string, number>>;
}

/** What benign groups look like: what every group is compared with. */
export interface Reference {
  /** Ascending values of each signal, NaN left out. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  /** Intent log-odds, ascending. */
  readonly intent: Readonly<Record<Size, SegmentScores>>;
  /** −ln p of shared identity, ascending; null where only groups without any were kept. */
  readonly network: Readonly<Record<Size, SegmentScores>> | null;
  readonly groups: number;
  /** Groups left out because they may belong to a campaign. */
  readonly leftOut: number;
}

const MAX_REFERENCE_GROUPS = 1_000;
/** A group with as little identity evidence as most groups have. */
const ORDINARY_LOG_P = Math.log(0.05);
/** A group that shares this much with an operation is not ordinary. */
const CONTAMINATED = 0.2;

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

/** Segments of all accounts of a search. */
export const segmentsOf = ({ population }: Pick<Search, 'population'>): Segment[] =>
  population.profiles.map((profile, a) => segmentOf(profile, population.records[a]!));

const spaced = <T>(list: readonly T[], most: number): readonly T[] => {
  const stride = Math.max(1, Math.ceil(list.length / most));
  return list.filter((_, i) => i % stride === 0);
};

/**
 * Candidates without identity evidence and with hardly anybody from an operation. Leaving out by the
 * identity test does not bias the intent axis: among benign groups the one says nothing of the other.
 */
const ordinaryCandidates = (search: Search): Candidate[] => {
  const suspects = new Set(search.operations.flatMap((op) => op.group.accounts));
  return search.candidates.filter(
    ({ group, logP }) =>
      logP > ORDINARY_LOG_P &&
      group.accounts.filter((a) => suspects.has(a)).length <= CONTAMINATED * group.accounts.length,
  );
};

const measureCandidates = (
  search: Search,
  candidates: readonly Candidate[],
  releases: Releases,
  model: IntentModel,
): ReferenceGroup[] => {
  const segments = segmentsOf(search);
  const { population, table, families } = search;
  return candidates.map(({ group, network, logP }) => {
    const values = measureSignals(
      viewGroup(population, table, families.topicOf, releases, group, network),
    );
    return {
      members: group.accounts.length,
      segment: segmentOfMembers(group.accounts.map((a) => segments[a]!)),
      network: -logP,
      intent: intentLogOdds(model, values),
      values,
    };
  });
};

const scoresOf = (
  groups: readonly ReferenceGroup[],
  score: (group: ReferenceGroup) => number,
): Readonly<Record<Size, SegmentScores>> =>
  Object.fromEntries(
    SIZES.map((size) => [
      size,
      Object.fromEntries(
        SEGMENTS.flatMap((segment) => {
          const own = groups.filter((g) => sizeOf(g.members) === size && g.segment === segment);
          return own.length === 0 ? [] : [[segment, Array.from(sorted(own.map(score)))]];
        }),
      ),
    ]),
  ) as unknown as Record<Size, SegmentScores>;

/** Groups as a reference. `clean`: none was left out for its identity evidence. */
export const referenceFrom = (
  groups: readonly ReferenceGroup[],
  leftOut: number,
  clean: boolean,
): Reference => ({
  values: Object.fromEntries(
    SIGNALS.map(({ name }) => [
      name,
      Array.from(sorted(groups.map((g) => g.values[name]!).filter((v) => Number.isFinite(v)))),
    ]),
  ),
  intent: scoresOf(groups, (g) => g.intent),
  network: clean ? scoresOf(groups, (g) => g.network) : null,
  groups: groups.length,
  leftOut,
});

/** The population's own ordinary groups as the reference of every signal and of the intent axis. */
export const referenceOf = (search: Search, releases: Releases, model: IntentModel): Reference => {
  const ordinary = ordinaryCandidates(search);
  const groups = measureCandidates(search, spaced(ordinary, MAX_REFERENCE_GROUPS), releases, model);
  return referenceFrom(groups, search.candidates.length - ordinary.length, false);
};

/** Every candidate of traffic that is known to be good, whatever its identity evidence. */
export const cleanGroups = (
  search: Search,
  releases: Releases,
  model: IntentModel,
): ReferenceGroup[] =>
  measureCandidates(search, spaced(search.candidates, MAX_REFERENCE_GROUPS), releases, model);
