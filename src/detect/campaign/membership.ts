import { MAD_TO_SIGMA, median, medianAbsoluteDeviation } from '../../base/statistics.ts';
import type { PromptTable } from '../family/prompt-table.ts';
import type { TopicDraws } from '../family/topic-draws.ts';
import { compositionLogOdds, compositionOf } from './composition.ts';
import { drawsOn } from './content-groups.ts';
import { type Habits, habitsOf } from './habits.ts';
import { type LinkedAccounts, linkedTo } from './identity-links.ts';
import type { Population } from './population.ts';
import { KEY_KINDS, type SharedKeys } from './shared-keys.ts';

/**
 * Who belongs to a group: for every account that draws on the group's topics, the log-odds that it
 * is run with the others, from what it asks, from how it is linked to them, and from whether it
 * behaves as they do. Rates are estimated from the group and from everybody else, so a link that
 * half the world has to the group counts for nothing.
 */
export interface Membership {
  readonly account: number;
  /** Natural log-odds, each part and their sum. */
  readonly content: number;
  readonly identity: number;
  readonly habit: number;
  readonly total: number;
}

export interface MembershipContext {
  readonly population: Population;
  readonly table: PromptTable;
  readonly topicOf: Int32Array;
  readonly draws: TopicDraws;
  readonly shared: SharedKeys;
  readonly askers: ReadonlyMap<number, number>;
}

/** Log-odds at which an account is counted in: about four hundred to one. */
export const MEMBER_LOG_ODDS = 6;
/** No single part decides alone. */
const MAX_CONTENT = 6;
const MAX_IDENTITY = 6;
/** An impostor's habits spread this many times as widely as a member's. */
const IMPOSTOR_SPREAD = 4;
const WORST_HABIT = -8;
/** Least standard deviation of each habit: members never agree more closely than chance lets them. */
const HABIT_FLOOR: Readonly<Record<keyof Habits, number>> = {
  share: 0.8,
  volume: 0.5,
  spread: 0.35,
  repeated: 0.08,
};

const contentLogOdds = (hits: number, sampled: number, share: number, rate: number): number => {
  const s = Math.min(0.98, Math.max(0.02, share));
  const q = Math.max(1e-4, rate);
  const odds = hits * Math.log(s / q) + (sampled - hits) * Math.log((1 - s) / (1 - q));
  return Math.min(MAX_CONTENT, odds);
};

/** Log-odds of being linked, or not, by each kind, given the rates among members and among others. */
const identityLogOdds = (
  linked: LinkedAccounts,
  members: readonly number[],
  accounts: number,
): ((account: number) => number) => {
  const weights = KEY_KINDS.map((kind) => {
    let inside = 0;
    let all = 0;
    for (const a of members) inside += linked[kind][a]!;
    for (const flag of linked[kind]) all += flag;
    const rateInside = (inside + 0.5) / (members.length + 1);
    const rateOutside = (all - inside + 1) / (accounts - members.length + 2);
    return {
      flags: linked[kind],
      present: Math.log(rateInside / rateOutside),
      // Members that were let in wrongly lower the rate inside: absence is judged mildly.
      absent: 0.75 * Math.log((1 - rateInside) / (1 - rateOutside)),
    };
  });
  return (account) => {
    let sum = 0;
    for (const { flags, present, absent } of weights) {
      if (flags[account] === 1) sum += Math.max(0, present);
      else sum += Math.min(0, absent);
    }
    return Math.min(MAX_IDENTITY, sum);
  };
};

