import { median } from '../../base/statistics.ts';
import type { PromptTable } from '../family/prompt-table.ts';
import { EXTRACTION_MASK, HUMAN_TURN_MASK, maskOf } from '../profile/elicitation.ts';
import { addCount, collisionRate, emptyCounts } from '../profile/sparse-counts.ts';
import type { Population } from './population.ts';

/**
 * What the prompts that a group shares look like: measured numbers, no judgement. Each is defined in
 * docs/reference/signals.md with its legitimate twin.
 */
export interface ContentEvidence {
  /** Distinct prompts of the family in the sample. */
  readonly prompts: number;
  /** Median share of a member's distinct prompts that belongs to the family, 0 … 1. */
  readonly share: number;
  /** Share of the family's distinct prompts that more than one entity asked, 0 … 1. */
  readonly repeated: number;
  /** Distinct prompts of the family among all times that one was asked, 0 … 1. */
  readonly distinct: number;
  /** Share of prompts that open a conversation, 0 … 1. */
  readonly standalone: number;
  /** Share of prompts that read like a turn of a conversing person, 0 … 1. */
  readonly humanTurns: number;
  /** Share of prompts with an elicitation phrase, 0 … 1. */
  readonly elicitation: number;
  /** Share of prompts that ask for reasoning to be written out, 0 … 1. */
  readonly reasoning: number;
  /** Share of prompts that ask for answers to be graded, 0 … 1. */
  readonly rubric: number;
  /** Standard deviation of ln(prompt characters). */
  readonly lengthSpread: number;
  /** Standard deviation of ln(response tokens). */
  readonly responseSpread: number;
  /** Median of ln(response tokens). */
  readonly responseLength: number;
  /**
   * How much of the spread of prompt length lies between accounts (intraclass correlation, −1 … 1;
   * Fisher 1925, one-way analysis of variance). Shards of one data set have none.
   */
  readonly ownLength: number;
  /** The same for the length of answers. */
  readonly ownAnswers: number;
  /**
   * ln of how much likelier two prompts of one account fall on one topic than two of different
   * accounts. People have their own topics; shards of one data set have not.
   */
  readonly ownTopics: number;
  /** Effective number of topics that the prompts cover: 1 / chance that two fall on one (Hill 1973). */
  readonly effectiveTopics: number;
}

/** One distinct prompt of the family as one member asked it: numbers only, so it can be handed on. */
export interface ContentRow {
  readonly key: number;
  /** How often the member asked it, 1 or more. */
  readonly times: number;
  readonly topic: number;
  readonly characters: number;
  readonly responseTokens: number;
  /** Bit mask over ELICITATION_FAMILIES. */
  readonly elicitation: number;
  readonly firstTurn: boolean;
}

/** The family prompts of one member. */
export interface MemberContent {
  readonly entity: number;
  /** Distinct prompts sampled from the account, of any family. */
  readonly sampled: number;
  readonly rows: readonly ContentRow[];
}

export const contentOfMembers = (
  population: Population,
  table: PromptTable,
  topicOf: Int32Array,
  topics: readonly number[],
  accounts: readonly number[],
): MemberContent[] => {
  const wanted = new Set(topics);
  return accounts.map((a) => {
    const rows: ContentRow[] = [];
    for (let r = table.starts[a]!; r < table.starts[a + 1]!; r++) {
      if (!wanted.has(topicOf[r]!)) continue;
      const { characters, responseTokens, elicitation, firstTurn } = table.samples[r]!;
      const topic = topicOf[r]!;
      rows.push({
        key: table.keys[r]!,
        times: table.times[r]!,
        topic,
        characters,
        responseTokens,
        elicitation,
        firstTurn,
      });
    }
    const sampled = table.starts[a + 1]! - table.starts[a]!;
    return { entity: population.entityOf[a]!, sampled, rows };
  });
};

const REASONING = maskOf('reasoning');
const RUBRIC = maskOf('rubric');

const repeatedShare = (members: readonly MemberContent[]): number => {
  const askedBy = new Map<number, number>();
  const repeated = new Set<number>();
  for (const { entity, rows } of members)
    for (const { key } of rows) {
      const first = askedBy.get(key);
      if (first === undefined) askedBy.set(key, entity);
      else if (first !== entity) repeated.add(key);
    }
  return askedBy.size > 0 ? repeated.size / askedBy.size : 0;
};

