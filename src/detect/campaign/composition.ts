import { logGamma } from '../../base/statistics.ts';
import type { TopicDraws } from '../family/topic-draws.ts';

/** How a group spreads over its topics, and how everybody else does. */
export interface Composition {
  /** Share of the group's draws that falls on each topic. */
  readonly group: ReadonlyMap<number, number>;
  /** The same for the accounts outside it. */
  readonly others: ReadonlyMap<number, number>;
}

const SMOOTHING = 0.5;
/** Draws after which a person's own taste outweighs everybody's (concentration of the Pólya urn). */
const CONCENTRATION = 2;
const MOST = 5;
const LEAST = -12;

export const compositionOf = (
  draws: TopicDraws,
  topics: readonly number[],
  core: readonly number[],
): Composition => {
  const inside = new Map(topics.map((t) => [t, 0]));
  for (const a of core)
    for (let i = draws.starts[a]!; i < draws.starts[a + 1]!; i++) {
      const t = draws.topicIndex[i]!;
      const known = inside.get(t);
      if (known !== undefined) inside.set(t, known + draws.counts[i]!);
    }
  let insideTotal = 0;
  let outsideTotal = 0;
  for (const [t, count] of inside) {
    insideTotal += count + SMOOTHING;
    outsideTotal += draws.topicTotals[t]! - count + SMOOTHING;
  }
  const group = new Map<number, number>();
  const others = new Map<number, number>();
  for (const [t, count] of inside) {
    group.set(t, (count + SMOOTHING) / insideTotal);
    others.set(t, (draws.topicTotals[t]! - count + SMOOTHING) / outsideTotal);
  }
  return { group, others };
};

/**
 * ln of how much better an account's draws fit the group's spread than a person's. Shards of one
 * data set all spread alike; a person who strays into the family has a favourite corner of it. The
 * person is a Pólya urn that begins with everybody else's spread (Johnson and Kotz, "Urn Models",
 * 1977, §4.2): Γ(α)/Γ(α+n) ∏ Γ(αb+k)/Γ(αb).
 */
export const compositionLogOdds = (
  draws: TopicDraws,
  { group, others }: Composition,
  account: number,
): number => {
  let hits = 0;
  let member = 0;
  let person = 0;
  for (let i = draws.starts[account]!; i < draws.starts[account + 1]!; i++) {
    const t = draws.topicIndex[i]!;
    const share = group.get(t);
    if (share === undefined) continue;
    const count = draws.counts[i]!;
    const start = CONCENTRATION * others.get(t)!;
    hits += count;
    member += count * Math.log(share);
    person += logGamma(start + count) - logGamma(start);
  }
  person += logGamma(CONCENTRATION) - logGamma(CONCENTRATION + hits);
  return Math.max(LEAST, Math.min(MOST, member - person));
};
