import type { Action, Decision, Subject } from '../decision.ts';

let made = 0;

/** A live decision from 0 to 1,000,000; what matters to a test is given. */
export const decisionFor = (
  kind: Subject['kind'],
  value: string,
  action: Action = 'suspend',
  given: Partial<Decision> = {},
): Decision => {
  made += 1;
  return {
    id: `decision--${made}`,
    subject: { kind, value },
    action,
    reason: action === 'allow' ? 'ALLOW_LISTED' : 'DISTILLATION_CONFIRMED',
    obligations: {},
    mode: 'live',
    from: 0,
    until: 1_000_000,
    owner: 'a person',
    rule: null,
    policy: null,
    rests_on: [],
    ...given,
  };
};
