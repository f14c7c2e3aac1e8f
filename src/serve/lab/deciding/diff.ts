/** Shadow beside live: whom rules would act on, and on whom they act, by rule, segment and tier. */
import type { Proposal } from '../../../act/response/decide.ts';
import type { Decision } from '../../../act/response/decision.ts';
import type { AccountFacts } from '../../../act/response/facts.ts';
import type { Policy } from '../../../act/response/policy/policy.ts';

export interface Side {
  readonly live: number;
  readonly shadow: number;
}

export interface RuleDiff extends Side {
  readonly rule: string;
  /** Null for a rule that the policy does not hold any more. */
  readonly mode: string | null;
  readonly action: string;
  readonly by_segment: Readonly<Record<string, Side>>;
  readonly by_tier: Readonly<Record<string, Side>>;
  /** Accounts about which a person is asked, and would be if the rule were live. */
  readonly proposed: Side;
  /** At most 1000 each, in order. */
  readonly live_accounts: readonly string[];
  readonly shadow_accounts: readonly string[];
}

export interface PolicyDiff extends Side {
  readonly proposed: Side;
  readonly policy: string;
  readonly rules: readonly RuleDiff[];
  /** Accounts that only a rule in shadow would act on. */
  readonly only_shadow: number;
}

const LISTED = 1000;
const UNKNOWN = 'not known';

const tally = (
  live: readonly string[],
  shadow: readonly string[],
  known: ReadonlyMap<string, AccountFacts>,
  of: (facts: AccountFacts) => string | null,
): Record<string, Side> => {
  const counts = new Map<string, { live: number; shadow: number }>();
  for (const [side, accounts] of [
    ['live', live],
    ['shadow', shadow],
  ] as const)
    for (const account of accounts) {
      const facts = known.get(account);
      const name = (facts === undefined ? null : of(facts)) ?? UNKNOWN;
      const count = counts.get(name) ?? { live: 0, shadow: 0 };
      count[side] += 1;
      counts.set(name, count);
    }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
};

const subjectsOf = (
  decisions: readonly Pick<Decision, 'mode' | 'subject'>[],
  mode: Decision['mode'],
): string[] =>
  [
    ...new Set(decisions.filter((one) => one.mode === mode).map(({ subject }) => subject.value)),
  ].sort();

export const policyDiff = (
  policy: Policy,
  inForce: readonly Decision[],
  known: ReadonlyMap<string, AccountFacts>,
  /** That wait for a person, and that rules in shadow would make. */
  proposals: readonly Proposal[] = [],
): PolicyDiff => {
  const ruled = inForce.filter(({ rule }) => rule !== null);
  const byRule = Map.groupBy(ruled, ({ rule }) => rule!);
  const askedByRule = Map.groupBy(proposals, ({ rule }) => rule);
  const names = [
    ...new Set([...policy.rules.map(({ name }) => name), ...byRule.keys(), ...askedByRule.keys()]),
  ];
  const asked = (of: readonly Proposal[]): Side => ({
    live: subjectsOf(of, 'live').length,
    shadow: subjectsOf(of, 'shadow').length,
  });
  const live = new Set(subjectsOf(ruled, 'live'));
  const shadow = subjectsOf(ruled, 'shadow');
  return {
    policy: policy.version,
    live: live.size,
    shadow: shadow.length,
    proposed: asked(proposals),
    only_shadow: shadow.filter((account) => !live.has(account)).length,
    rules: names.map((rule): RuleDiff => {
      const decisions = byRule.get(rule) ?? [];
      const [acted, would] = [subjectsOf(decisions, 'live'), subjectsOf(decisions, 'shadow')];
      const now = policy.rules.find(({ name }) => name === rule);
      return {
        rule,
        mode:
          now === undefined
            ? null
            : typeof now.mode === 'string'
              ? now.mode
              : `rollout ${now.mode.rollout}%`,
        action: now?.action ?? decisions[0]?.action ?? askedByRule.get(rule)![0]!.action,
        proposed: asked(askedByRule.get(rule) ?? []),
        live: acted.length,
        shadow: would.length,
        by_segment: tally(acted, would, known, ({ segment }) => segment),
        by_tier: tally(acted, would, known, ({ tier }) => tier),
        live_accounts: acted.slice(0, LISTED),
        shadow_accounts: would.slice(0, LISTED),
      };
    }),
  };
};
