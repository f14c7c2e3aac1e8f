/**
 * A standing as the hub publishes it, and computing it again from what is published: nobody needs to
 * believe the hub's arithmetic.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  count,
  list,
  noFaults,
  nullable,
  number,
  object,
  oneOf,
  REFUSED,
  text,
  truth,
} from '../../base/parse.ts';
import {
  INDICATOR_KINDS,
  type IndicatorKind,
  PERMITTED_ACTIONS,
} from '../indicator/profile/words.ts';
import type { CorroborationRule } from './rule.ts';
import {
  CEILINGS,
  SAYINGS,
  type Standing,
  standingOf,
  type Statement,
  STATUSES,
  type Subject,
} from './standing.ts';

/** All times in milliseconds since 1970, so that they are computed with as they are written. */
export interface PublishedStanding {
  readonly object: string;
  readonly now: number;
  readonly rule: CorroborationRule;
  readonly subject: Subject;
  readonly standing: Standing;
  /** With the sighting or opinion that says it, for those who may see that. */
  readonly statements: readonly (Statement & { readonly ref: string })[];
}

export const publishStanding = (given: PublishedStanding): PublishedStanding => ({
  ...given,
  statements: given.statements.map(({ tag, says, at, weighs, ref }) => ({
    tag,
    says,
    at,
    weighs,
    ref,
  })),
});

const tag = text(100);
const halfLife = object<Record<IndicatorKind, number>>(
  Object.fromEntries(INDICATOR_KINDS.map((kind) => [kind, number(1)])) as Record<
    IndicatorKind,
    ReturnType<typeof number>
  >,
);
const published = object<PublishedStanding>({
  object: text(300),
  now: count,
  rule: object<CorroborationRule>({
    // A hub that declares less has no bound.
    quorum: number(2),
    disputeShare: number(0),
    halfLife,
    halfLives: number(0),
    probation: count,
  }),
  subject: object<Subject>({
    kind: oneOf(INDICATOR_KINDS),
    permitted: oneOf(PERMITTED_ACTIONS),
    contributor: object({ tag, at: count, weighs: truth }),
    validUntil: count,
    retracted: truth,
  }),
  standing: object<Standing>({
    status: oneOf(STATUSES),
    ceiling: oneOf(CEILINGS),
    score: number(0),
    confirmers: count,
    disputers: count,
    changes: nullable(count),
  }),
  statements: list(
    object({ tag, says: oneOf(SAYINGS), at: count, weighs: truth, ref: text(300) }),
    100_000,
  ),
});

export type Checked =
  | { readonly holds: true; readonly standing: Standing }
  | { readonly holds: false; readonly why: string; readonly computed?: Standing };

/** Whether a published standing follows from its own statements, by the rule that it names. */
export const checkPublished = (value: unknown): Checked => {
  const faults = noFaults();
  const parsed = published(value, '', faults);
  if (parsed === REFUSED) return { holds: false, why: faults.list.slice(0, 3).join('; ') };
  const computed = standingOf(parsed.subject, parsed.statements, parsed.now, parsed.rule);
  return isDeepStrictEqual(computed, parsed.standing)
    ? { holds: true, standing: computed }
    : { holds: false, why: 'The statements give another standing.', computed };
};
