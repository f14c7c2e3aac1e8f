/** Which decisions of rules do not hold any more when their account is considered anew, and why. Pure. */
import type { Outcome } from '../../../act/response/decide.ts';
import type { Decision } from '../../../act/response/decision.ts';
import type { Facts } from '../../../act/response/facts.ts';
import type { Policy } from '../../../act/response/policy/policy.ts';
import { isReached } from '../../../act/response/policy/stable-hash.ts';
import { samenessOf } from '../decisions/sameness.ts';

export interface Ending {
  readonly id: string;
  /** As in `Lift`. */
  readonly by: 'allow-list' | 'policy' | 'finding-gone' | 'indicator-gone' | 'reconsidered';
  readonly because: string;
}

/** A person's word stands until a person takes it back. */
export const isOfRule = ({ rule, reason }: Decision): boolean =>
  rule !== null && reason !== 'MANUAL_REVIEW';

const stillAsked = (decision: Decision, policy: Policy, account: string): boolean =>
  policy.rules.some(
    ({ name, action, reason, mode }) =>
      name === decision.rule &&
      action === decision.action &&
      reason === decision.reason &&
      (decision.mode === 'live') ===
        (mode === 'live' ||
          (mode !== 'shadow' && isReached(policy.name, name, account, mode.rollout))),
  );

export interface Standing {
  readonly facts: Facts;
  readonly outcome: Outcome;
  /** In force about the account. */
  readonly decisions: readonly Decision[];
}

/**
 * What rests on a finding that is quiet, because no look makes it any more, is left to expire: that nothing
 * is seen is no reason to trust. What rests on a finding that is made without this account ends at once.
 *
 * @param isQuiet whether a finding is known, and the last look did not make it
 */
export const endingsOf = (
  { facts, outcome, decisions }: Standing,
  policy: Policy,
  isQuiet: (finding: string) => boolean,
): Ending[] => {
  const desired = new Set([...outcome.decisions, ...outcome.shadow].map(samenessOf));
  const grounds = new Set([
    ...(facts.finding === null ? [] : [facts.finding.id]),
    ...facts.indicators.map(({ id }) => id),
  ]);
  return decisions.flatMap((decision): Ending[] => {
    const { id } = decision;
    if (!isOfRule(decision) || desired.has(samenessOf(decision))) return [];
    if (outcome.allowed !== null)
      return [{ id, by: 'allow-list', because: outcome.allowed.reason }];
    if (!stillAsked(decision, policy, facts.account.id))
      return [{ id, by: 'policy', because: policy.version }];
    const missing = decision.rests_on.filter((ground) => !grounds.has(ground));
    if (missing.length === 0) return [{ id, by: 'reconsidered', because: policy.version }];
    const gone = missing.find((ground) => facts.finding !== null || !isQuiet(ground));
    if (gone === undefined) return [];
    return [
      { id, by: gone.startsWith('finding--') ? 'finding-gone' : 'indicator-gone', because: gone },
    ];
  });
};
