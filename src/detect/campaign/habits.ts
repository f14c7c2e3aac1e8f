import type { PromptTable } from '../family/prompt-table.ts';
import type { Population } from './population.ts';

/** Habits of one account in the eyes of a group: numbers in which members of one operation agree. */
export interface Habits {
  /** Logit of the share of its distinct prompts that falls in the group's topics. */
  readonly share: number;
  /** ln of exchanges. */
  readonly volume: number;
  /** ln of the days on which it was active, per day that its volume would have filled. */
  readonly spread: number;
  /** Share of its family prompts that other accounts asked too, 0 … 1. */
  readonly repeated: number;
}

const DAY = 86_400_000;

const activeDays = (population: Population, account: number): number => {
  const { width, bins } = population.profiles[account]!.activity;
  const days = new Set<number>();
  for (const bin of bins.keys) days.add(Math.floor((bin * width) / DAY));
  return days.size;
};

const logit = (hits: number, of: number): number => Math.log((hits + 0.5) / (of - hits + 0.5));

/** In how many accounts each sampled prompt stands. */
export const askersOf = (table: PromptTable): Map<number, number> => {
  const askers = new Map<number, number>();
  for (const key of table.keys) askers.set(key, (askers.get(key) ?? 0) + 1);
  return askers;
};

export const habitsOf = (
  population: Population,
  table: PromptTable,
  topicOf: Int32Array,
  wanted: ReadonlySet<number>,
  askers: ReadonlyMap<number, number>,
  account: number,
): Habits => {
  let hits = 0;
  let repeated = 0;
  const from = table.starts[account]!;
  const until = table.starts[account + 1]!;
  for (let r = from; r < until; r++) {
    if (!wanted.has(topicOf[r]!)) continue;
    hits++;
    if (askers.get(table.keys[r]!)! > 1) repeated++;
  }
  const { exchanges } = population.profiles[account]!;
  const days = Math.max(1, (population.lastSeen - population.firstSeen) / DAY);
  return {
    share: logit(hits, until - from),
    volume: Math.log(exchanges),
    spread: Math.log(activeDays(population, account) / Math.min(days, exchanges)),
    repeated: hits > 0 ? repeated / hits : 0,
  };
};
