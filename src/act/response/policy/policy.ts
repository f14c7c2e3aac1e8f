import type { Fails } from '../gate.ts';
import type { Action, Obligations, ReasonCode, Subject } from '../decision.ts';
import type { Condition } from './condition.ts';

export type ActingAction = Exclude<Action, 'allow'>;
export const ACTING: readonly ActingAction[] = ['verify', 'throttle', 'restrict', 'suspend'];

/** Reasons that a rule may give; the others are the gate's or a person's. */
export const RULE_REASONS = [
  'IDENTITY_UNVERIFIED',
  'ACCOUNT_NETWORK',
  'DISTILLATION_SUSPECTED',
  'DISTILLATION_CONFIRMED',
  'SHARED_INTELLIGENCE',
] as const satisfies readonly ReasonCode[];

/** Percent of the accounts for which the rule is live. 0 is shadow, 100 is live. */
export type RuleMode = 'shadow' | 'live' | { readonly rollout: number };

export interface Rule {
  readonly name: string;
  readonly owner: string;
  readonly when: Condition;
  readonly action: ActingAction;
  readonly reason: ReasonCode;
  /** Milliseconds. */
  readonly ttl: number;
  readonly mode: RuleMode;
}

export interface AllowEntry {
  readonly subject: Subject;
  readonly reason: string;
  /** Epoch milliseconds; nothing is allowed for ever. */
  readonly until: number;
}

export interface LargeCustomer {
  readonly tiers: readonly string[];
  /** Null: volume alone makes nobody a large customer. */
  readonly exchanges: number | null;
}

export interface Policy {
  readonly name: string;
  readonly owner: string;
  /** `NAME@` and the first twelve digits of the digest of its content. */
  readonly version: string;
  readonly digest: string;
  readonly fail: {
    readonly default: Fails;
    readonly by_tier: Readonly<Record<string, Fails>>;
    readonly closed_action: ActingAction;
    /** Milliseconds. */
    readonly stale_after: number;
  };
  readonly ladder: Readonly<Record<ActingAction, Obligations>>;
  readonly rules: readonly Rule[];
  readonly allow: readonly AllowEntry[];
  readonly large_customer: LargeCustomer;
  /** Percent of automatic actions that a person looks at. */
  readonly sample_to_review: number;
}
