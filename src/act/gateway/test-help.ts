/** Decisions for tests. */
import type { Action, Decision, Obligations, Subject } from '../response/decision.ts';

let minted = 0;

export const decisionOf = (
  kind: Subject['kind'],
  value: string,
  action: Action,
  more: Partial<Decision> & { readonly obligations?: Obligations } = {},
): Decision => {
  minted += 1;
  return {
    id: `decision--00000000-0000-4000-8000-${minted.toString(16).padStart(12, '0')}`,
    subject: { kind, value },
    action,
    reason: action === 'allow' ? 'ALLOW_LISTED' : 'DISTILLATION_CONFIRMED',
    obligations: {},
    mode: 'live',
    from: 0,
    until: 4_000_000_000_000,
    owner: 'policy@lab.example',
    rule: 'confirmed-campaigns',
    policy: 'policy-7',
    rests_on: [],
    ...more,
  };
};
