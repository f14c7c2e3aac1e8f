import type { TopicDraws } from '../family/topic-draws.ts';

/** Accounts with fewer family prompts say too little about which side they are on. */
const MIN_HITS = 6;
const MIN_TELLING = 0.5;
/** Two operations, when accounts keep this much of their family prompts to their own side's topics. */
const SEPARATION = 0.9;
const ROUNDS = 12;

interface Telling {
  readonly account: number;
  readonly topics: ReadonlyMap<number, number>;
  readonly hits: number;
  readonly norm: number;
}

const tellingOf = (
  draws: TopicDraws,
  accounts: readonly number[],
  wanted: ReadonlySet<number>,
): Telling[] => {
  const telling: Telling[] = [];
  for (const account of accounts) {
    const topics = new Map<number, number>();
    let hits = 0;
    let squares = 0;
    for (let i = draws.starts[account]!; i < draws.starts[account + 1]!; i++) {
      const t = draws.topicIndex[i]!;
      if (!wanted.has(t)) continue;
      const count = draws.counts[i]!;
      topics.set(t, count);
      hits += count;
      squares += count * count;
    }
    if (hits >= MIN_HITS) telling.push({ account, topics, hits, norm: Math.sqrt(squares) });
  }
  return telling;
};

const dot = (a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number => {
  let sum = 0;
  for (const [t, x] of a) sum += x * (b.get(t) ?? 0);
  return sum;
};

const centreOf = (members: readonly Telling[]): Map<number, number> => {
  const centre = new Map<number, number>();
  for (const { topics, norm } of members)
    for (const [t, x] of topics) centre.set(t, (centre.get(t) ?? 0) + x / norm);
  let squares = 0;
  for (const x of centre.values()) squares += x * x;
  for (const [t, x] of centre) centre.set(t, x / Math.sqrt(squares));
  return centre;
};

/** Share of the hits that fall on topics which the account's own side draws more than the other. */
const separationOf = (sides: readonly [readonly Telling[], readonly Telling[]]): number => {
  const rates = sides.map((side) => {
    const total = side.reduce((sum, m) => sum + m.hits, 0);
    const counts = new Map<number, number>();
    for (const { topics } of side)
      for (const [t, x] of topics) counts.set(t, (counts.get(t) ?? 0) + x / total);
    return counts;
  });
  let own = 0;
  let all = 0;
  sides.forEach((side, k) => {
    for (const { topics, hits } of side) {
      all += hits;
      for (const [t, x] of topics)
        if ((rates[k]!.get(t) ?? 0) >= (rates[1 - k]!.get(t) ?? 0)) own += x;
    }
  });
  return own / all;
};

/**
 * Two operations that happen to share a topic may be found as one. Spherical 2-means over the
 * accounts' topics shows whether the set falls into two sides that hardly share any; one operation
 * does not, because all its accounts draw on everything. Returns the two sides, or null.
 */
export const splitAccounts = (
  draws: TopicDraws,
  accounts: readonly number[],
  topics: readonly number[],
  minEntities: number,
): readonly [readonly number[], readonly number[]] | null => {
  const telling = tellingOf(draws, accounts, new Set(topics));
  if (telling.length < Math.max(2 * minEntities, MIN_TELLING * accounts.length)) return null;
  const first = telling.reduce((a, b) => (b.hits > a.hits ? b : a));
  const similarity = (m: Telling): number => dot(m.topics, first.topics) / (m.norm * first.norm);
  const second = telling.reduce((a, b) => (similarity(b) < similarity(a) ? b : a));
  let sides: [Telling[], Telling[]] = [[first], [second]];
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = [centreOf(sides[0]), centreOf(sides[1])];
    const next: [Telling[], Telling[]] = [[], []];
    for (const m of telling) next[dot(m.topics, a) >= dot(m.topics, b) ? 0 : 1].push(m);
    if (next[0].length < minEntities || next[1].length < minEntities) return null;
    sides = next;
  }
  if (separationOf(sides) < SEPARATION) return null;
  return [sides[0].map((m) => m.account), sides[1].map((m) => m.account)];
};