const distinctShare = (rows: readonly ContentRow[]): number => {
  const asked = rows.reduce((sum, row) => sum + row.times, 0);
  return asked > 0 ? new Set(rows.map((row) => row.key)).size / asked : 0;
};

const spread = (values: readonly number[]): number => {
  const mean = values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
  return Math.sqrt(
    values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length - 1),
  );
};

/** One-way random-effects intraclass correlation with unequal group sizes. */
const intraclass = (groups: readonly (readonly number[])[]): number => {
  const used = groups.filter((g) => g.length >= 2);
  const n = used.reduce((sum, g) => sum + g.length, 0);
  if (used.length < 2 || n <= used.length) return 0;
  const grand = used.reduce((sum, g) => sum + g.reduce((s, v) => s + v, 0), 0) / n;
  let between = 0;
  let within = 0;
  let squares = 0;
  for (const g of used) {
    const mean = g.reduce((s, v) => s + v, 0) / g.length;
    between += g.length * (mean - grand) ** 2;
    for (const v of g) within += (v - mean) ** 2;
    squares += g.length ** 2;
  }
  const meanBetween = between / (used.length - 1);
  const meanWithin = within / (n - used.length);
  const size = (n - squares / n) / (used.length - 1);
  const total = meanBetween + (size - 1) * meanWithin;
  return total > 0 ? (meanBetween - meanWithin) / total : 0;
};

/** ln(P(same topic | same account) / P(same topic | different accounts)), smoothed. */
const topicAffinity = (members: readonly MemberContent[]): number => {
  const total = new Map<number, number>();
  let prompts = 0;
  let samePairs = 0;
  let sameHits = 0;
  for (const { rows } of members) {
    const own = new Map<number, number>();
    for (const { topic } of rows) own.set(topic, (own.get(topic) ?? 0) + 1);
    samePairs += (rows.length * (rows.length - 1)) / 2;
    prompts += rows.length;
    for (const [topic, count] of own) {
      sameHits += (count * (count - 1)) / 2;
      total.set(topic, (total.get(topic) ?? 0) + count);
    }
  }
  let hits = -sameHits;
  for (const count of total.values()) hits += (count * (count - 1)) / 2;
  const pairs = (prompts * (prompts - 1)) / 2 - samePairs;
  if (samePairs < 1 || pairs < 1) return 0;
  return Math.log((sameHits + 1) / (samePairs + 1)) - Math.log((hits + 1) / (pairs + 1));
};

const effectiveTopics = (rows: readonly ContentRow[]): number => {
  const counts = emptyCounts();
  for (const { topic } of rows) addCount(counts, topic);
  const same = collisionRate(counts);
  return same > 0 ? 1 / same : counts.keys.length;
};

export const measureContent = (members: readonly MemberContent[]): ContentEvidence => {
  const rows = members.flatMap((m) => m.rows);
  const lengths = (list: readonly ContentRow[]): number[] =>
    list.map((row) => Math.log(1 + row.characters));
  const responses = rows.map((row) => Math.log(1 + row.responseTokens));
  const share = (test: (row: ContentRow) => boolean): number =>
    rows.reduce((sum, row) => sum + (test(row) ? 1 : 0), 0) / Math.max(1, rows.length);
  const shares = members.map((m) => m.rows.length / Math.max(1, m.sampled));
  return {
    prompts: rows.length,
    share: shares.length > 0 ? median(shares) : 0,
    repeated: repeatedShare(members),
    distinct: distinctShare(rows),
    standalone: share((row) => row.firstTurn),
    humanTurns: share((row) => (row.elicitation & HUMAN_TURN_MASK) !== 0),
    elicitation: share((row) => (row.elicitation & EXTRACTION_MASK) !== 0),
    reasoning: share((row) => (row.elicitation & REASONING) !== 0),
    rubric: share((row) => (row.elicitation & RUBRIC) !== 0),
    lengthSpread: spread(lengths(rows)),
    responseSpread: spread(responses),
    responseLength: responses.length > 0 ? median(responses) : 0,
    ownLength: intraclass(members.map((m) => lengths(m.rows))),
    ownAnswers: intraclass(
      members.map((m) => m.rows.map((row) => Math.log(1 + row.responseTokens))),
    ),
    ownTopics: topicAffinity(members),
    effectiveTopics: effectiveTopics(rows),
  };
};
