import { type BottomK, createBottomK, mergeBottomK } from './bottom-k.ts';
import { emptyCounts, mergeCounts, type SparseCounts } from './sparse-counts.ts';
import { createTimeline, mergeTimelines, type Timeline } from './timeline.ts';

/** One distinct prompt of the bounded sample. */
export interface PromptSample {
  /** Head and tail of the prompt, at most SAMPLE_CHARS; '' in content-free mode. */
  readonly text: string;
  /** Length of the whole prompt. */
  readonly characters: number;
  /** Template id given at the edge, or null. */
  readonly templateId: string | null;
  /** First time it was asked, epoch ms. */
  readonly at: number;
  readonly responseTokens: number;
  /** Index into LANGUAGES. */
  readonly language: number;
  /** Bit mask over ELICITATION_FAMILIES. */
  readonly elicitation: number;
  readonly firstTurn: boolean;
}

/** When a conversation was first and last continued by these exchanges, epoch ms. */
export interface Span {
  readonly first: number;
  readonly last: number;
  /** Fewest earlier user turns of a request in it: above 1 when its beginning was not here. */
  readonly turns: number;
}

/**
 * The mergeable, bounded-size summary of any set of exchanges. Every part is a sum, a minimum or
 * maximum, or a sketch whose state depends only on the set, so `merge` is associative and
 * commutative and every order of observation gives the same profile. An account, a campaign and a
 * partition of the log are all described by one of these.
 */
export interface Profile {
  readonly exchanges: number;
  /** Epoch ms; +∞ and −∞ in an empty profile. */
  readonly firstSeen: number;
  readonly lastSeen: number;

  readonly responseTokens: number;
  readonly promptTokens: number;
  readonly reasoningTokens: number;
  /** Exchanges that continue a conversation (earlier user turns in the same request). */
  readonly continued: number;
  readonly withLogprobs: number;
  /** Exchanges that ask for more than one completion. */
  readonly withSeveral: number;
  readonly withTools: number;
  readonly withSystemPrompt: number;
  /** Answers that ended at a declared limit of length. */
  readonly cutByLength: number;
  readonly failed: number;
  readonly contentFree: number;

  /** Activity, base width one second. */
  readonly activity: Timeline;
  /** Requests refused with status 429, base width one minute. */
  readonly limits: Timeline | null;
  /** log₂ of response tokens in quarter steps; 0 tokens is key -1. */
  readonly responseLengths: SparseCounts;
  /** log₂ of prompt characters in quarter steps. */
  readonly promptLengths: SparseCounts;
  /** Key = language × ELICITATION_STRIDE + family; key with family NO_FAMILY counts all prompts of a language. */
  readonly elicitation: SparseCounts;
  /** Opening words, closing words and function-word skeleton, each hashed into TEMPLATE_BUCKETS. */
  readonly openings: SparseCounts;
  readonly closings: SparseCounts;
  readonly skeletons: SparseCounts;

  readonly prompts: BottomK<PromptSample>;
  /** Conversations by their first exchange (survives a change of account). */
  readonly contexts: BottomK<Span> | null;
  readonly conversations: BottomK<Span> | null;
  readonly endUsers: BottomK<null> | null;
  readonly networks: BottomK<string> | null;
  readonly systems: BottomK<string> | null;
  readonly countries: BottomK<string> | null;
  readonly userAgents: BottomK<string> | null;
  readonly clients: BottomK<string> | null;
  readonly systemPrompts: BottomK<null> | null;
  readonly organizations: BottomK<string> | null;
  /** Model names with their activity, base width six hours. */
  readonly models: BottomK<ModelUse> | null;
}

export interface ModelUse {
  readonly name: string;
  readonly activity: Timeline;
}

export const SAMPLE_CHARS = 480;
export const TEMPLATE_BUCKETS = 64;
export const ELICITATION_STRIDE = 32;
export const NO_FAMILY = ELICITATION_STRIDE - 1;

/** Capacities. They bound the bytes of one profile, whatever the number of exchanges. */
export const CAPACITY = {
  prompts: 64,
  activity: 512,
  limits: 64,
  contexts: 32,
  conversations: 64,
  endUsers: 64,
  networks: 16,
  labels: 8,
  models: 8,
  modelActivity: 64,
} as const;

/** Base widths of the timelines, ms. */
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const SIX_HOURS = 6 * 3_600_000;