/** Normal density of the members against the same density IMPOSTOR_SPREAD times as wide. */
const habitLogOdds = (core: readonly Habits[]): ((habits: Habits) => number) => {
  const scales = (Object.keys(HABIT_FLOOR) as (keyof Habits)[]).map((name) => {
    const values = core.map((habits) => habits[name]);
    return {
      name,
      centre: median(values),
      spread: Math.max(HABIT_FLOOR[name], MAD_TO_SIGMA * medianAbsoluteDeviation(values)),
    };
  });
  return (habits) => {
    let sum = 0;
    for (const { name, centre, spread } of scales) {
      const z = (habits[name] - centre) / spread;
      const fit = (-z * z * (1 - 1 / IMPOSTOR_SPREAD ** 2)) / 2;
      // Fitting in is weak evidence, standing out is strong: only half of the gain counts.
      sum += Math.max(WORST_HABIT, fit + Math.log(IMPOSTOR_SPREAD) / 2);
    }
    return Math.max(2 * WORST_HABIT, sum);
  };
};

/** Accounts that draw on the topics, those with an attested authorisation aside: the provider knows. */
const drawersOf = (
  { population, draws }: MembershipContext,
  topics: readonly number[],
): (readonly [account: number, hits: number])[] =>
  [...drawsOn(draws, topics)]
    .filter(([account]) => population.records[account]?.attestation == null)
    .sort(([a], [b]) => a - b);

/** What an account asks, weighed against the present guess of the group. */
const contentScorer = (
  { draws }: MembershipContext,
  topics: readonly number[],
  backgroundRate: number,
  core: readonly number[],
): ((account: number, hits: number) => number) => {
  const own = drawsOn(draws, topics);
  const shares = core.map((a) => (own.get(a) ?? 0) / Math.max(1, draws.sampled[a]!));
  const share = shares.length > 0 ? median(shares) : 0;
  const composition = compositionOf(draws, topics, core);
  return (account, hits) =>
    contentLogOdds(hits, draws.sampled[account]!, share, backgroundRate) +
    compositionLogOdds(draws, composition, account);
};

const habitsIn = (
  { population, table, topicOf, askers }: MembershipContext,
  topics: readonly number[],
): ((account: number) => Habits) => {
  const wanted = new Set(topics);
  return (account) => habitsOf(population, table, topicOf, wanted, askers, account);
};

/** What no habit and no link could make up for: such accounts are not looked at further. */
const HOPELESS = -12;

/**
 * Scores every account that draws on the topics by content and habits alone; nothing about who it is
 * or is linked to is looked at, neither for the account nor for the group it is compared with.
 */
export const scoreByContent = (
  context: MembershipContext,
  topics: readonly number[],
  backgroundRate: number,
  core: readonly number[],
): { readonly account: number; readonly total: number }[] => {
  const contentOf = contentScorer(context, topics, backgroundRate, core);
  const habitsFor = habitsIn(context, topics);
  const habit = habitLogOdds(core.map(habitsFor));
  return drawersOf(context, topics).flatMap(([account, hits]) => {
    const content = contentOf(account, hits);
    if (content < HOPELESS) return [];
    return [{ account, total: content + habit(habitsFor(account)) }];
  });
};

/** Scores every account that draws on the topics; `core` is the present guess of the group. */
export const scoreMembership = (
  context: MembershipContext,
  topics: readonly number[],
  backgroundRate: number,
  core: readonly number[],
): Membership[] => {
  const { population, shared } = context;
  const contentOf = contentScorer(context, topics, backgroundRate, core);
  const habitsFor = habitsIn(context, topics);
  const linked = linkedTo(population, shared, core);
  const identity = identityLogOdds(linked, core, population.ids.length);
  // Members with a link are the cleanest picture of the group's habits.
  const sure = core.filter((a) => KEY_KINDS.some((kind) => linked[kind][a] === 1));
  const habit = habitLogOdds((sure.length >= 5 ? sure : core).map(habitsFor));
  return drawersOf(context, topics).flatMap(([account, hits]) => {
    const content = contentOf(account, hits);
    if (content < HOPELESS) return [];
    const who = identity(account);
    const how = habit(habitsFor(account));
    return [{ account, content, identity: who, habit: how, total: content + who + how }];
  });
};
