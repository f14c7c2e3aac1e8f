import { hash53, key53 } from '../../base/hash.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { addressBlock } from './address-block.ts';
import { addKey, type BottomK, createBottomK } from './bottom-k.ts';
import {
  CAPACITY,
  ELICITATION_STRIDE,
  NO_FAMILY,
  type Profile,
  type PromptSample,
  SAMPLE_CHARS,
  type Span,
  TEMPLATE_BUCKETS,
} from './profile.ts';
import { createPromptScan, type PromptScan, scanPrompt } from './prompt-scan/prompt-scan.ts';
import { addCount } from './sparse-counts.ts';
import { addTime, createTimeline } from './timeline.ts';

const MINUTE = 60_000;
const SIX_HOURS = 6 * 3_600_000;
const TOO_MANY_REQUESTS = 429;
/** The memo of label hashes is emptied at this size, which bounds it against made-up values. */
const MEMO_LIMIT = 65_536;

/** What one pass over a log needs besides the profiles: reused buffers, never shared between threads. */
export interface Observer {
  readonly scan: PromptScan;
  readonly labelKeys: Map<string, number>;
  readonly blocks: Map<string, string | null>;
}

export const createObserver = (): Observer => ({
  scan: createPromptScan(),
  labelKeys: new Map(),
  blocks: new Map(),
});

const memo = <V>(map: Map<string, V>, text: string, compute: (text: string) => V): V => {
  let value = map.get(text);
  if (value === undefined) {
    if (map.size >= MEMO_LIMIT) map.clear();
    value = compute(text);
    map.set(text, value);
  }
  return value;
};

/** Quarter-octave bucket of a count: the resolution at which lengths are compared. */
export const lengthBucket = (count: number): number =>
  count < 1 ? -1 : Math.floor(Math.log2(count) * 4);

const sampleText = (prompt: string): string => {
  if (prompt.length <= SAMPLE_CHARS) return prompt;
  const head = Math.floor((SAMPLE_CHARS * 2) / 3);
  return `${prompt.slice(0, head)} … ${prompt.slice(prompt.length - (SAMPLE_CHARS - head - 3))}`;
};

const nothing = (): null => null;

/** Counts one exchange into its profile, in place. The only function that changes a profile. */
export const observe = (profile: Profile, exchange: Exchange, observer: Observer): void => {
  const { timestamp } = exchange;
  profile.exchanges += 1;
  if (timestamp < profile.firstSeen) profile.firstSeen = timestamp;
  if (timestamp > profile.lastSeen) profile.lastSeen = timestamp;
  addTime(profile.activity, timestamp);
  observeCounts(profile, exchange);
  observePrompt(profile, exchange, observer);
  observeIdentifiers(profile, exchange, observer);
};

const observeCounts = (profile: Profile, exchange: Exchange): void => {
  profile.responseTokens += exchange.responseTokens;
  profile.promptTokens += exchange.promptTokens ?? 0;
  profile.reasoningTokens += exchange.reasoningTokens ?? 0;
  if (exchange.priorTurns > 0) profile.continued += 1;
  if (exchange.logprobs) profile.withLogprobs += 1;
  if (exchange.n !== null && exchange.n > 1) profile.withSeveral += 1;
  if (exchange.tools) profile.withTools += 1;
  if (exchange.systemPrompt !== null) profile.withSystemPrompt += 1;
  if (exchange.finishReason === 'length') profile.cutByLength += 1;
  if (exchange.status === null || exchange.status < 400)
    addCount(profile.responseLengths, lengthBucket(exchange.responseTokens));
  else profile.failed += 1;
  if (exchange.status === TOO_MANY_REQUESTS) {
    profile.limits ??= createTimeline(MINUTE, CAPACITY.limits);
    addTime(profile.limits, exchange.timestamp);
  }
};

