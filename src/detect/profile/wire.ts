import type { BottomK } from './bottom-k.ts';
import { shareCounts, shareLabels } from './once.ts';
import type { ModelUse, Profile, PromptSample, Span } from './profile.ts';
import type { SparseCounts } from './sparse-counts.ts';
import type { Timeline } from './timeline.ts';

/**
 * Profiles on their way between threads: all numbers in one block of memory that changes hands, all
 * texts in one list. Copying the objects themselves repeats the name of every field of every sample
 * and takes several times as long.
 */
export interface PackedProfiles {
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly texts: readonly string[];
}

export type ProfileEntry = readonly [accountId: string, profile: Profile];

interface Writer {
  numbers: Float64Array<ArrayBuffer>;
  length: number;
  readonly texts: string[];
}

interface Reader extends PackedProfiles {
  at: number;
  text: number;
}

/** Each part once, in the order in which both directions go through it. */
const SUMS = [
  'exchanges',
  'firstSeen',
  'lastSeen',
  'responseTokens',
  'promptTokens',
  'reasoningTokens',
  'continued',
  'withLogprobs',
  'withSeveral',
  'withTools',
  'withSystemPrompt',
  'cutByLength',
  'failed',
  'contentFree',
] as const;

const reserve = (to: Writer, count: number): void => {
  if (to.length + count <= to.numbers.length) return;
  const larger = new Float64Array(2 * (to.length + count));
  larger.set(to.numbers);
  to.numbers = larger;
};

const put = (to: Writer, value: number): void => {
  reserve(to, 1);
  to.numbers[to.length++] = value;
};
const take = (from: Reader): number => from.numbers[from.at++]!;
const takeText = (from: Reader): string => from.texts[from.text++]!;

const putAll = (to: Writer, values: readonly number[]): void => {
  const { length } = values;
  reserve(to, length);
  const { numbers, length: start } = to;
  for (let i = 0; i < length; i++) numbers[start + i] = values[i]!;
  to.length += length;
};
const takeAll = (from: Reader, length: number): number[] => {
  const { numbers, at } = from;
  const values = new Array<number>(length);
  for (let i = 0; i < length; i++) values[i] = numbers[at + i]!;
  from.at += length;
  return values;
};

const putCounts = (to: Writer, { keys, counts }: SparseCounts): void => {
  put(to, keys.length);
  putAll(to, keys);
  putAll(to, counts);
};
const takeCounts = (from: Reader): SparseCounts => {
  const length = take(from);
  return { keys: takeAll(from, length), counts: takeAll(from, length) };
};

const putTimeline = (to: Writer, { width, capacity, bins }: Timeline): void => {
  put(to, width);
  put(to, capacity);
  putCounts(to, bins);
};
const takeTimeline = (from: Reader): Timeline => ({
  width: take(from),
  capacity: take(from),
  bins: takeCounts(from),
});

/** What is missing is a 0 in the place of what comes first, which is never 0: a width, a k. */
const putMissing = (to: Writer): void => put(to, 0);
const isMissing = (from: Reader): boolean => {
  if (from.numbers[from.at] !== 0) return false;
  from.at++;
  return true;
};

const putSketch = <V>(
  to: Writer,
  sketch: BottomK<V> | null,
  putValue: (to: Writer, value: V) => void,
): void => {
  if (sketch === null) {
    putMissing(to);
    return;
  }
  put(to, sketch.k);
  putCounts(to, sketch);
  for (const value of sketch.values) putValue(to, value);
};
const takeSketch = <V>(from: Reader, takeValue: (from: Reader) => V): BottomK<V> | null => {
  if (isMissing(from)) return null;
  const k = take(from);
  const { keys, counts } = takeCounts(from);
  const values = new Array<V>(keys.length);
  for (let i = 0; i < keys.length; i++) values[i] = takeValue(from);
  return { k, keys, counts, values };
};

const putNothing = (): void => {};
const takeNothing = (): null => null;
const putText = (to: Writer, text: string): void => {
  to.texts.push(text);
};

const takeLabels = (from: Reader): BottomK<string> | null => {
  const sketch = takeSketch(from, takeText);
  return sketch && shareLabels(sketch);
};

const putSpan = (to: Writer, { first, last, turns }: Span): void => {
  put(to, first);
  put(to, last);
  put(to, turns);
};
const takeSpan = (from: Reader): Span => ({
  first: take(from),
  last: take(from),
  turns: take(from),
});

