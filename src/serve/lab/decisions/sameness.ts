/** When two decisions are the same decision again. */
import { createHash } from 'node:crypto';
import type { Decision } from '../../../act/response/decision.ts';

/** What is decided, without when. */
export type Matter = Pick<Decision, 'subject' | 'action' | 'reason' | 'mode' | 'rule' | 'rests_on'>;

/** Asked for several times of each decision, and decisions do not change. */
const written = new WeakMap<Matter, string>();

/**
 * What a decision is about and why, without when: `decide` makes a new one at each look, and a customer
 * must be able to quote one id for as long as the matter is the same.
 */
export const samenessOf = (one: Matter): string => {
  const known = written.get(one);
  if (known !== undefined) return known;
  const { subject, action, reason, mode, rule, rests_on } = one;
  const grounds = [...rests_on].sort();
  const text = JSON.stringify([subject.kind, subject.value, action, reason, mode, rule, grounds]);
  written.set(one, text);
  return text;
};

/** Short name of a matter, under which it is stored. */
export const matterId = (one: Matter): string =>
  createHash('sha256').update(samenessOf(one)).digest('base64url');

/** More than half of its time is left: nothing has to be renewed. */
export const isFresh = ({ from, until }: Pick<Decision, 'from' | 'until'>, now: number): boolean =>
  until - now > (until - from) / 2;
