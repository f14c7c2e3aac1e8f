/** Who harvests what: data sets cut between campaigns, and a campaign's part between its accounts. */
import { createRandom, integer, type Random } from '../../base/random.ts';
import type { Corpus } from './corpus.ts';
import type { WorldOptions } from './options.ts';
import { type Shard, shardOf } from './voice.ts';

/** One campaign's data set and how much each account asks, unrelated use included. */
export interface CampaignPlan {
  readonly shard: Shard;
  readonly counts: readonly number[];
  readonly corpus: string;
  readonly part: string;
}

/**
 * Splits a volume between accounts inside the wanted ranges. A small data set is given to as few
 * accounts as allowed before anybody has to ask a prompt twice.
 */
const shareOut = (o: WorldOptions, random: Random, available: number): number[] => {
  const [fewest, most] = o.campaignAccounts;
  const [low, high] = o.perAccount;
  let size = integer(random, fewest, most);
  // At a middling load per account, so that the accounts still differ in volume.
  const middling = (low + Math.min(high, 2 * low)) / 2;
  size = Math.max(fewest, Math.min(size, Math.floor(available / middling)));
  const counts = Array.from({ length: size }, () => integer(random, low, high));
  const total = counts.reduce((a, b) => a + b, 0);
  if (total <= available) return counts;
  const shrink = Math.max(0, (available - size * low) / (total - size * low));
  return counts.map((n) => low + Math.floor((n - low) * shrink));
};

/** One corpus each; when there are more campaigns than corpora, the largest pieces are cut again. */
const cutCorpora = (o: WorldOptions, corpora: readonly Corpus[]): number[] => {
  const parts = corpora.map((_, i) => (i < o.campaigns ? 1 : 0));
  for (let i = corpora.length; i < o.campaigns; i++) {
    const room = corpora.map((corpus, k) => corpus.size / (parts[k]! + 1));
    parts[room.indexOf(Math.max(...room))]!++;
  }
  return parts;
};

/** All campaigns of a world; fewer prompts than wanted means fewer accounts, then fewer each. */
export const planCampaigns = (o: WorldOptions, corpora: readonly Corpus[]): CampaignPlan[] => {
  const cuts = cutCorpora(o, corpora);
  const pieces = corpora.flatMap((corpus, k) =>
    Array.from({ length: cuts[k]! }, (_, part) => ({ corpus, part, parts: cuts[k]! })),
  );
  // First pieces first: the order of --harvest decides who gets which corpus.
  pieces.sort((a, b) => a.part - b.part);
  return pieces.map(({ corpus, part, parts }, i) => {
    // The permutation belongs to the corpus, so that the parts of one file are disjoint.
    const shard = shardOf(corpus, part, parts, createRandom(o.seed, 'shard', corpus.name));
    // Of all that an account asks, only this share draws on the data set.
    const harvested = 1 - o.unrelated[i % o.unrelated.length]!;
    const available = Math.floor(shard.size / harvested);
    const counts = shareOut(o, createRandom(o.seed, 'campaign-size', i), available);
    return { shard, counts, corpus: corpus.name, part: `${part + 1}/${parts}` };
  });
};
