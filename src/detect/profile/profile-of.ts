import type { Accumulator } from './accumulator.ts';
import type { BottomK } from './bottom-k.ts';
import { blockOf, histogramOf } from './counters.ts';
import * as at from './layout.ts';
import { settleTimes } from './observe.ts';
import { shareCounts, shareLabels } from './once.ts';
import {
  CAPACITY,
  type ModelUse,
  type Profile,
  SECOND,
  type Span,
  TEMPLATE_BUCKETS,
} from './profile.ts';
import { endRuns } from './run.ts';
import type { MutableSpan } from './span.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/**
 * What was observed so far, as a profile that shares nothing with the accumulator: observation may
 * go on.
 */
export const profileOf = (from: Accumulator): Profile => {
  settleTimes(from);
  endRuns(from);
  const block = blockOf(from.counters, at.BLOCK_SIZE);
  const lengths = (start: number) =>
    shareCounts(histogramOf(block, start, at.LENGTH_PLACES, at.lengthKey));
  const buckets = (start: number) =>
    shareCounts(histogramOf(block, start, TEMPLATE_BUCKETS, at.bucketKey));
  return {
    exchanges: from.exchanges,
    firstSeen: from.firstSeen,
    lastSeen: from.lastSeen,
    responseTokens: from.responseTokens,
    promptTokens: from.promptTokens,
    reasoningTokens: from.reasoningTokens,
    continued: from.continued,
    withLogprobs: from.withLogprobs,
    withSeveral: from.withSeveral,
    withTools: from.withTools,
    withSystemPrompt: from.withSystemPrompt,
    cutByLength: from.cutByLength,
    failed: from.failed,
    contentFree: from.contentFree,
    activity: copyTimeline(from.activity ?? createTimeline(SECOND, CAPACITY.activity)),
    limits: from.limits && copyTimeline(from.limits),
    responseLengths: lengths(at.RESPONSES),
    promptLengths: lengths(at.PROMPTS),
    elicitation: shareCounts(
      histogramOf(block, at.ELICITATION, at.ELICITATION_PLACES, at.elicitationKey),
    ),
    openings: buckets(at.OPENINGS),
    closings: buckets(at.CLOSINGS),
    skeletons: buckets(at.SKELETONS),
    prompts: copySketch(from.prompts, same),
    contexts: from.contexts && copySketch(from.contexts, copySpan),
    conversations: from.conversations && copySketch(from.conversations, copySpan),
    endUsers: from.endUsers && copySketch(from.endUsers, same),
    networks: copyLabels(from.networks),
    systems: copyLabels(from.systems),
    countries: copyLabels(from.countries),
    userAgents: copyLabels(from.userAgents),
    clients: copyLabels(from.clients),
    systemPrompts: from.systemPrompts && copySketch(from.systemPrompts, same),
    organizations: copyLabels(from.organizations),
    models: from.models && copySketch(from.models, copyUse),
  };
};

const same = <V>(value: V): V => value;

const copySpan = ({ first, last, turns }: MutableSpan): Span => ({ first, last, turns });

const copyTimeline = ({ width, capacity, bins }: Timeline): Timeline => ({
  width,
  capacity,
  bins: { keys: bins.keys.slice(), counts: bins.counts.slice() },
});

const copyUse = ({ name, activity }: ModelUse): ModelUse => ({
  name,
  activity: copyTimeline(activity),
});

const copySketch = <V>(of: BottomK<V>, copyValue: (value: V) => V): BottomK<V> => ({
  k: of.k,
  keys: of.keys.slice(),
  counts: of.counts.slice(),
  values: of.values.map(copyValue),
});

const copyLabels = (of: BottomK<string> | null): BottomK<string> | null =>
  of && shareLabels(copySketch(of, same));