const putSample = (to: Writer, sample: PromptSample): void => {
  to.texts.push(sample.text);
  put(to, sample.characters);
  put(to, sample.templateId === null ? 0 : 1);
  if (sample.templateId !== null) to.texts.push(sample.templateId);
  put(to, sample.at);
  put(to, sample.responseTokens);
  put(to, sample.language);
  put(to, sample.elicitation);
  put(to, sample.firstTurn ? 1 : 0);
};
const takeSample = (from: Reader): PromptSample => ({
  text: takeText(from),
  characters: take(from),
  templateId: take(from) === 0 ? null : takeText(from),
  at: take(from),
  responseTokens: take(from),
  language: take(from),
  elicitation: take(from),
  firstTurn: take(from) === 1,
});

const putUse = (to: Writer, { name, activity }: ModelUse): void => {
  to.texts.push(name);
  putTimeline(to, activity);
};
const takeUse = (from: Reader): ModelUse => ({
  name: takeText(from),
  activity: takeTimeline(from),
});

const putProfile = (to: Writer, profile: Profile): void => {
  for (const name of SUMS) put(to, profile[name]);
  putTimeline(to, profile.activity);
  if (profile.limits === null) putMissing(to);
  else putTimeline(to, profile.limits);
  putCounts(to, profile.responseLengths);
  putCounts(to, profile.promptLengths);
  putCounts(to, profile.elicitation);
  putCounts(to, profile.openings);
  putCounts(to, profile.closings);
  putCounts(to, profile.skeletons);
  putSketch(to, profile.prompts, putSample);
  putSketch(to, profile.contexts, putSpan);
  putSketch(to, profile.conversations, putSpan);
  putSketch(to, profile.endUsers, putNothing);
  putSketch(to, profile.networks, putText);
  putSketch(to, profile.systems, putText);
  putSketch(to, profile.countries, putText);
  putSketch(to, profile.userAgents, putText);
  putSketch(to, profile.clients, putText);
  putSketch(to, profile.systemPrompts, putNothing);
  putSketch(to, profile.organizations, putText);
  putSketch(to, profile.models, putUse);
};

/** Fields in the order of `putProfile`: the properties of an object literal are read top down. */
const takeProfile = (from: Reader): Profile => ({
  exchanges: take(from),
  firstSeen: take(from),
  lastSeen: take(from),
  responseTokens: take(from),
  promptTokens: take(from),
  reasoningTokens: take(from),
  continued: take(from),
  withLogprobs: take(from),
  withSeveral: take(from),
  withTools: take(from),
  withSystemPrompt: take(from),
  cutByLength: take(from),
  failed: take(from),
  contentFree: take(from),
  activity: takeTimeline(from),
  limits: isMissing(from) ? null : takeTimeline(from),
  responseLengths: shareCounts(takeCounts(from)),
  promptLengths: shareCounts(takeCounts(from)),
  elicitation: shareCounts(takeCounts(from)),
  openings: shareCounts(takeCounts(from)),
  closings: shareCounts(takeCounts(from)),
  skeletons: shareCounts(takeCounts(from)),
  prompts: takeSketch(from, takeSample)!,
  contexts: takeSketch(from, takeSpan),
  conversations: takeSketch(from, takeSpan),
  endUsers: takeSketch(from, takeNothing),
  networks: takeLabels(from),
  systems: takeLabels(from),
  countries: takeLabels(from),
  userAgents: takeLabels(from),
  clients: takeLabels(from),
  systemPrompts: takeSketch(from, takeNothing),
  organizations: takeLabels(from),
  models: takeSketch(from, takeUse),
});

/** Packed into again and again: a new block for each call is memory that the collector has to chase. */
let room = new Float64Array(4_096);

/** As `packProfiles`; the numbers lie in memory that the next call uses again. */
export const packInPlace = (entries: Iterable<ProfileEntry>): PackedProfiles => {
  const to: Writer = { numbers: room, length: 0, texts: [] };
  for (const [accountId, profile] of entries) {
    to.texts.push(accountId);
    putProfile(to, profile);
  }
  room = to.numbers;
  return { numbers: room.subarray(0, to.length), texts: to.texts };
};

export const packProfiles = (entries: Iterable<ProfileEntry>): PackedProfiles => {
  const { numbers, texts } = packInPlace(entries);
  return { numbers: numbers.slice(), texts };
};

/** Exactly what was packed. */
export const unpackProfiles = (packed: PackedProfiles): ProfileEntry[] => {
  const from: Reader = { ...packed, at: 0, text: 0 };
  const entries: ProfileEntry[] = [];
  while (from.at < from.numbers.length) entries.push([takeText(from), takeProfile(from)]);
  return entries;
};
