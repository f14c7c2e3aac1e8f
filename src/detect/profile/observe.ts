import { hash53, key53 } from '../../base/hash.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Accumulator } from './accumulator.ts';
import { addKey, addNew, countKnown, createBottomK, thresholdOf } from './bottom-k.ts';
import { bump } from './counters.ts';
import * as at from './layout.ts';
import { CAPACITY, earliestSample, MINUTE, SECOND, TEMPLATE_BUCKETS } from './profile.ts';
import { createPromptScan, type PromptScan, scanPrompt } from './prompt-scan/prompt-scan.ts';
import { type BlockMemo, observeLabels } from './run.ts';
import { samplePrompt } from './sample.ts';
import { addSpan, type MutableSpan } from './span.ts';
import { addBins, addTime, createTimeline } from './timeline.ts';

const TOO_MANY_REQUESTS = 429;
/** Times gathered before they are added to the timeline. */
const GATHERED = CAPACITY.activity;

/** What one pass over a log needs besides the accumulators: reused buffers of one thread. */
export interface Observer {
  readonly scan: PromptScan;
  readonly blocks: BlockMemo;
}

export const createObserver = (): Observer => ({ scan: createPromptScan(), blocks: new Map() });

/** Counts one exchange, in place. The order of observation does not matter. */
export const observe = (into: Accumulator, exchange: Exchange, observer: Observer): void => {
  scanExchange(exchange, observer.scan);
  observeScanned(into, exchange, observer.scan, observer.blocks);
};

/** Reads the prompt; the first half of `observe`, for which no account is needed. */
export const scanExchange = (exchange: Exchange, scan: PromptScan): void => {
  if (!isContentFree(exchange)) {
    scanPrompt(exchange.prompt, scan);
    return;
  }
  scan.language = 0;
  scan.elicitation = 0;
};

/** The second half of `observe`. */
export const observeScanned = (
  into: Accumulator,
  exchange: Exchange,
  scan: PromptScan,
  blocks: BlockMemo,
): void => {
  const { timestamp } = exchange;
  into.exchanges += 1;
  if (timestamp < into.firstSeen) into.firstSeen = timestamp;
  if (timestamp > into.lastSeen) into.lastSeen = timestamp;
  if (into.times.push(Math.floor(timestamp / SECOND)) >= GATHERED) settleTimes(into);
  observeCounts(into, exchange);
  observePrompt(into, exchange, scan);
  observeOthers(into, exchange);
  observeLabels(into, exchange, blocks);
};

/** Moves the gathered times into the timeline. */
export const settleTimes = (into: Accumulator): void => {
  if (into.times.length === 0) return;
  const activity = into.activity ?? createTimeline(SECOND, CAPACITY.activity);
  into.activity = addBins(activity, SECOND, into.times);
  into.times = [];
};

const observeCounts = (into: Accumulator, exchange: Exchange): void => {
  into.responseTokens += exchange.responseTokens;
  if (exchange.promptTokens !== null) into.promptTokens += exchange.promptTokens;
  if (exchange.reasoningTokens !== null) into.reasoningTokens += exchange.reasoningTokens;
  if (exchange.priorTurns > 0) into.continued += 1;
  if (exchange.logprobs) into.withLogprobs += 1;
  if (exchange.n !== null && exchange.n > 1) into.withSeveral += 1;
  if (exchange.tools) into.withTools += 1;
  if (exchange.systemPrompt !== null) into.withSystemPrompt += 1;
  if (exchange.finishReason === 'length') into.cutByLength += 1;
  if (exchange.status === null || exchange.status < 400)
    count(into, at.RESPONSES + at.lengthPlace(exchange.responseTokens));
  else into.failed += 1;
  if (exchange.status === TOO_MANY_REQUESTS) {
    into.limits ??= createTimeline(MINUTE, CAPACITY.limits);
    addTime(into.limits, exchange.timestamp);
  }
};

const count = (into: Accumulator, place: number): void => bump(into.counters, place, at.BLOCK_SIZE);

const observePrompt = (into: Accumulator, exchange: Exchange, scan: PromptScan): void => {
  const key = isContentFree(exchange)
    ? countTemplate(into, exchange)
    : countText(into, exchange.prompt, scan);
  // Most prompts end here: one comparison tells that the sample is full of smaller hashes.
  if (key > into.promptThreshold) return;
  const { prompts } = into;
  const known = countKnown(prompts, key);
  if (known < 0) {
    addNew(prompts, key, samplePrompt(exchange, scan));
    // An account whose earlier sample was handed over begins with the threshold of that one.
    into.promptThreshold = Math.min(into.promptThreshold, thresholdOf(prompts));
  } else if (exchange.timestamp <= prompts.values[known]!.at)
    prompts.values[known] = earliestSample(prompts.values[known]!, samplePrompt(exchange, scan));
};

const isContentFree = ({ prompt, promptHash, templateId }: Exchange): boolean =>
  prompt === '' && (promptHash !== null || templateId !== null);

/** Counts what the edge said about a prompt it kept to itself; returns the key of the prompt. */
const countTemplate = (into: Accumulator, exchange: Exchange): number => {
  const { promptHash, templateId } = exchange;
  into.contentFree += 1;
  if (templateId !== null) {
    const bucket = hash53(templateId) % TEMPLATE_BUCKETS;
    count(into, at.OPENINGS + bucket);
    count(into, at.CLOSINGS + bucket);
    count(into, at.SKELETONS + bucket);
  }
  return hash53(promptHash ?? `${exchange.accountId}\0${exchange.timestamp}`);
};

const countText = (into: Accumulator, prompt: string, scan: PromptScan): number => {
  count(into, at.OPENINGS + (scan.prefixHash % TEMPLATE_BUCKETS));
  count(into, at.CLOSINGS + (scan.suffixHash % TEMPLATE_BUCKETS));
  count(into, at.SKELETONS + (scan.skeletonHash % TEMPLATE_BUCKETS));
  count(into, at.PROMPTS + at.lengthPlace(prompt.length));
  const language = at.languagePlace(scan.language);
  count(into, language + at.FAMILIES);
  for (let mask = scan.elicitation; mask !== 0; mask &= mask - 1)
    count(into, language + 31 - Math.clz32(mask & -mask));
  return key53(scan.hash, scan.hash2);
};

const observeOthers = (into: Accumulator, exchange: Exchange): void => {
  const { contextHash, endUserId, timestamp, priorTurns } = exchange;
  if (contextHash !== 0) {
    into.contexts ??= createBottomK<MutableSpan>(CAPACITY.contexts);
    addSpan(into.contexts, spreadContext(contextHash), timestamp, timestamp, priorTurns, 1);
  }
  if (endUserId !== null) {
    into.endUsers ??= createBottomK<null>(CAPACITY.endUsers);
    addKey(into.endUsers, hash53(endUserId), null);
  }
};

/** A context hash has 32 bits; the sketch wants keys spread over 53. */
const spreadContext = (hash: number): number => key53(Math.imul(hash, 0x9e3779b1), hash);
