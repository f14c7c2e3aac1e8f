/** What is decided and what waits, in numbers. */
import type { Desk } from '../appeals/desk.ts';
import type { Effects } from '../appeals/effects.ts';
import type { DecisionBook } from '../decisions/book.ts';
import type { DecidingStatus } from '../http/read-routes.ts';
import type { PolicyFile } from './policy-file.ts';

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
