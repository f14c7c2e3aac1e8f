import type { Example } from './examples.ts';

/** Sets of one group of one world are one fact seen from several sides. */
const factOf = (e: Example, i: number): string =>
  e.group === 'crowd' ? `${i}` : `${e.world} ${e.campaign} ${e.group}`;

/** Hard benign groups together weigh as much as this share of all benign sets. */
const HARD_SHARE = 0.5;

/**
 * Weight of each example, 1 in all: campaigns and benign sets weigh the same; each campaign once,
 * however many candidates it gave; and the few hard benign groups as much as the whole crowd.
 */
export const weigh = (examples: readonly Example[]): Float64Array => {
  const facts = examples.map(factOf);
  const seen = new Map<string, number>();
  for (const fact of facts) seen.set(fact, (seen.get(fact) ?? 0) + 1);
  const kindOf = (e: Example): string =>
    e.campaign ? 'campaign' : e.group === 'crowd' ? 'crowd' : 'hard';
  const kinds = examples.map(kindOf);
  const part = (i: number): number => 1 / seen.get(facts[i]!)!;
  const total = new Map<string, number>();
  kinds.forEach((kind, i) => {
    total.set(kind, (total.get(kind) ?? 0) + part(i));
  });
  const both = total.has('hard') && total.has('crowd');
  const share: Readonly<Record<string, number>> = {
    campaign: 0.5,
    hard: both ? 0.5 * HARD_SHARE : 0.5,
    crowd: both ? 0.5 * (1 - HARD_SHARE) : 0.5,
  };
  return Float64Array.from(
    examples,
    (_, i) => (share[kinds[i]!]! * part(i)) / total.get(kinds[i]!)!,
  );
};
