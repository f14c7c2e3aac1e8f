import { type AccountTrace, TOPICS, variation } from './account-trace.ts';

/** The four signals that every open account of distillation traffic names, each 0 … 1. */
export interface ClassicSignals {
  readonly topicCoverage: number;
  readonly lengthUniformity: number;
  readonly temporalRegularity: number;
  readonly reasoningElicitation: number;
}

/** Hand-set, equal weights: nothing is learned, as is usual for this design. */
const WEIGHT = 0.25;

/** Effective number of topics over the number of bins: the exponential of Shannon's entropy. */
const coverage = (counts: Uint32Array): number => {
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === 0) return 0;
  let entropy = 0;
  for (const n of counts) if (n > 0) entropy -= (n / total) * Math.log(n / total);
  return Math.exp(entropy) / TOPICS;
};

/** 1 for values that never change, 0 for a spread as large as the mean or larger, or unknown. */
const uniformity = (coefficient: number): number =>
  Number.isNaN(coefficient) ? 0 : Math.max(0, 1 - coefficient);

export const classicSignals = (trace: AccountTrace): ClassicSignals => ({
  topicCoverage: coverage(trace.topics),
  lengthUniformity: uniformity(variation(trace.lengths)),
  temporalRegularity: uniformity(variation(trace.gaps)),
  reasoningElicitation: trace.exchanges === 0 ? 0 : trace.reasoning / trace.exchanges,
});

/** The weighted score, 0 … 1. */
export const classicScore = (trace: AccountTrace): number => {
  const s = classicSignals(trace);
  return (
    WEIGHT * (s.topicCoverage + s.lengthUniformity + s.temporalRegularity + s.reasoningElicitation)
  );
};
