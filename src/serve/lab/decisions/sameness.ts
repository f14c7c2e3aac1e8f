/** When two decisions are the same decision again. */
import { createHash } from 'node:crypto';
import type { Decision } from '../../../act/response/decision.ts';

/**
 * What a decision is about and why, without when: `decide` makes a new one at each look, and a customer
 * must be able to quote one id for as long as the matter is the same.
 */
export const samenessOf = ({
  subject,
  action,
  reason,
  mode,
  rule,
  rests_on,
}: Pick<Decision, 'subject' | 'action' | 'reason' | 'mode' | 'rule' | 'rests_on'>): string =>
  JSON.stringify([subject.kind, subject.value, action, reason, mode, rule, [...rests_on].sort()]);

/** Short name of a matter, under which it is stored. */
export const matterId = (one: Parameters<typeof samenessOf>[0]): string =>
  createHash('sha256').update(samenessOf(one)).digest('base64url');

/** More than half of its time is left: nothing has to be renewed. */
export const isFresh = ({ from, until }: Pick<Decision, 'from' | 'until'>, now: number): boolean =>
  until - now > (until - from) / 2;
