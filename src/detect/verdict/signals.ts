import type { ContentEvidence } from '../campaign/content-evidence.ts';
import { handOverZ, type NetworkEvidence, synchronyZ } from '../campaign/network-evidence.ts';
import { KEY_KINDS, type KeyKind } from '../campaign/shared-keys.ts';
import type { Profile } from '../profile/profile.ts';
import type { Axis } from '../report/report.ts';
import {
  logprobsShare,
  type Releases,
  releasePivot,
  responseUniformity,
  samplingShare,
  templateConcentration,
  temporalRegularity,
} from './profile-signals.ts';
import {
  SIGNAL_DEFINITIONS,
  type SignalDefinition,
  type SignalName,
} from './signal-definitions.ts';

/** Everything a signal may look at: one set of accounts, scored as one. */
export interface GroupView {
  readonly members: number;
  /** The merged profile of the members. */
  readonly profile: Profile;
  readonly content: ContentEvidence;
  readonly network: NetworkEvidence;
  readonly releases: Releases;
}

export interface Signal extends SignalDefinition {
  readonly name: SignalName;
  readonly axis: Axis;
  /** +1: more of it speaks for the axis; −1: less of it does. */
  readonly direction: 1 | -1;
  /** NaN where it cannot be measured: it then says nothing, which is not the same as zero. */
  readonly measure: (group: GroupView) => number;
  /** The measured value in one sentence. */
  readonly says: (value: number) => string;
}

/** A signal without its definition in words. */
type Measured = Omit<Signal, keyof SignalDefinition>;

const percent = (x: number): string => `${(100 * x).toFixed(x < 0.1 ? 1 : 0)} %`;
const times = (x: number): string => x.toFixed(x < 10 ? 1 : 0);

const KIND_WORDS: Readonly<Record<KeyKind, readonly [name: SignalName, what: string]>> = {
  payment: ['shared-payment', 'a payment instrument'],
  'address-block': ['shared-address-block', 'an address block'],
  'end-user': ['shared-end-user', 'an end user'],
  'hand-off': ['conversation-hand-off', 'a conversation that moved between accounts'],
  'sign-up': ['sign-up-burst', 'a burst of sign-ups'],
};

/** Name of the signal that counts a kind of identifier. */
export const KIND_SIGNALS = Object.fromEntries(
  KEY_KINDS.map((kind) => [kind, KIND_WORDS[kind][0]]),
) as Readonly<Record<KeyKind, string>>;

/** Share of the members who share an identifier of one kind with another member. */
const sharedIdentifier = (kind: KeyKind): Measured => ({
  name: KIND_WORDS[kind][0],
  axis: 'network',
  direction: 1,
  measure: ({ network, members }) =>
    network.clumps.find((c) => c.kind === kind)!.accounts.length / Math.max(1, members),
  says: (v) => `${percent(v)} of the members share ${KIND_WORDS[kind][1]} with another member.`,
});

