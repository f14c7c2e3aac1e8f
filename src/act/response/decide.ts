/**
 * Facts and a policy make decisions, proposals to a person, and shadows of both. Pure. What a policy
 * cannot loosen stands here: strong action needs both axes, shared intelligence of a single source
 * leads to review at most, larger customers and attested ones are decided by a person, and who is
 * allow-listed is left alone.
 */
import { PERMITTED_ACTIONS } from '../../share/indicator/profile/words.ts';
import { allowedBy } from './allow-list.ts';
import type { Action, Decision, Obligations, ReasonCode, Subject } from './decision.ts';
import { type Facts, type FindingFacts, type IndicatorFacts, subjectOf } from './facts.ts';
import type { AllowEntry, Policy, Rule } from './policy/policy.ts';
import { contentUuid, isReached, percentile } from './policy/stable-hash.ts';

/** Why something that a rule asked for waits for a person. */
export const HELD_FOR = [
  'TWO_AXES',
  'SINGLE_SOURCE',
  'DISPUTED',
  'NOT_PERMITTED',
  'LARGE_CUSTOMER',
  'ATTESTED',
] as const;
export type HeldFor = (typeof HELD_FOR)[number];

/** What a rule asked for and a person has to decide. */
export interface Proposal {
  /** `proposal--UUID`. */
  readonly id: string;
  readonly subject: Subject;
  readonly action: Action;
  readonly reason: ReasonCode;
  readonly obligations: Obligations;
  readonly mode: Decision['mode'];
  readonly from: number;
  readonly until: number;
  readonly owner: string;
  readonly rule: string;
  readonly policy: string;
  readonly rests_on: readonly string[];
  readonly held_for: readonly HeldFor[];
}

/** A condition that could not be evaluated. Its rule did not fire. */
export interface ConditionFailure {
  readonly code: 'POLICY_CONDITION_FAILED';
  readonly rule: string;
  readonly why: string;
}

export interface Outcome {
  readonly decisions: readonly Decision[];
  readonly proposals: readonly Proposal[];
  readonly shadow: readonly Decision[];
  readonly shadow_proposals: readonly Proposal[];
  /** Ids of the decisions that a person looks at though nothing asks for it. */
  readonly samples: readonly string[];
  readonly failures: readonly ConditionFailure[];
  /** The allow-list entry for which nothing was decided. */
  readonly allowed: AllowEntry | null;
}

const STRONG: readonly Action[] = ['restrict', 'suspend'];

const bothAxes = (finding: FindingFacts | null): boolean =>
  finding !== null &&
  finding.verdict === 'distillation' &&
  finding.network.p_value <= finding.level &&
  finding.intent.p_value <= finding.level;

const heldFor = (
  rule: Rule,
  facts: Facts,
  indicator: IndicatorFacts | null,
  policy: Policy,
): HeldFor[] => {
  const held: HeldFor[] = [];
  if (STRONG.includes(rule.action) && !bothAxes(facts.finding)) held.push('TWO_AXES');
  if (indicator !== null) {
    if (indicator.standing === 'disputed') held.push('DISPUTED');
    if (indicator.standing === 'single-source' && !indicator.confirmed_here)
      held.push('SINGLE_SOURCE');
    // Both lists are in order of strength, and `watch` is below every action.
    if (
      PERMITTED_ACTIONS.indexOf(rule.action) > PERMITTED_ACTIONS.indexOf(indicator.permitted_action)
    )
      held.push('NOT_PERMITTED');
  }
  const { account } = facts;
  const { tiers, exchanges } = policy.large_customer;
  const volume = Math.max(account.exchanges, account.organization_exchanges ?? 0);
  if (
    (account.tier !== null && tiers.includes(account.tier)) ||
    (exchanges !== null && volume >= exchanges)
  )
    held.push('LARGE_CUSTOMER');
  if (account.attestation !== null || account.known_good) held.push('ATTESTED');
  return held;
};

/** Withdrawn intelligence is none. */
const stands = (indicator: IndicatorFacts, now: number): boolean =>
  indicator.standing !== 'retracted' && indicator.standing !== 'expired' && now < indicator.until;

/**
 * What a rule rests on is found by leaving it out: a rule that holds without the indicator does not rest
 * on it, and is neither bound by its standing nor lifted with it.
 */
const firings = (
  rule: Rule,
  facts: Facts,
  now: number,
  failures: ConditionFailure[],
): (IndicatorFacts | null)[] => {
  const { account, finding } = facts;
  const fires = (indicator: IndicatorFacts | null): boolean => {
    const held = rule.when.holds({ account, finding, indicator, now });
    if (typeof held === 'boolean') return held;
    if (!failures.some((one) => one.rule === rule.name))
      failures.push({ code: 'POLICY_CONDITION_FAILED', rule: rule.name, why: held.failed });
    return false;
  };
  if (fires(null)) return [null];
  return facts.indicators.filter((one) => stands(one, now) && fires(one));
};

const restsOnFinding = (
  rule: Rule,
  facts: Facts,
  indicator: IndicatorFacts | null,
  now: number,
): boolean =>
  facts.finding !== null &&
  (STRONG.includes(rule.action) ||
    rule.when.holds({ account: facts.account, finding: null, indicator, now }) !== true);

const isLive = (policy: Policy, rule: Rule, account: string): boolean =>
  rule.mode === 'live' ||
  (rule.mode !== 'shadow' && isReached(policy.name, rule.name, account, rule.mode.rollout));

export const decide = (facts: Facts, policy: Policy, now: number): Outcome => {
  const subject = subjectOf(facts);
  const allowed = allowedBy(policy.allow, facts, now);
  const decisions: Decision[] = [];
  const proposals: Proposal[] = [];
  const failures: ConditionFailure[] = [];
  for (const rule of allowed === null ? policy.rules : [])
    for (const indicator of firings(rule, facts, now, failures)) {
      const rests_on = [
        ...(restsOnFinding(rule, facts, indicator, now) ? [facts.finding!.id] : []),
        ...(indicator === null ? [] : [indicator.id]),
      ];
      const parts = [policy.version, rule.name, subject.kind, subject.value, rests_on, now];
      const common = {
        subject,
        action: rule.action,
        reason: rule.reason,
        obligations: policy.ladder[rule.action],
        mode: isLive(policy, rule, facts.account.id) ? ('live' as const) : ('shadow' as const),
        from: now,
        until: Math.min(now + rule.ttl, indicator?.until ?? Number.POSITIVE_INFINITY),
        owner: rule.owner,
        rule: rule.name,
        policy: policy.version,
        rests_on,
      };
      const held_for = heldFor(rule, facts, indicator, policy);
      if (held_for.length === 0)
        decisions.push({ id: `decision--${contentUuid(parts)}`, ...common });
      else proposals.push({ id: `proposal--${contentUuid(parts)}`, ...common, held_for });
    }
  const live = decisions.filter(({ mode }) => mode === 'live');
  return {
    decisions: live,
    proposals: proposals.filter(({ mode }) => mode === 'live'),
    shadow: decisions.filter(({ mode }) => mode === 'shadow'),
    shadow_proposals: proposals.filter(({ mode }) => mode === 'shadow'),
    samples: live
      .map(({ id }) => id)
      .filter((id) => percentile('sample', id) < policy.sample_to_review),
    failures,
    allowed,
  };
};