export const createProfile = (): Profile => ({
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
  activity: createTimeline(SECOND, CAPACITY.activity),
  limits: null,
  responseLengths: emptyCounts(),
  promptLengths: emptyCounts(),
  elicitation: emptyCounts(),
  openings: emptyCounts(),
  closings: emptyCounts(),
  skeletons: emptyCounts(),
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
});

/**
 * The sample of a prompt that is kept: the first time it was asked. Equal keys may differ in case
 * or white space, and so in everything that follows from the text: only a total order over all
 * fields makes the choice independent of the order of observation.
 */
export const earliestSample = (a: PromptSample, b: PromptSample): PromptSample => {
  if (a.at !== b.at) return a.at < b.at ? a : b;
  if (a.text !== b.text) return a.text < b.text ? a : b;
  if (a.characters !== b.characters) return a.characters < b.characters ? a : b;
  if (a.responseTokens !== b.responseTokens) return a.responseTokens < b.responseTokens ? a : b;
  if (a.firstTurn !== b.firstTurn) return a.firstTurn ? a : b;
  if (a.language !== b.language) return a.language < b.language ? a : b;
  if (a.elicitation !== b.elicitation) return a.elicitation < b.elicitation ? a : b;
  return (a.templateId ?? '') <= (b.templateId ?? '') ? a : b;
};

const widest = (a: Span, b: Span): Span => ({
  first: Math.min(a.first, b.first),
  last: Math.max(a.last, b.last),
  turns: Math.min(a.turns, b.turns),
});

const either = <T>(a: T | null, b: T | null, both: (x: T, y: T) => T): T | null =>
  a === null ? b : b === null ? a : both(a, b);

const sameLabel = <T>(a: T, _b: T): T => a;

const mergeLabels = <T>(a: BottomK<T> | null, b: BottomK<T> | null): BottomK<T> | null =>
  either(a, b, (x, y) => mergeBottomK(x, y, sameLabel));

const mergeSpans = (a: BottomK<Span> | null, b: BottomK<Span> | null): BottomK<Span> | null =>
  either(a, b, (x, y) => mergeBottomK(x, y, widest));

const joinModel = (a: ModelUse, b: ModelUse): ModelUse => ({
  name: a.name,
  activity: mergeTimelines(a.activity, b.activity),
});

/** The profile of both sets of exchanges. Pure: parts may be shared with the arguments, never changed. */
export const mergeProfiles = (a: Profile, b: Profile): Profile => ({
  exchanges: a.exchanges + b.exchanges,
  firstSeen: Math.min(a.firstSeen, b.firstSeen),
  lastSeen: Math.max(a.lastSeen, b.lastSeen),
  responseTokens: a.responseTokens + b.responseTokens,
  promptTokens: a.promptTokens + b.promptTokens,
  reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  continued: a.continued + b.continued,
  withLogprobs: a.withLogprobs + b.withLogprobs,
  withSeveral: a.withSeveral + b.withSeveral,
  withTools: a.withTools + b.withTools,
  withSystemPrompt: a.withSystemPrompt + b.withSystemPrompt,
  cutByLength: a.cutByLength + b.cutByLength,
  failed: a.failed + b.failed,
  contentFree: a.contentFree + b.contentFree,
  activity: mergeTimelines(a.activity, b.activity),
  limits: either(a.limits, b.limits, mergeTimelines),
  responseLengths: mergeCounts(a.responseLengths, b.responseLengths),
  promptLengths: mergeCounts(a.promptLengths, b.promptLengths),
  elicitation: mergeCounts(a.elicitation, b.elicitation),
  openings: mergeCounts(a.openings, b.openings),
  closings: mergeCounts(a.closings, b.closings),
  skeletons: mergeCounts(a.skeletons, b.skeletons),
  prompts: mergeBottomK(a.prompts, b.prompts, earliestSample),
  contexts: mergeSpans(a.contexts, b.contexts),
  conversations: mergeSpans(a.conversations, b.conversations),
  endUsers: mergeLabels(a.endUsers, b.endUsers),
  networks: mergeLabels(a.networks, b.networks),
  systems: mergeLabels(a.systems, b.systems),
  countries: mergeLabels(a.countries, b.countries),
  userAgents: mergeLabels(a.userAgents, b.userAgents),
  clients: mergeLabels(a.clients, b.clients),
  systemPrompts: mergeLabels(a.systemPrompts, b.systemPrompts),
  organizations: mergeLabels(a.organizations, b.organizations),
  models: either(a.models, b.models, (x, y) => mergeBottomK(x, y, joinModel)),
});
