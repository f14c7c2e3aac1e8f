/**
 * Whom a policy would hit, before it hits anybody: by rule, segment and tier, live beside shadow, and how
 * many of them are likely to be honest.
 */
import { binomialUpperTail } from '../../../base/tails.ts';
import { decide, type HeldFor, type Outcome } from '../decide.ts';
import type { Facts } from '../facts.ts';
import type { Policy, Rule } from './policy.ts';

/** How many of the accounts hit are likely to be honest. */
export interface HonestEstimate {
  /** At most so many are expected, by the false discovery rate of the findings they are hit for. */
  readonly expected: number;
  /** Between which the number lies with 95 % chance, if findings are wrong independently of each other. */
  readonly low: number;
  readonly high: number;
  /** Chance that any of the findings is wrong, under the same assumption. */
  readonly chance_of_any: number;
  /** Hit without a finding: nothing bounds how many of them are honest. */
  readonly without_finding: number;
}

export interface Counts {
  /** Distinct accounts. */
  readonly live: number;
  readonly shadow: number;
  readonly proposed: number;
}

export interface RuleRadius extends Counts {
  readonly rule: string;
  readonly action: Rule['action'];
  readonly mode: string;
  /** Accounts that wait for a person, by what holds them. */
  readonly held: Readonly<Partial<Record<HeldFor, number>>>;
  readonly failed: number;
  readonly by_segment: Readonly<Record<string, number>>;
  readonly by_tier: Readonly<Record<string, number>>;
  /** Of the accounts that the rule acts on, live or in shadow. */
  readonly honest: HonestEstimate;
}

export interface BlastRadius extends Counts {
  readonly policy: string;
  readonly accounts: number;
  readonly allow_listed: number;
  /** Accounts on which something would act if every rule were live. */
  readonly if_all_live: number;
  readonly rules: readonly RuleRadius[];
  readonly honest: HonestEstimate;
}

const UNKNOWN = 'not known';
const TAIL = 0.025;

/** Most findings that are wrong with a chance of more than the tail. */
const mostWrong = (findings: number, level: number): number => {
  let wrong = 0;
  while (wrong < findings && binomialUpperTail(wrong + 1, findings, level) > TAIL) wrong += 1;
  return wrong;
};

export const honestAmong = (hit: readonly Facts[]): HonestEstimate => {
  const sizes = new Map<string, number>();
  let level = 0;
  let expected = 0;
  let without_finding = 0;
  for (const { finding } of hit) {
    if (finding === null) {
      without_finding += 1;
      continue;
    }
    sizes.set(finding.id, (sizes.get(finding.id) ?? 0) + 1);
    level = Math.max(level, finding.level);
    expected += finding.level;
  }
  // A wrong finding is wrong about all of its accounts; the worst case is that the largest are.
  const largest = [...sizes.values()].sort((a, b) => b - a).slice(0, mostWrong(sizes.size, level));
  const chance_of_any = 1 - (1 - level) ** sizes.size;
  return {
    expected,
    low: 0,
    chance_of_any,
    high: largest.reduce((sum, size) => sum + size, 0),
    without_finding,
  };
};

const tally = (values: Iterable<string | null>): Record<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value ?? UNKNOWN, (counts.get(value ?? UNKNOWN) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
};

const modeText = ({ mode }: Rule): string =>
  typeof mode === 'string' ? mode : `rollout ${mode.rollout}%`;

interface Decided {
  readonly facts: Facts;
  readonly outcome: Outcome;
}

const count = (decided: readonly Decided[], rule?: string): Counts => {
  const having = (of: (outcome: Outcome) => readonly { readonly rule: string | null }[]): number =>
    decided.filter(({ outcome }) =>
      of(outcome).some((one) => rule === undefined || one.rule === rule),
    ).length;
  return {
    live: having(({ decisions }) => decisions),
    shadow: having(({ shadow }) => shadow),
    proposed: having(({ proposals, shadow_proposals }) => [...proposals, ...shadow_proposals]),
  };
};

const actsOn = ({ decisions, shadow }: Outcome, rule?: string): boolean =>
  [...decisions, ...shadow].some((one) => rule === undefined || one.rule === rule);

/** Whom is acted on. A finding counts only where an action rests on it: it bounds nothing else. */
const hitBy = (decided: readonly Decided[], rule?: string): Facts[] =>
  decided
    .filter(({ outcome }) => actsOn(outcome, rule))
    .map(({ facts, outcome }) => {
      const { finding } = facts;
      const rests = [...outcome.decisions, ...outcome.shadow].some(
        (one) =>
          (rule === undefined || one.rule === rule) &&
          finding !== null &&
          one.rests_on.includes(finding.id),
      );
      return rests ? facts : { ...facts, finding: null };
    });

const radiusOf = (rule: Rule, decided: readonly Decided[]): RuleRadius => {
  const held: Partial<Record<HeldFor, number>> = {};
  let failed = 0;
  for (const { outcome } of decided) {
    const waiting = [...outcome.proposals, ...outcome.shadow_proposals].filter(
      (one) => one.rule === rule.name,
    );
    for (const why of new Set(waiting.flatMap(({ held_for }) => held_for)))
      held[why] = (held[why] ?? 0) + 1;
    if (outcome.failures.some((one) => one.rule === rule.name)) failed += 1;
  }
  const hit = hitBy(decided, rule.name);
  return {
    rule: rule.name,
    action: rule.action,
    mode: modeText(rule),
    ...count(decided, rule.name),
    held,
    failed,
    by_segment: tally(hit.map(({ account }) => account.segment)),
    by_tier: tally(hit.map(({ account }) => account.tier)),
    honest: honestAmong(hit),
  };
};

export const blastRadius = (all: readonly Facts[], policy: Policy, now: number): BlastRadius => {
  const decided = all.map((facts) => ({ facts, outcome: decide(facts, policy, now) }));
  const hit = hitBy(decided);
  return {
    policy: policy.version,
    accounts: all.length,
    allow_listed: decided.filter(({ outcome }) => outcome.allowed !== null).length,
    ...count(decided),
    if_all_live: hit.length,
    rules: policy.rules.map((rule) => radiusOf(rule, decided)),
    honest: honestAmong(hit),
  };
};
