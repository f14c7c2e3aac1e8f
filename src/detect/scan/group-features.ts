import type { NetworkEvidence } from '../campaign/network-evidence.ts';
import type { Search } from '../campaign/search.ts';
import { viewGroup } from '../verdict/group-view.ts';
import { findReleases } from '../verdict/profile-signals.ts';
import { measureSignals } from '../verdict/reference.ts';

/** All signals of one set of accounts that the search came upon. */
export interface GroupFeatures {
  readonly accountIds: readonly string[];
  readonly accounts: number;
  readonly exchanges: number;
  readonly signals: Readonly<Record<string, number>>;
}

/**
 * Every set that the search came upon, whatever its verdict: operations with their members weighed, relays,
 * and the candidates that content suggested. Somebody else's description is to be held against what one's
 * own test alone would not call a finding.
 */
export const groupFeatures = (search: Search): GroupFeatures[] => {
  const { population, table, families } = search;
  const releases = findReleases(population.profiles, population.firstSeen);
  const everything = Array.from({ length: families.draws.topics }, (_, t) => t);
  const measure = (
    accounts: readonly number[],
    topics: readonly number[],
    network: NetworkEvidence,
  ): GroupFeatures => ({
    accountIds: accounts.map((a) => population.ids[a]!),
    accounts: accounts.length,
    exchanges: accounts.reduce((sum, a) => sum + population.profiles[a]!.exchanges, 0),
    signals: measureSignals(
      viewGroup(population, table, families.topicOf, releases, { accounts, topics }, network),
    ),
  });
  return [
    ...search.operations.map(({ group, network }) =>
      measure(group.accounts, group.topics, network),
    ),
    ...search.relays.map(({ accounts, network }) => measure(accounts, everything, network)),
    ...search.candidates.map(({ group, network }) =>
      measure(group.accounts, group.topics, network),
    ),
  ];
};