const MEASURED: readonly Measured[] = [
  ...KEY_KINDS.map(sharedIdentifier),
  {
    name: 'limit-hand-over',
    axis: 'network',
    direction: 1,
    measure: ({ network }) => handOverZ(network),
    says: (v) =>
      `When one member stops, another starts within minutes, ${times(v)} standard deviations more often than on shifted days.`,
  },
  {
    name: 'synchrony',
    axis: 'network',
    direction: 1,
    measure: ({ network }) => synchronyZ(network),
    says: (v) =>
      `Members are active in the same ten minutes ${times(v)} standard deviations more often than on shifted days.`,
  },
  {
    name: 'complementary-coverage',
    axis: 'intent',
    direction: 1,
    measure: ({ content }) => 1 - content.repeated,
    says: (v) => `${percent(v)} of the family's distinct prompts were asked by one member only.`,
  },
  {
    name: 'distinct-share',
    axis: 'intent',
    direction: 1,
    measure: ({ content }) => content.distinct,
    says: (v) => `${percent(v)} of all times that a family prompt was asked, it was a new one.`,
  },
  {
    name: 'own-topics',
    axis: 'intent',
    direction: -1,
    measure: ({ content }) => content.ownTopics,
    says: (v) =>
      `Two prompts of one member fall on one topic ${times(Math.exp(v))} times as often as two of different members; people have topics of their own, shards have not.`,
  },
  {
    name: 'own-length',
    axis: 'intent',
    direction: -1,
    measure: ({ content }) => content.ownLength,
    says: (v) =>
      `${percent(Math.max(0, v))} of the spread in prompt length lies between members; people differ, shards of one data set do not.`,
  },
  {
    name: 'own-answer-length',
    axis: 'intent',
    direction: -1,
    measure: ({ content }) => content.ownAnswers,
    says: (v) =>
      `${percent(Math.max(0, v))} of the spread in answer length lies between members; people differ, shards of one data set do not.`,
  },
  {
    name: 'family-share',
    axis: 'intent',
    direction: 1,
    measure: ({ content }) => content.share,
    says: (v) => `The family makes up ${percent(v)} of a typical member's distinct prompts.`,
  },
  {
    name: 'human-turns',
    axis: 'intent',
    direction: -1,
    measure: ({ content }) => content.humanTurns,
    says: (v) => `${percent(v)} of the family's prompts read like a turn of a conversing person.`,
  },
  {
    name: 'standalone-prompts',
    axis: 'intent',
    direction: 1,
    measure: ({ content }) => content.standalone,
    says: (v) => `${percent(v)} of the family's prompts open a conversation.`,
  },
  {
    name: 'elicitation',
    axis: 'intent',
    direction: 1,
    measure: ({ content }) => content.elicitation,
    says: (v) =>
      `${percent(v)} of the family's prompts ask for reasoning, grading, rewriting, data or a fixed format.`,
  },
  {
    name: 'reasoning-elicitation',
    axis: 'intent',
    direction: 1,
    measure: ({ content }) => content.reasoning,
    says: (v) => `${percent(v)} of the family's prompts ask for the reasoning to be written out.`,
  },
  {
    name: 'rubric-grading',
    axis: 'intent',
    direction: 1,
    measure: ({ content }) => content.rubric,
    says: (v) => `${percent(v)} of the family's prompts ask for answers to be graded.`,
  },
  {
    name: 'prompt-length-spread',
    axis: 'intent',
    direction: -1,
    measure: ({ content }) => content.lengthSpread,
    says: (v) => `Prompt lengths of the family spread by a factor of ${times(Math.exp(v))}.`,
  },
  {
    name: 'response-length-spread',
    axis: 'intent',
    direction: -1,
    measure: ({ content }) => content.responseSpread,
    says: (v) => `Answer lengths of the family spread by a factor of ${times(Math.exp(v))}.`,
  },
  {
    name: 'response-uniformity',
    axis: 'intent',
    direction: 1,
    measure: ({ profile }) => responseUniformity(profile),
    says: (v) =>
      `Two answers have the same length, within a quarter octave, ${percent(v)} of the time.`,
  },
  {
    name: 'topic-coverage',
    axis: 'intent',
    direction: 1,
    measure: ({ content }) => content.effectiveTopics,
    says: (v) => `The family spreads evenly over ${times(v)} topics.`,
  },
  {
    name: 'template-concentration',
    axis: 'intent',
    direction: 1,
    measure: ({ profile }) => templateConcentration(profile),
    says: (v) => `Two prompts share their opening, closing or skeleton ${percent(v)} of the time.`,
  },
  {
    name: 'temporal-regularity',
    axis: 'intent',
    direction: 1,
    measure: ({ profile }) => temporalRegularity(profile),
    says: (v) => `Activity covers the hours of the day with an evenness of ${percent(v)}.`,
  },
  {
    name: 'logprobs',
    axis: 'intent',
    direction: 1,
    measure: ({ profile }) => logprobsShare(profile),
    says: (v) => `${percent(v)} of the requests ask for token probabilities.`,
  },
  {
    name: 'n-sampling',
    axis: 'intent',
    direction: 1,
    measure: ({ profile }) => samplingShare(profile),
    says: (v) => `${percent(v)} of the requests ask for several completions.`,
  },
  {
    name: 'release-pivot',
    axis: 'intent',
    direction: 1,
    measure: ({ profile, releases }) => releasePivot(profile, releases),
    says: (v) => `${percent(v)} of the traffic moved to a new model within a day of its release.`,
  },
];

/**
 * The signals of a set of accounts. docs/reference/signals.md describes each one with its formula, unit,
 * source and legitimate twin; a test keeps page and code equal.
 */
export const SIGNALS: readonly Signal[] = MEASURED.map((signal) => ({
  ...signal,
  ...SIGNAL_DEFINITIONS[signal.name],
}));

/** The signals that depend on the family's prompts alone; NaN for all others. */
export const contentSignals = (content: ContentEvidence): Record<string, number> => {
  const onlyContent = { content } as GroupView;
  return Object.fromEntries(
    SIGNALS.map((signal) => [
      signal.name,
      CONTENT_SIGNALS.has(signal.name) ? signal.measure(onlyContent) : Number.NaN,
    ]),
  );
};

const CONTENT_SIGNALS: ReadonlySet<string> = new Set([
  'complementary-coverage',
  'distinct-share',
  'own-topics',
  'own-length',
  'own-answer-length',
  'family-share',
  'human-turns',
  'standalone-prompts',
  'elicitation',
  'reasoning-elicitation',
  'rubric-grading',
  'prompt-length-spread',
  'response-length-spread',
  'topic-coverage',
]);