const observePrompt = (profile: Profile, exchange: Exchange, observer: Observer): void => {
  const { scan } = observer;
  const { prompt } = exchange;
  let key: number;
  if (prompt === '' && (exchange.promptHash !== null || exchange.templateId !== null)) {
    profile.contentFree += 1;
    key = hash53(exchange.promptHash ?? `${exchange.accountId}\0${exchange.timestamp}`);
    if (exchange.templateId !== null) {
      const bucket = hash53(exchange.templateId) % TEMPLATE_BUCKETS;
      addCount(profile.openings, bucket);
      addCount(profile.closings, bucket);
      addCount(profile.skeletons, bucket);
    }
    scan.language = 0;
    scan.elicitation = 0;
  } else {
    scanPrompt(prompt, scan);
    key = key53(scan.hash, scan.hash2);
    addCount(profile.openings, scan.prefixHash % TEMPLATE_BUCKETS);
    addCount(profile.closings, scan.suffixHash % TEMPLATE_BUCKETS);
    addCount(profile.skeletons, scan.skeletonHash % TEMPLATE_BUCKETS);
    addCount(profile.promptLengths, lengthBucket(prompt.length));
    const base = scan.language * ELICITATION_STRIDE;
    addCount(profile.elicitation, base + NO_FAMILY);
    for (let mask = scan.elicitation; mask !== 0; mask &= mask - 1)
      addCount(profile.elicitation, base + 31 - Math.clz32(mask & -mask));
  }
  const { prompts } = profile;
  const at = addKey(prompts, key, () => samplePrompt(exchange, scan));
  if (at >= 0 && exchange.timestamp < prompts.values[at]!.at)
    prompts.values[at] = samplePrompt(exchange, scan);
};

const samplePrompt = (exchange: Exchange, scan: PromptScan): PromptSample => ({
  text: sampleText(exchange.prompt),
  characters: exchange.prompt.length,
  templateId: exchange.templateId,
  at: exchange.timestamp,
  responseTokens: exchange.responseTokens,
  language: scan.language,
  elicitation: scan.elicitation,
  firstTurn: exchange.priorTurns === 0,
});

const addSpan = (into: BottomK<Span>, key: number, at: number): void => {
  const index = addKey(into, key, () => ({ first: at, last: at }));
  if (index < 0) return;
  const span = into.values[index]!;
  if (at < span.first || at > span.last)
    into.values[index] = { first: Math.min(at, span.first), last: Math.max(at, span.last) };
};

const observeIdentifiers = (profile: Profile, exchange: Exchange, observer: Observer): void => {
  const keyOf = (text: string): number => memo(observer.labelKeys, text, hash53);
  const label = (into: BottomK<string> | null, value: string, k: number): BottomK<string> => {
    const sketch = into ?? createBottomK<string>(k);
    addKey(sketch, keyOf(value), () => value);
    return sketch;
  };
  const { labels, networks } = CAPACITY;
  if (exchange.contextHash !== 0) {
    profile.contexts ??= createBottomK(CAPACITY.contexts);
    addSpan(profile.contexts, spreadContext(exchange.contextHash), exchange.timestamp);
  }
  if (exchange.conversationId !== null) {
    profile.conversations ??= createBottomK(CAPACITY.conversations);
    addSpan(profile.conversations, hash53(exchange.conversationId), exchange.timestamp);
  }
  if (exchange.endUserId !== null) {
    profile.endUsers ??= createBottomK(CAPACITY.endUsers);
    addKey(profile.endUsers, hash53(exchange.endUserId), nothing);
  }
  if (exchange.ip !== null) {
    const block = memo(observer.blocks, exchange.ip, addressBlock);
    if (block !== null) profile.networks = label(profile.networks, block, networks);
  }
  if (exchange.asn !== null) profile.systems = label(profile.systems, exchange.asn, labels);
  if (exchange.country !== null)
    profile.countries = label(profile.countries, exchange.country, labels);
  if (exchange.userAgent !== null)
    profile.userAgents = label(profile.userAgents, exchange.userAgent, labels);
  if (exchange.ja4 !== null) profile.clients = label(profile.clients, exchange.ja4, labels);
  if (exchange.organizationId !== null)
    profile.organizations = label(profile.organizations, exchange.organizationId, labels);
  if (exchange.systemPrompt !== null) {
    profile.systemPrompts ??= createBottomK(labels);
    addKey(profile.systemPrompts, keyOf(exchange.systemPrompt), nothing);
  }
  if (exchange.model !== null) {
    const name = exchange.model;
    profile.models ??= createBottomK(CAPACITY.models);
    const at = addKey(profile.models, keyOf(name), () => ({
      name,
      activity: createTimeline(SIX_HOURS, CAPACITY.modelActivity),
    }));
    if (at >= 0) addTime(profile.models.values[at]!.activity, exchange.timestamp);
  }
};

/** A context hash has 32 bits; the sketch wants keys spread over 53. */
const spreadContext = (hash: number): number => key53(Math.imul(hash, 0x9e3779b1), hash);
