/**
 * What the gate answers, and what it answers it from. A finding is not a decision and a decision is not
 * a remediation: a decision says what a gateway should do with the requests of one subject, until when,
 * why, on whose account, and how it is undone.
 */

/** The ladder, from nothing to the strongest. */
export const ACTIONS = ['allow', 'verify', 'throttle', 'restrict', 'suspend'] as const;
export type Action = (typeof ACTIONS)[number];

/** What a decision can be about. `address` holds one address or a block in CIDR notation. */
export const SUBJECT_KINDS = [
  'account',
  'organization',
  'end-user',
  'address',
  'token',
  'client',
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export interface Subject {
  readonly kind: SubjectKind;
  readonly value: string;
}

/** Said to the customer; stable, so that support and appeals can quote it. */
export const REASON_CODES = [
  'NONE',
  'ALLOW_LISTED',
  'IDENTITY_UNVERIFIED',
  'ACCOUNT_NETWORK',
  'DISTILLATION_SUSPECTED',
  'DISTILLATION_CONFIRMED',
  'SHARED_INTELLIGENCE',
  'MANUAL_REVIEW',
  'KNOWLEDGE_STALE',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** What comes with an action besides it; what is absent is not asked for. */
export interface Obligations {
  readonly requests_per_minute?: number;
  readonly output_tokens_per_minute?: number;
  readonly max_output_tokens?: number;
  readonly strip_reasoning?: boolean;
  readonly strip_logprobs?: boolean;
}

/** Shadow decisions are recorded and never enforced. */
export const DECISION_MODES = ['shadow', 'live'] as const;
export type DecisionMode = (typeof DECISION_MODES)[number];

export interface Decision {
  /** `decision--UUID`, minted before the first answer leaves. */
  readonly id: string;
  readonly subject: Subject;
  readonly action: Action;
  readonly reason: ReasonCode;
  readonly obligations: Obligations;
  readonly mode: DecisionMode;
  /** Epoch milliseconds; it holds from `from` on and strictly before `until`. */
  readonly from: number;
  readonly until: number;
  /** Who answers for it: a person, or the rule's owner. */
  readonly owner: string;
  /** Name of the rule and version of the policy, or null when a person decided. */
  readonly rule: string | null;
  readonly policy: string | null;
  /** Ids of findings, indicators and cases on which it rests; when one is taken back it is lifted. */
  readonly rests_on: readonly string[];
}

/** What the gateway knows of one request. */
export interface GateQuestion {
  readonly account?: string | undefined;
  readonly organization?: string | undefined;
  readonly end_user?: string | undefined;
  readonly address?: string | undefined;
  readonly token?: string | undefined;
  readonly client?: string | undefined;
  /** The customer's tier: says whether the gate fails open or closed for it. */
  readonly tier?: string | undefined;
}

export interface GateAnswer {
  /** Of the decision that holds; where none does, the id of this allowance, so that all can be quoted. */
  readonly decision_id: string;
  readonly action: Action;
  readonly obligations: Obligations;
  readonly reason: ReasonCode;
  /** The subject that was matched, or null. */
  readonly subject: Subject | null;
  /** Seconds for which the answer may be kept. */
  readonly ttl: number;
  /** Seconds since the gate last heard from its source, and whether that is too long. */
  readonly knowledge_age: number;
  readonly stale: boolean;
}

/** One step of the log of decisions, in the order of `cursor`. */
export type GateChange =
  | { readonly cursor: number; readonly change: 'put'; readonly decision: Decision }
  | { readonly cursor: number; readonly change: 'lift'; readonly id: string };

/** The engine that adapters ask; built by `createGate` in `gate.ts`. */
export interface Gate {
  /** Never throws, never waits. `now` in epoch milliseconds. */
  readonly answer: (question: GateQuestion, now: number) => GateAnswer;
  /** The same for many at once, in their order; what they wait for in memory, they wait for together. */
  readonly answerAll: (questions: readonly GateQuestion[], now: number) => readonly GateAnswer[];
  /** Applies changes in order; those at or before its cursor are passed over. */
  readonly apply: (changes: readonly GateChange[], now: number) => void;
  /** Marks that the source was heard, though nothing changed. */
  readonly heard: (now: number) => void;
  readonly cursor: () => number;
  /** Live decisions in force, for streams such as CrowdSec's. */
  readonly decisions: (now: number) => Iterable<Decision>;
}
