/** How well a model tells campaigns from benign sets it was not fitted on. */
import { clopperPearson, type Interval, quantileSorted, sorted } from '../../base/statistics.ts';
import type { Example } from './examples.ts';
import { sigmoid } from './solve.ts';
import { weigh } from './weigh.ts';

export interface RecallAt {
  /** Share of benign sets above the threshold, 0 … 1. */
  readonly falsePositives: number;
  /** Campaigns with a set above it. */
  readonly found: number;
  readonly of: number;
  readonly interval: Interval;
}

export interface Quality {
  readonly campaigns: number;
  readonly benign: number;
  /** Weighted log loss in nats, both classes alike; ln 2 says nothing. */
  readonly logLoss: number;
  /** Chance that a campaign's set scores above a benign one. */
  readonly auc: number;
  readonly recall: readonly RecallAt[];
}

const LEAST = 1e-12;

/** A campaign's score is the median of its sets': no luck of the best of many candidates. */
const campaignScores = (examples: readonly Example[], odds: readonly number[]): number[] => {
  const sets = new Map<string, number[]>();
  examples.forEach((e, i) => {
    if (!e.campaign) return;
    const name = `${e.world} ${e.group}`;
    sets.set(name, [...(sets.get(name) ?? []), odds[i]!]);
  });
  return [...sets.values()].map((list) => quantileSorted(sorted(list), 0.5));
};

const areaUnder = (above: readonly number[], below: readonly number[]): number => {
  let wins = 0;
  for (const a of above) for (const b of below) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / Math.max(1, above.length * below.length);
};

/** Shares of benign sets at which recall is told. */
export const FALSE_POSITIVES = [0.05, 0.01, 0.003] as const;

/** `odds` are the model's log-odds of each example. */
export const qualityOf = (examples: readonly Example[], odds: readonly number[]): Quality => {
  const weights = weigh(examples);
  const loss = examples.reduce((sum, e, i) => {
    const p = sigmoid(odds[i]!);
    return sum - weights[i]! * Math.log(Math.max(LEAST, e.campaign ? p : 1 - p));
  }, 0);
  const benign = sorted(odds.filter((_, i) => !examples[i]!.campaign));
  const campaigns = campaignScores(examples, odds);
  return {
    campaigns: campaigns.length,
    benign: benign.length,
    logLoss: loss,
    auc: areaUnder(campaigns, Array.from(benign)),
    recall: FALSE_POSITIVES.map((falsePositives) => {
      const threshold = quantileSorted(benign, 1 - falsePositives);
      const found = campaigns.filter((score) => score > threshold).length;
      const of = campaigns.length;
      return { falsePositives, found, of, interval: clopperPearson(found, of) };
    }),
  };
};
