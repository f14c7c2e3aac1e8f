import { type BottomK, createBottomK } from './bottom-k.ts';
import { type Counters, createCounters } from './counters.ts';
import { CAPACITY, type ModelUse, type PromptSample } from './profile.ts';
import { createRun, type Run } from './run.ts';
import type { MutableSpan } from './span.ts';
import type { Timeline } from './timeline.ts';

/** Sums and extremes that need no sketch; the names are those of Profile. */
export interface Sums {
  exchanges: number;
  firstSeen: number;
  lastSeen: number;
  responseTokens: number;
  promptTokens: number;
  reasoningTokens: number;
  continued: number;
  withLogprobs: number;
  withSeveral: number;
  withTools: number;
  withSystemPrompt: number;
  cutByLength: number;
  failed: number;
  contentFree: number;
}

/**
 * A profile under observation. It holds the same knowledge in a form that one more exchange changes
 * in few places: `profileOf` turns it into the profile. One thread owns it.
 */
export interface Accumulator extends Sums {
  /** Seconds of the latest exchanges, not yet in `activity`. */
  times: number[];
  activity: Timeline | null;
  limits: Timeline | null;
  readonly counters: Counters;
  /** No prompt with a hash above this is sampled any more. */
  promptThreshold: number;
  readonly prompts: BottomK<PromptSample>;
  contexts: BottomK<MutableSpan> | null;
  conversations: BottomK<MutableSpan> | null;
  endUsers: BottomK<null> | null;
  networks: BottomK<string> | null;
  systems: BottomK<string> | null;
  countries: BottomK<string> | null;
  userAgents: BottomK<string> | null;
  clients: BottomK<string> | null;
  systemPrompts: BottomK<null> | null;
  organizations: BottomK<string> | null;
  models: BottomK<ModelUse> | null;
  readonly run: Run;
}

export const createAccumulator = (): Accumulator => ({
  exchanges: 0,
  firstSeen: Number.POSITIVE_INFINITY,
  lastSeen: Number.NEGATIVE_INFINITY,
  responseTokens: 0,
  promptTokens: 0,
  reasoningTokens: 0,
  continued: 0,
  withLogprobs: 0,
  withSeveral: 0,
  withTools: 0,
  withSystemPrompt: 0,
  cutByLength: 0,
  failed: 0,
  contentFree: 0,
  times: [],
  activity: null,
  limits: null,
  counters: createCounters(),
  promptThreshold: Number.POSITIVE_INFINITY,
  prompts: createBottomK(CAPACITY.prompts),
  contexts: null,
  conversations: null,
  endUsers: null,
  networks: null,
  systems: null,
  countries: null,
  userAgents: null,
  clients: null,
  systemPrompts: null,
  organizations: null,
  models: null,
  run: createRun(),
});
