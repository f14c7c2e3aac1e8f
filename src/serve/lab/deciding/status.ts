/** What is decided and what waits, in numbers. */
import type { Desk } from '../appeals/desk.ts';
import type { Effects } from '../appeals/effects.ts';
import type { DecisionBook } from '../decisions/book.ts';
import type { PolicyFile } from './policy-file.ts';

export interface DecidingStatus {
  readonly policy: string;
  /** Why the policy file as it is now is not in force. */
  readonly policy_fault: string | null;
  /** In force. */
  readonly live: number;
  readonly shadow: number;
  /** Rules with a condition that could not be evaluated at the last look. */
  readonly failing_rules: readonly string[];
  /** That wait for a person, by kind. */
  readonly cases: Readonly<Record<string, number>>;
  readonly overdue: number;
  /** Cases with an effect that waits, such as for the hub. */
  readonly effects_waiting: number;
}

export interface StatusParts {
  readonly book: DecisionBook;
  readonly desk: Desk;
  readonly effects: Effects;
  readonly file: PolicyFile;
  /** By rule. */
  readonly failures: Readonly<Record<string, string>>;
}

export const statusOf = (parts: StatusParts, now: number): DecidingStatus => {
  const { book, desk, effects, file, failures } = parts;
  const inForce = book.inForce(now);
  const live = inForce.filter(({ mode }) => mode === 'live').length;
  const cases = Map.groupBy(desk.casework.waiting(), ({ kind }) => kind);
  const { version, fault } = file.status();
  return {
    policy: version,
    policy_fault: fault?.message ?? null,
    live,
    shadow: inForce.length - live,
    failing_rules: Object.keys(failures),
    cases: Object.fromEntries([...cases].map(([kind, waiting]) => [kind, waiting.length])),
    overdue: desk.casework.overdue(now).length,
    effects_waiting: effects.waiting().length,
  };
};
