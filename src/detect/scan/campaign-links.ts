import type { Population } from '../campaign/population.ts';
import type { SharedKeys } from '../campaign/shared-keys.ts';
import type { LinkReport } from '../report/report.ts';

const MAX_LINKS = 400;
/** Pairs listed for one identifier: a card of fifty accounts is drawn as a chain, not as 1,225 lines. */
const MAX_PAIRS_PER_KEY = 60;

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly kinds: Map<string, number>;
}

/** Consecutive holders first, so that every holder is in some pair, then the rest. */
function* pairsOf(holders: readonly number[]): Generator<readonly [number, number]> {
  let given = 0;
  for (let step = 1; step < holders.length; step++)
    for (let i = 0; i + step < holders.length; i++) {
      if (given++ >= MAX_PAIRS_PER_KEY && step > 1) return;
      yield [holders[i]!, holders[i + step]!];
    }
}

/**
 * The strongest links among the members. An identifier that n of N entities share adds
 * ln(N / n): sharing a rare one is strong, sharing a common one is nothing (the weight of agreement on
 * a value by its frequency, Fellegi and Sunter, JASA 64, 1969, with errors left out).
 * `odds` are the members' log-odds of belonging by content, which link those who share no identifier.
 */
export const linksOf = (
  population: Population,
  shared: SharedKeys,
  members: readonly number[],
  odds: readonly number[],
): LinkReport[] => {
  const inside = new Set(members);
  const pairs = new Map<string, Pair>();
  const add = (x: number, y: number, kind: string, llr: number): void => {
    const [a, b] = x < y ? [x, y] : [y, x];
    if (population.entityOf[a] === population.entityOf[b]) return;
    const name = `${a} ${b}`;
    const pair = pairs.get(name) ?? { a, b, kinds: new Map<string, number>() };
    pair.kinds.set(kind, (pair.kinds.get(kind) ?? 0) + llr);
    pairs.set(name, pair);
  };
  for (const index of new Set(members.flatMap((a) => shared.keysOf[a]!))) {
    const key = shared.keys[index]!;
    const llr = Math.log(population.entities / key.entities);
    for (const [a, b] of pairsOf(key.accounts.filter((x) => inside.has(x))))
      add(a, b, key.kind, llr);
  }
  const linked = new Set([...pairs.values()].flatMap((p) => [p.a, p.b]));
  const anchor = members.reduce((best, _, i) => ((odds[i] ?? 0) > (odds[best] ?? 0) ? i : best), 0);
  members.forEach((a, i) => {
    if (odds.length > 0 && !linked.has(a) && i !== anchor)
      add(a, members[anchor]!, 'family', Math.max(0, Math.min(odds[i]!, odds[anchor]!)));
  });
  return [...pairs.values()]
    .map(({ a, b, kinds }) => ({
      a: population.ids[a]!,
      b: population.ids[b]!,
      llr: [...kinds.values()].reduce((sum, llr) => sum + llr, 0),
      kinds: [...kinds].sort((x, y) => y[1] - x[1]).map(([kind]) => kind),
    }))
    .sort((x, y) => y.llr - x.llr || (x.a + x.b < y.a + y.b ? -1 : 1))
    .slice(0, MAX_LINKS);
};
