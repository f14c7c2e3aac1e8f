/**
 * What each signal is, in words: its formula, unit, source and legitimate twin. A fitted model names the
 * revision of each formula it rests on; docs/reference/signals.md says the same, which a test compares.
 */
export interface SignalDefinition {
  /** Raised whenever the formula gives other numbers: models fitted on the old one are then refused. */
  readonly revision: number;
  readonly formula: string;
  readonly unit: string;
  /** Where the formula comes from. */
  readonly source: string;
  /** Ordinary use that shows the same. */
  readonly twin: string;
}

export const SIGNAL_DEFINITIONS = {
  'shared-payment': {
    revision: 1,
    formula: 'share of the members with the payment fingerprint (accounts file) of another member.',
    unit: 'share, 0 to 1.',
    source: 'own; equal keys.',
    twin: 'a class or a family behind one card, a company that did not declare its organization.',
  },
  'shared-address-block': {
    revision: 1,
    formula:
      'share of the members seen in the /24 block (IPv4) or /48 block (IPv6) of another member.',
    unit: 'share, 0 to 1.',
    source: 'block sizes after RFC 6177 §2.',
    twin: 'an office, a campus, a carrier that puts many customers behind few addresses. Neighbours of one provider also ask alike, which is why this kind is not tested.',
  },
  'shared-end-user': {
    revision: 1,
    formula: 'share of the members that carry an `end_user_id` of another member.',
    unit: 'share, 0 to 1.',
    source: 'own; equal keys.',
    twin: 'one person with a private and a work account; two platforms that number their users from 1.',
  },
  'conversation-hand-off': {
    revision: 1,
    formula:
      'share of the members in a conversation that one account left and another took up within two days, without ever having asked its beginning. A conversation is recognised by a hash of its first turn and first answer.',
    unit: 'share, 0 to 1.',
    source: 'own; public reports of relays that move customers between accounts.',
    twin: 'colleagues who continue a shared conversation; a product that copies a conversation when a customer changes plan.',
  },
  'sign-up-burst': {
    revision: 1,
    formula:
      'share of the members in a run of sign-ups, of at least two entities, that follow each other within 15 minutes, an hour or three hours, whichever span gives runs that are the least likely by chance.',
    unit: 'share, 0 to 1.',
    source: 'own; single-linkage runs over sign-up times.',
    twin: 'a class, a hackathon, a launch day.',
  },
  'limit-hand-over': {
    revision: 1,
    formula:
      "(f − e) / √(e + 1). f: ends of members' bouts of work (activity until a silence of 20 minutes) that another member's start follows within four minutes. e: the same with one side moved by −3 … +3 whole days, which keeps everybody's daily rhythm.",
    unit: 'standard deviations.',
    source: 'own; permutation by whole days.',
    twin: 'shifts at one desk; a script with several declared keys.',
  },
  synchrony: {
    revision: 1,
    formula:
      '(p − e) / max(s, √(e + 1)). p: pairs of members active in the same ten minutes, summed over windows. e and s: mean and standard deviation of p when each member is moved by a whole number of days of its own, 24 times.',
    unit: 'standard deviations.',
    source: 'own; permutation by whole days.',
    twin: 'a lesson, a webinar, a batch that is started at a full hour.',
  },
  'complementary-coverage': {
    revision: 1,
    formula:
      '1 − (distinct family prompts that more than one entity asked) / (distinct family prompts).',
    unit: 'share, 0 to 1.',
    source: 'own; shards of one data set do not overlap.',
    twin: 'free conversation, where people rarely ask the same words either. A classroom and a benchmark lie far on the other side.',
  },
  'distinct-share': {
    revision: 1,
    formula: '(distinct family prompts) / (times that the members asked a sampled family prompt).',
    unit: 'share, 0 to 1.',
    source: 'own; a data set is asked once, people and programs ask again.',
    twin: 'free conversation; a document pipeline that reads each document once.',
  },
  'own-topics': {
    revision: 1,
    formula:
      'ln of P(two prompts on one topic | same member) / P(two prompts on one topic | different members), each with one added to both counts.',
    unit: 'natural logarithm of a ratio; 0 means that members have no topics of their own.',
    source: 'own; ratio of collision rates (Simpson 1949) within and between members.',
    twin: 'agents of one team that work on one code base.',
  },
  'own-length': {
    revision: 1,
    formula:
      'one-way random-effects intraclass correlation of ln(1 + prompt characters) by member.',
    unit: 'share of variance, −1 to 1.',
    source: 'Fisher 1925, analysis of variance with unequal groups.',
    twin: 'a single-purpose product, where every customer fills in the same form.',
  },
  'own-answer-length': {
    revision: 1,
    formula: 'one-way random-effects intraclass correlation of ln(1 + response tokens) by member.',
    unit: 'share of variance, −1 to 1.',
    source: 'Fisher 1925, analysis of variance with unequal groups.',
    twin: 'a single-purpose product, where every customer gets the same kind of answer.',
  },
  'family-share': {
    revision: 1,
    formula: 'median over members of (family prompts) / (distinct prompts sampled).',
    unit: 'share, 0 to 1.',
    source: 'own.',
    twin: 'every product with one subject.',
  },
  'human-turns': {
    revision: 1,
    formula:
      'share of family prompts that read like a turn of a conversing person (elicitation families, `human-turn`).',
    unit: 'share, 0 to 1.',
    source: 'own lexicon in eight languages.',
    twin: 'document pipelines and products that compose their prompts.',
  },
  'standalone-prompts': {
    revision: 1,
    formula: 'share of family prompts that open a conversation (no user turn before them).',
    unit: 'share, 0 to 1.',
    source: 'own.',
    twin: 'classification, extraction and translation services; evaluation runs.',
  },
  elicitation: {
    revision: 1,
    formula: 'share of family prompts with a phrase of any elicitation family but `human-turn`.',
    unit: 'share, 0 to 1.',
    source: 'own lexicon in eight languages.',
    twin: 'homework, editing, teachers who grade, products that ask for JSON.',
  },
  'reasoning-elicitation': {
    revision: 2,
    formula: 'share of family prompts with a phrase of the elicitation family `reasoning`.',
    unit: 'share, 0 to 1.',
    source: 'own lexicon; public reports name the coercion of reasoning traces.',
    twin: 'homework, debugging.',
  },
  'rubric-grading': {
    revision: 2,
    formula: 'share of family prompts with a phrase of the elicitation family `rubric`.',
    unit: 'share, 0 to 1.',
    source: 'own lexicon; public reports name rubric grading.',
    twin: 'teachers, evaluation of products.',
  },
  'prompt-length-spread': {
    revision: 1,
    formula: 'standard deviation of ln(1 + prompt characters) over family prompts.',
    unit: 'natural logarithm.',
    source: 'own.',
    twin: 'every product with one form.',
  },
  'response-length-spread': {
    revision: 1,
    formula: 'standard deviation of ln(1 + response tokens) over family prompts.',
    unit: 'natural logarithm.',
    source: 'own; a form of the response-length uniformity that public detectors use.',
    twin: 'classification and extraction services.',
  },
  'response-uniformity': {
    revision: 1,
    formula:
      'Σ c(c − 1) / n(n − 1) over the merged histogram of response tokens in quarter octaves.',
    unit: 'chance, 0 to 1.',
    source: 'Simpson 1949, unbiased λ.',
    twin: 'services with short fixed answers.',
  },
  'topic-coverage': {
    revision: 1,
    formula: '1 / (chance that two family prompts fall on one topic).',
    unit: 'effective number of topics, 1 or more.',
    source: 'Hill 1973, number of order 2.',
    twin: 'general assistants.',
  },
  'template-concentration': {
    revision: 1,
    formula:
      'the largest of three chances that two prompts of the merged profile share opening words, closing words or skeleton, each hashed into 64 buckets.',
    unit: 'chance, 0 to 1.',
    source: 'Simpson 1949; the hashes.',
    twin: 'document pipelines: one template, many documents.',
  },
  'temporal-regularity': {
    revision: 1,
    formula: '−Σ p ln p / ln 24 over the hours of the day (UTC) of the merged activity.',
    unit: 'evenness, 0 (one hour) to 1 (round the clock).',
    source: 'Pielou, J. Theor. Biol. 1966.',
    twin: 'a product with customers in every time zone, a batch that runs day and night.',
  },
  logprobs: {
    revision: 1,
    formula: 'share of requests that ask for token probabilities.',
    unit: 'share, 0 to 1.',
    source: 'own; token probabilities make distillation cheaper.',
    twin: 'research, classifiers built on probabilities.',
  },
  'n-sampling': {
    revision: 1,
    formula: 'share of requests that ask for several completions.',
    unit: 'share, 0 to 1.',
    source: 'own; best-of-n harvests.',
    twin: 'creative tools that offer variants, research.',
  },
  'release-pivot': {
    revision: 1,
    formula:
      "the largest share, over models first seen at least two days after the log begins, of the members' traffic in the first 24 hours after that which goes to the new model.",
    unit: 'share, 0 to 1; not measured when no model appeared.',
    source: 'own; public reports tell of nearly half the traffic moving within a day.',
    twin: 'enthusiasts, products that always take the newest model.',
  },
} as const satisfies Readonly<Record<string, SignalDefinition>>;

export type SignalName = keyof typeof SIGNAL_DEFINITIONS;
