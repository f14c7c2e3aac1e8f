/** The sentences, templates and signals of the report fixture. Invented; the numbers are examples. */
import type { Axis, EvidenceItem, Verdict } from '../../detect/report/report.ts';

export type Kind = Exclude<Verdict, 'clear'>;

const item = (
  axis: Axis,
  signal: string,
  value: number,
  p50: number,
  p99: number,
  contribution: number,
  says: string,
): EvidenceItem => ({
  axis,
  signal,
  value,
  baseline: { p1: 0, p50, p99, groups: 312 },
  speaks: 'above',
  contribution,
  says,
});

/** A signal that speaks for its axis where there is little of it. */
const below = (like: EvidenceItem, p1: number): EvidenceItem => ({
  ...like,
  baseline: { ...like.baseline, p1 },
  speaks: 'below',
});

const DISTILLATION: readonly EvidenceItem[] = [
  item(
    'network',
    'complementary-coverage',
    0.992,
    0.31,
    0.74,
    3.4,
    'The accounts draw on the same 14 prompt families, yet hardly any prompt was asked by two of them.',
  ),
  item(
    'network',
    'shared-payment',
    0.61,
    0,
    0.04,
    2.2,
    '51 of the accounts pay with one of four instruments.',
  ),
  item(
    'network',
    'sign-up-burst',
    37,
    1,
    6,
    1.4,
    '37 of the accounts were created within one hour.',
  ),
  item(
    'network',
    'limit-hand-over',
    19,
    0,
    2,
    1.1,
    '19 times one account began within five minutes of another reaching its limit.',
  ),
  item(
    'network',
    'address-block',
    0.02,
    0.05,
    0.41,
    -0.2,
    'The accounts use separate addresses; this speaks slightly against a shared operator.',
  ),
  item(
    'intent',
    'distinct-prompts',
    0.984,
    0.42,
    0.93,
    2.6,
    '98 % of the prompts were asked exactly once, as in a data set that is worked through.',
  ),
  item(
    'intent',
    'reasoning-elicitation',
    0.34,
    0.004,
    0.06,
    2.1,
    'A third of the prompts ask for the steps of the reasoning, in English and Chinese.',
  ),
  item(
    'intent',
    'template-concentration',
    0.77,
    0.08,
    0.52,
    1.3,
    'Three templates with changing slots make up 77 % of the traffic.',
  ),
  below(
    item(
      'intent',
      'turn-structure',
      0.01,
      0.38,
      0.91,
      0.9,
      'Almost no exchange continues a conversation: 1 % against an ordinary 38 %.',
    ),
    0.09,
  ),
];

const NETWORK: readonly EvidenceItem[] = [
  item(
    'network',
    'shared-payment',
    0.95,
    0,
    0.04,
    2.9,
    '22 of the accounts pay with one instrument.',
  ),
  item(
    'network',
    'synchrony',
    0.41,
    0.02,
    0.2,
    0.8,
    'The accounts become active together more often than chance.',
  ),
  item(
    'intent',
    'distinct-prompts',
    0.55,
    0.42,
    0.93,
    -0.7,
    'Prompts repeat as often as in ordinary use.',
  ),
  below(
    item(
      'intent',
      'turn-structure',
      0.46,
      0.38,
      0.91,
      -1.1,
      'Nearly half of the exchanges continue a conversation.',
    ),
    0.09,
  ),
];

export const EVIDENCE: Readonly<Record<Kind, readonly EvidenceItem[]>> = {
  distillation: DISTILLATION,
  'account-network': NETWORK,
  review: [DISTILLATION[2]!, DISTILLATION[6]!, NETWORK[3]!],
};

export const FAMILIES: Readonly<Record<Kind, readonly string[]>> = {
  distillation: [
    'Solve the following problem step by step and show all of your reasoning before the final answer: ⟨…⟩',
    '请逐步推理并给出完整的思考过程:⟨…⟩',
    'You are grading two answers with the rubric ⟨…⟩. Explain each deduction. Question: ⟨…⟩ Answer A: ⟨…⟩ Answer B: ⟨…⟩',
    'Rewrite the passage so that every claim is justified: ⟨…⟩',
  ],
  'account-network': ['Hi, can you help me with ⟨…⟩', 'Translate to ⟨…⟩: ⟨…⟩'],
  review: ['Explain your chain of thought for ⟨…⟩'],
};

export const WOULD_CHANGE: Readonly<Record<Kind, readonly string[]>> = {
  distillation: [
    'Without the shared payment instruments the network score would be 0.81; the verdict would stay.',
    'An attestation of authorised research for these accounts would change it to review.',
    'If at least 40 % of the prompts had been asked by several accounts, the intent axis would fall below its level.',
  ],
  'account-network': ['Extraction-like prompts in at least a tenth of the traffic.'],
  review: ['Shared payment or sign-up data: the accounts file had none for these accounts.'],
};

export const LIMITS: readonly string[] = [
  'No accounts file was given for 211 accounts, so payment and sign-up evidence is missing for them.',
  'Calibrated on the scanned population itself: a campaign that is most of the traffic would look ordinary.',
  'Campaigns of fewer than five accounts are below what this scan can tell from chance.',
];
