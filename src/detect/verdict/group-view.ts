import { contentOfMembers, measureContent } from '../campaign/content-evidence.ts';
import type { NetworkEvidence } from '../campaign/network-evidence.ts';
import type { Population } from '../campaign/population.ts';
import type { PromptTable } from '../family/prompt-table.ts';
import { createProfile, mergeProfiles, type Profile } from '../profile/profile.ts';
import type { Releases } from './profile-signals.ts';
import type { GroupView } from './signals.ts';

/** Profiles merged to stand for a large group: enough to describe it, few enough to stay quick. */
const MAX_MERGED = 200;

/** Merges in pairs, so that no merge is lopsided: n log n instead of n². */
const mergeAll = (profiles: readonly Profile[]): Profile => {
  if (profiles.length === 0) return createProfile();
  if (profiles.length === 1) return profiles[0]!;
  const half = profiles.length >> 1;
  return mergeProfiles(mergeAll(profiles.slice(0, half)), mergeAll(profiles.slice(half)));
};

export const viewGroup = (
  population: Population,
  table: PromptTable,
  topicOf: Int32Array,
  releases: Releases,
  group: { readonly accounts: readonly number[]; readonly topics: readonly number[] },
  network: NetworkEvidence,
): GroupView => {
  const stride = Math.max(1, Math.ceil(group.accounts.length / MAX_MERGED));
  const merged = group.accounts.filter((_, i) => i % stride === 0);
  return {
    members: group.accounts.length,
    profile: mergeAll(merged.map((a) => population.profiles[a]!)),
    content: measureContent(
      contentOfMembers(population, table, topicOf, group.topics, group.accounts),
    ),
    network,
    releases,
  };
};
