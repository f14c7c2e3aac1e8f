import type { ContentGroup } from './content-groups.ts';
import { sharedTopics } from './content-groups.ts';
import {
  MEMBER_LOG_ODDS,
  type Membership,
  type MembershipContext,
  scoreMembership,
} from './membership.ts';

/** A candidate after its members were weighed one by one. */
export interface RefinedGroup {
  readonly accounts: readonly number[];
  readonly topics: readonly number[];
  readonly backgroundRate: number;
  /** The evidence for each member, parallel to `accounts`. */
  readonly membership: readonly Membership[];
}

const MAX_ROUNDS = 6;

const sameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/**
 * Alternates between weighing members and finding the topics they share until neither changes. From
 * very different starts the same operation is reached; a mere crowd dissolves (null).
 */
export const refine = (
  context: MembershipContext,
  candidate: ContentGroup,
  minEntities: number,
): RefinedGroup | null => {
  let group: RefinedGroup = { ...candidate, membership: [] };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const scored = scoreMembership(context, group.topics, group.backgroundRate, group.accounts);
    const membership = scored.filter((m) => m.total >= MEMBER_LOG_ODDS);
    const accounts = membership.map((m) => m.account);
    const entities = new Set(accounts.map((a) => context.population.entityOf[a]!)).size;
    if (entities < minEntities) return null;
    const found = sharedTopics(context.draws, accounts, null);
    const { topics, backgroundRate } = found.topics.length > 0 ? found : group;
    const settled = sameList(accounts, group.accounts) && sameList(topics, group.topics);
    group = { accounts, topics, backgroundRate, membership };
    if (settled) break;
  }
  return group;
};
