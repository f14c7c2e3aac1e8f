import { createRequire } from 'node:module';
import { UndirectedGraph } from 'graphology';
import type louvainModule from 'graphology-communities-louvain';
import { logPoissonUpperTail } from '../../base/tails.ts';
import type { TopicDraws } from './topic-draws.ts';

// The package is CommonJS with a hand-set default: its types fit `require`, not a default import.
const louvain: typeof louvainModule.default = createRequire(import.meta.url)(
  'graphology-communities-louvain',
);

/**
 * Prompt families: topics that the same accounts draw on together, far more often than accounts
 * that chose their topics independently would. Communities are found by the Louvain method
 * (Blondel et al., J. Stat. Mech. 2008) on the graph of excess co-draws.
 */
export interface TopicCommunities {
  readonly families: readonly (readonly number[])[];
  /** Family of each topic, 0 … families−1. */
  readonly familyOf: Int32Array;
}

/** Two topics are joined when their co-draws would be this rare by chance … */
const LOG_TAIL = Math.log(1e-7);
/** … and this many times as frequent as chance has it. */
const LIFT = 4;
/** Rarest topics of one account that take part: bounds the pairs per account. */
const TOPICS_PER_ACCOUNT = 40;

const rarestTopics = (draws: TopicDraws, account: number): number[] => {
  const topics = Array.from(
    draws.topicIndex.subarray(draws.starts[account]!, draws.starts[account + 1]!),
  );
  if (topics.length <= TOPICS_PER_ACCOUNT) return topics;
  return topics
    .sort((a, b) => draws.topicTotals[a]! - draws.topicTotals[b]! || a - b)
    .slice(0, TOPICS_PER_ACCOUNT)
    .sort((a, b) => a - b);
};

/** Pairs of topics with the number of accounts that drew both, keyed low × topics + high. */
const countPairs = (draws: TopicDraws): Map<number, number> => {
  const pairs = new Map<number, number>();
  for (let a = 0; a < draws.accounts; a++) {
    const topics = rarestTopics(draws, a);
    for (let i = 0; i < topics.length; i++)
      for (let j = i + 1; j < topics.length; j++) {
        const key = topics[i]! * draws.topics + topics[j]!;
        pairs.set(key, (pairs.get(key) ?? 0) + 1);
      }
  }
  return pairs;
};

/** How much likelier an account with many prompts is to draw any two topics: E[m²] / E[m]². */
const activityFactor = (draws: TopicDraws): number => {
  let sum = 0;
  let squares = 0;
  for (const m of draws.sampled) {
    sum += m;
    squares += m * m;
  }
  return sum > 0 ? (squares * draws.accounts) / (sum * sum) : 1;
};

export const findTopicCommunities = (
  draws: TopicDraws,
  resolution: number,
  random: () => number,
): TopicCommunities => {
  const graph = new UndirectedGraph();
  for (let t = 0; t < draws.topics; t++) graph.addNode(t);
  const drawers = (t: number): number => draws.topicStarts[t + 1]! - draws.topicStarts[t]!;
  const factor = activityFactor(draws) / Math.max(1, draws.accounts);
  for (const [key, both] of countPairs(draws)) {
    if (both < 3) continue;
    const low = Math.floor(key / draws.topics);
    const high = key % draws.topics;
    const expected = drawers(low) * drawers(high) * factor;
    if (both < LIFT * expected || logPoissonUpperTail(both, expected) > LOG_TAIL) continue;
    graph.addEdge(low, high, {
      weight: (both - expected) / Math.sqrt(drawers(low) * drawers(high)),
    });
  }
  const community = louvain(graph, { rng: random, getEdgeWeight: 'weight', resolution });
  const familyOf = new Int32Array(draws.topics);
  const families: number[][] = [];
  const numbered = new Map<number, number>();
  for (let t = 0; t < draws.topics; t++) {
    const c = community[t]!;
    let family = numbered.get(c);
    if (family === undefined) {
      family = families.length;
      numbered.set(c, family);
      families.push([]);
    }
    familyOf[t] = family;
    families[family]!.push(t);
  }
  return { families, familyOf };
};
