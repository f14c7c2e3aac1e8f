import type { ContentGroup } from './content-groups.ts';
import { sharedTopics } from './content-groups.ts';
import {
  MEMBER_LOG_ODDS,
  type Membership,
  type MembershipContext,
  scoreByContent,
  scoreMembership,
} from './membership.ts';
import { splitAccounts } from './split.ts';

/** A candidate after its members were weighed one by one. */
export interface RefinedGroup {
  readonly accounts: readonly number[];
  readonly topics: readonly number[];
  readonly backgroundRate: number;
  /** The evidence for each member, parallel to `accounts`. */
  readonly membership: readonly Membership[];
}

const MAX_ROUNDS = 6;
/** One candidate holds at most so many operations. */
const MAX_DEPTH = 3;

const sameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/**
 * A candidate weighed by content and habits alone. Who the accounts are is not looked at, so the set
 * may still be tested for shared identity.
 */
export const refineByContent = (
  context: MembershipContext,
  candidate: ContentGroup,
  minEntities: number,
): ContentGroup => {
  const { topics, backgroundRate } = candidate;
  const accounts = scoreByContent(context, topics, backgroundRate, candidate.accounts)
    .filter((m) => m.total >= MEMBER_LOG_ODDS)
    .map((m) => m.account);
  const entities = new Set(accounts.map((a) => context.population.entityOf[a]!)).size;
  return entities < minEntities ? candidate : { ...candidate, accounts };
};

/** A refined candidate as one operation, or as the several it turned out to hold. */
export const refineAll = (
  context: MembershipContext,
  candidate: ContentGroup,
  minEntities: number,
  depth = 0,
): RefinedGroup[] => {
  const group = refine(context, candidate, minEntities);
  if (group === null) return [];
  const sides =
    depth < MAX_DEPTH
      ? splitAccounts(context.draws, group.accounts, group.topics, minEntities)
      : null;
  if (sides === null) return [group];
  const parts = sides.flatMap((accounts) => {
    const { topics, backgroundRate } = sharedTopics(context.draws, accounts, null);
    const side = { ...candidate, accounts, topics, backgroundRate };
    return topics.length === 0 ? [] : refineAll(context, side, minEntities, depth + 1);
  });
  // Two sides that grow into each other were one operation after all.
  const [a, b] = parts;
  if (parts.length === 2 && sharedPart(new Set(a!.accounts), b!.accounts) > 0.5) return [group];
  return parts.length > 0 ? parts : [group];
};

/** Share of the smaller of two sets of accounts that both hold. */
export const sharedPart = (a: ReadonlySet<number>, b: readonly number[]): number => {
  let both = 0;
  for (const x of b) if (a.has(x)) both++;
  return both / Math.max(1, Math.min(a.size, b.length));
};

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
