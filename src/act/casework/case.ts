/**
 * The work of reviewers as events that are only ever appended. What a case is now is derived from them,
 * so nothing that somebody did can be undone without a trace.
 */
import type { Action, Obligations, Subject } from '../response/decision.ts';

/** What a person is asked to look at. */
export const CASE_KINDS = ['proposal', 'sample', 'appeal'] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

export const CASE_STATUSES = ['open', 'assigned', 'decided', 'withdrawn'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** Of an appeal: does the decision stand? */
export const APPEAL_OUTCOMES = ['upheld', 'overturned', 'partly'] as const;
/** Of every other case: is what was asked for done? */
export const REVIEW_OUTCOMES = ['approved', 'dismissed'] as const;
export type AppealOutcome = (typeof APPEAL_OUTCOMES)[number];
export type CaseOutcome = AppealOutcome | (typeof REVIEW_OUTCOMES)[number];

/** What follows from an outcome, as data: whoever stores the event carries it out. */
export type Effect =
  | { readonly effect: 'lift'; readonly decisions: readonly string[] }
  /** Objects that this lab shared, and objects of others that it does not believe any more. */
  | { readonly effect: 'retract'; readonly objects: readonly string[] }
  | { readonly effect: 'dispute'; readonly objects: readonly string[] }
  /** The account leaves the campaign, which is then scored anew. */
  | { readonly effect: 'unlink'; readonly account: string; readonly campaign: string }
  /** A milder decision of the reviewer's in place of the one that was lifted. */
  | {
      readonly effect: 'instead';
      readonly subject: Subject;
      readonly action: Action;
      readonly obligations: Obligations;
      readonly until: number;
    }
  | {
      readonly effect: 'allow';
      readonly subject: Subject;
      readonly reason: string;
      readonly until: number;
    };

interface Happened {
  /** `case--UUID`. */
  readonly case: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** A person, or the part of Stillwatch that did it. */
  readonly by: string;
}

export interface Opened extends Happened {
  readonly type: 'opened';
  readonly kind: Exclude<CaseKind, 'appeal'>;
  readonly subject: Subject;
  /** Id of the proposal, the decision or the indicator. */
  readonly about: string;
  readonly due: number;
}

export interface AppealFiled extends Happened {
  readonly type: 'filed';
  readonly subject: Subject;
  /** Id of the decision, as the customer quoted it, and its action. */
  readonly about: string;
  readonly action: Action;
  /** Who must not decide the appeal. */
  readonly decided_by: readonly string[];
  /** In the customer's words. Bounded, for reviewers only; no effect and no shared object carries it. */
  readonly statement: string;
  readonly due: number;
}

export interface Assigned extends Happened {
  readonly type: 'assigned';
  readonly to: string;
}

export interface Noted extends Happened {
  readonly type: 'noted';
  readonly text: string;
}

export interface Decided extends Happened {
  readonly type: 'decided';
  readonly outcome: CaseOutcome;
  /** For the record of the lab. */
  readonly reason: string;
  /** For the customer. */
  readonly told: string;
  readonly effects: readonly Effect[];
}

export interface Withdrawn extends Happened {
  readonly type: 'withdrawn';
}

export type CaseEvent = Opened | AppealFiled | Assigned | Noted | Decided | Withdrawn;

export interface Case {
  readonly id: string;
  readonly kind: CaseKind;
  readonly status: CaseStatus;
  readonly subject: Subject;
  readonly about: string;
  readonly opened: number;
  readonly due: number;
  readonly statement: string | null;
  readonly action: Action | null;
  readonly decided_by: readonly string[];
  readonly assignee: string | null;
  readonly notes: readonly { readonly at: number; readonly by: string; readonly text: string }[];
  readonly outcome: Decided | null;
}

/** Longest texts, in UTF-16 units. */
export const MAX_STATEMENT = 4_000;
export const MAX_NOTE = 2_000;
export const MAX_NOTES = 200;

const HOUR = 3_600_000;
/** In which time a case is to be decided. */
export const DUE_IN: Readonly<Record<CaseKind, number>> = {
  proposal: 24 * HOUR,
  appeal: 72 * HOUR,
  sample: 7 * 24 * HOUR,
};
/** How long after its end a decision can be appealed. */
export const APPEAL_WINDOW = 30 * 24 * HOUR;
export const LONGEST_ALLOWANCE = 366 * 24 * HOUR;

export const isClosed = ({ status }: Case): boolean =>
  status === 'decided' || status === 'withdrawn';

export const isOverdue = (one: Case, now: number): boolean => !isClosed(one) && now > one.due;
