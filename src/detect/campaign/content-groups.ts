import { binomialUpperTail, logPoissonUpperTail } from '../../base/tails.ts';
import type { TopicDraws } from '../family/topic-draws.ts';

/**
 * Accounts that draw on the same rare topics: the candidates that content alone suggests. Nothing
 * about who the accounts are is used here, so evidence about identity stays independent of the
 * selection and can be tested against it (docs/concepts/two-axes.md).
 */
export interface ContentGroup {
  /** Topics the accounts share, ascending. */
  readonly topics: readonly number[];
  /** Account indices, ascending. */
  readonly accounts: readonly number[];
  /** Rate at which an account outside the group draws on these topics, 0 … 1. */
  readonly backgroundRate: number;
  /** Median share of an account's distinct prompts that falls in these topics, 0 … 1. */
  readonly share: number;
}

export interface GroupOptions {
  /** Smallest number of entities that makes a group. */
  readonly minEntities: number;
  /** Entity (declared organization, or the account itself) of each account. */
  readonly entityOf: Int32Array;
}

/** An account belongs when its draws have at most this probability under the background rate. */
const MEMBER_TAIL = 1e-5;
/** A topic belongs when so many of the group draw it that chance would do it this rarely. */
const TOPIC_LOG_TAIL = Math.log(1e-6);
/** … by at least this share of the group: a topic of a few members is their own affair. */
const TOPIC_BREADTH = 0.1;
/** … and when the group draws it this many times as often as others do. */
const TOPIC_RATIO = 6;
const MAX_ROUNDS = 5;

const countEntities = (accounts: readonly number[], entityOf: Int32Array): number =>
  new Set(accounts.map((a) => entityOf[a]!)).size;

/** Accounts that drew on a topic at least once, ascending. */
export const accountsOfTopic = (draws: TopicDraws, topic: number): number[] =>
  Array.from(draws.accountIndex.subarray(draws.topicStarts[topic]!, draws.topicStarts[topic + 1]!));

/** Topics that the accounts share far beyond the rest of the population. */
export const sharedTopics = (
  draws: TopicDraws,
  accounts: readonly number[],
  within: Uint8Array | null,
): { topics: number[]; backgroundRate: number } => {
  const byTopic = new Map<number, { accounts: number; prompts: number }>();
  let prompts = 0;
  for (const a of accounts) {
    prompts += draws.sampled[a]!;
    for (let i = draws.starts[a]!; i < draws.starts[a + 1]!; i++) {
      const t = draws.topicIndex[i]!;
      if (within !== null && within[t] === 0) continue;
      const seen = byTopic.get(t) ?? { accounts: 0, prompts: 0 };
      seen.accounts += 1;
      seen.prompts += draws.counts[i]!;
      byTopic.set(t, seen);
    }
  }
  const outside = Math.max(1, draws.total - prompts);
  const meanSample = prompts / Math.max(1, accounts.length);
  const topics: number[] = [];
  let backgroundRate = 0;
  for (const [topic, seen] of byTopic) {
    if (seen.accounts < Math.max(3, TOPIC_BREADTH * accounts.length)) continue;
    const rate = (draws.topicTotals[topic]! - seen.prompts + 0.5) / outside;
    if (seen.prompts / prompts < TOPIC_RATIO * rate) continue;
    const expected = accounts.length * (1 - Math.exp(-meanSample * rate));
    if (logPoissonUpperTail(seen.accounts, expected) > TOPIC_LOG_TAIL) continue;
    topics.push(topic);
    backgroundRate += rate;
  }
  return { topics: topics.sort((a, b) => a - b), backgroundRate };
};

/** Distinct prompts of each account that fall in the topics. */
export const drawsOn = (draws: TopicDraws, topics: readonly number[]): Map<number, number> => {
  const found = new Map<number, number>();
  for (const t of topics)
    for (let i = draws.topicStarts[t]!; i < draws.topicStarts[t + 1]!; i++) {
      const a = draws.accountIndex[i]!;
      found.set(a, (found.get(a) ?? 0) + draws.accountCounts[i]!);
    }
  return found;
};

const members = (draws: TopicDraws, topics: readonly number[], rate: number): number[] => {
  const accounts: number[] = [];
  for (const [a, count] of drawsOn(draws, topics))
    if (count >= 2 && binomialUpperTail(count, draws.sampled[a]!, rate) < MEMBER_TAIL)
      accounts.push(a);
  return accounts.sort((a, b) => a - b);
};

const sameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/**
 * Alternates between the topics of the accounts and the accounts of the topics until both hold
 * still. Topics outside `within` (a mask by topic) are never taken in.
 */
const settle = (
  draws: TopicDraws,
  seed: readonly number[],
  within: Uint8Array | null,
  options: GroupOptions,
): ContentGroup | null => {
  let accounts: readonly number[] = seed;
  let topics: readonly number[] = [];
  let backgroundRate = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (countEntities(accounts, options.entityOf) < options.minEntities) return null;
    const shared = sharedTopics(draws, accounts, within);
    if (shared.topics.length === 0) return null;
    const next = members(draws, shared.topics, shared.backgroundRate);
    const settled = sameList(next, accounts) && sameList(shared.topics, topics);
    accounts = next;
    topics = shared.topics;
    backgroundRate = shared.backgroundRate;
    if (settled) break;
  }
  if (countEntities(accounts, options.entityOf) < options.minEntities) return null;
  const inTopics = drawsOn(draws, topics);
  const shares = accounts.map((a) => inTopics.get(a)! / draws.sampled[a]!).sort((a, b) => a - b);
  return { topics, accounts, backgroundRate, share: shares[shares.length >> 1]! };
};

/** The accounts that draw on one prompt family, and the topics of it that they share. */
export const groupOfFamily = (
  draws: TopicDraws,
  family: readonly number[],
  options: GroupOptions,
): ContentGroup | null => {
  const within = new Uint8Array(draws.topics);
  let prompts = 0;
  for (const t of family) {
    within[t] = 1;
    prompts += draws.topicTotals[t]!;
  }
  const seed = members(draws, family, prompts / Math.max(1, draws.total));
  return settle(draws, seed, within, options);
};

/** The content that a set of accounts, found by other means, shares; null when there is none. */
export const groupOfAccounts = (
  draws: TopicDraws,
  accounts: readonly number[],
  options: GroupOptions,
): ContentGroup | null => settle(draws, accounts, null, options);
