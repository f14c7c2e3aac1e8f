/**
 * What the members' words make of an indicator. A pure function of public data: anybody who has the
 * statements computes the same standing. docs/concepts/corroboration.md has the argument for each step.
 */
import {
  type IndicatorKind,
  mildest,
  PERMITTED_ACTIONS,
  type PermittedAction,
} from '../indicator/profile/words.ts';
import { type CorroborationRule, RULE } from './rule.ts';

export const STATUSES = [
  'single-source',
  'corroborated',
  'disputed',
  'retracted',
  'expired',
] as const;
export type StandingStatus = (typeof STATUSES)[number];

/** `none`: nothing may rest on it any more. */
export type Ceiling = PermittedAction | 'none';

/**
 * What a member says of an indicator: sightings (`seen`, and `unseen` where one is taken back) and opinions
 * (`agree`, `dispute`, and `neutral` which also takes back) are two questions with two answers.
 */
export const SAYINGS = ['seen', 'unseen', 'agree', 'neutral', 'dispute'] as const;
export type Saying = (typeof SAYINGS)[number];

export interface Statement {
  /** Who says it: one tag for each member and object. */
  readonly tag: string;
  readonly says: Saying;
  /** When the hub took it, in milliseconds since 1970: never a date of the sender's. */
  readonly at: number;
  /** Whether its member's word counted then: a vetted founder or member, past probation. */
  readonly weighs: boolean;
}

export interface Subject {
  readonly kind: IndicatorKind;
  /** What its contributor permits at most. */
  readonly permitted: PermittedAction;
  readonly contributor: Omit<Statement, 'says'>;
  /** `valid_until`, in milliseconds since 1970. */
  readonly validUntil: number;
  readonly retracted: boolean;
}

export interface Standing {
  readonly status: StandingStatus;
  readonly ceiling: Ceiling;
  /** Support weighted by its age, less the disputes; in members, to three digits. */
  readonly score: number;
  /** Distinct members whose support counts, but for the contributor. */
  readonly confirmers: number;
  readonly disputers: number;
  /** When it will change if nobody says anything more, in milliseconds since 1970; null: never. */
  readonly changes: number | null;
}

/** In each list the more cautious comes later: it wins when two were taken in one instant. */
const SIGHTINGS: readonly Saying[] = ['seen', 'unseen'];
const OPINIONS: readonly Saying[] = ['agree', 'neutral', 'dispute'];

const latest = (said: readonly Statement[], among: readonly Saying[]): Statement | undefined => {
  let best: Statement | undefined;
  for (const one of said) {
    if (!among.includes(one.says)) continue;
    if (
      best === undefined ||
      one.at > best.at ||
      (one.at === best.at && among.indexOf(one.says) > among.indexOf(best.says))
    )
      best = one;
  }
  return best;
};

interface Voice {
  readonly tag: string;
  readonly disputes: boolean;
  /** Last time in favour; undefined when there is none. */
  readonly supports: number | undefined;
}

/** Step 2: one voice for each member. A dispute outweighs sightings, which software sends by itself. */
const voiceOf = (tag: string, said: readonly Statement[]): Voice => {
  const sighting = latest(said, SIGHTINGS);
  const opinion = latest(said, OPINIONS);
  const times = [sighting, opinion]
    .filter((one) => one?.says === 'seen' || one?.says === 'agree')
    .map((one) => one!.at);
  const disputes = opinion?.says === 'dispute';
  return {
    tag,
    disputes,
    supports: disputes || times.length === 0 ? undefined : Math.max(...times),
  };
};

/** The voices of all others, and of the contributor: it supports by contributing, once (step 3). */
const voicesOf = (
  { contributor }: Subject,
  statements: readonly Statement[],
  now: number,
): { readonly others: readonly Voice[]; readonly own: Voice } => {
  const byTag = new Map<string, Statement[]>();
  for (const one of statements) {
    // Step 1: whose word does not count, and what is not said yet.
    if (!one.weighs || one.at > now) continue;
    const said = byTag.get(one.tag);
    if (said === undefined) byTag.set(one.tag, [one]);
    else said.push(one);
  }
  const { disputes } = voiceOf(contributor.tag, byTag.get(contributor.tag) ?? []);
  byTag.delete(contributor.tag);
  const counts = contributor.weighs && contributor.at <= now && !disputes;
  return {
    own: { tag: contributor.tag, disputes, supports: counts ? contributor.at : undefined },
    // A fixed order, so that sums of fractions are the same whatever order they came in.
    others: [...byTag]
      .map(([tag, said]) => voiceOf(tag, said))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1)),
  };
};

const THOUSAND = 1000;

/** @param now milliseconds since 1970 */
export const standingOf = (
  subject: Subject,
  statements: readonly Statement[],
  now: number,
  rule: CorroborationRule = RULE,
): Standing => {
  const halfLife = rule.halfLife[subject.kind];
  const lasts = halfLife * rule.halfLives;
  const { others, own } = voicesOf(subject, statements, now);
  // Step 4: support ages and ends; disputes stay until they are taken back.
  const fresh = (voices: readonly Voice[]): number[] =>
    voices.flatMap(({ supports }) =>
      supports === undefined || now - supports >= lasts ? [] : [supports],
    );
  const confirmed = fresh(others);
  const support = [...fresh([own]), ...confirmed];
  const confirmers = confirmed.length;
  const disputers = [own, ...others].filter(({ disputes }) => disputes).length;
  const weight = support.reduce((sum, at) => sum + 2 ** ((at - now) / halfLife), 0);
  const score = Math.round(Math.max(0, weight - disputers) * THOUSAND) / THOUSAND;
  const common = { score, confirmers, disputers };
  // A contribution lasts as long as a confirmation, also of a member whose word does not weigh yet.
  const lives = fresh([{ ...own, supports: subject.contributor.at }]);
  const ended = now >= subject.validUntil || lives.length + confirmers === 0;
  if (subject.retracted || ended)
    return {
      ...common,
      status: subject.retracted ? 'retracted' : 'expired',
      ceiling: 'none',
      changes: null,
    };
  const changes = Math.min(subject.validUntil, ...[...lives, ...confirmed].map((at) => at + lasts));
  // Step 5: one dispute for every two in support is no agreement.
  if (disputers > 0 && disputers >= support.length * rule.disputeShare)
    return { ...common, status: 'disputed', ceiling: 'watch', changes };
  // Step 6: each dispute takes away one confirmation.
  const net = confirmers - disputers;
  const lifted: PermittedAction = net >= rule.quorum ? 'suspend' : net >= 1 ? 'verify' : 'watch';
  return {
    ...common,
    status: confirmers > 0 ? 'corroborated' : 'single-source',
    ceiling: mildest(subject.permitted, lifted),
    changes,
  };
};

/** From nothing to everything, to compare two ceilings. */
export const CEILINGS: readonly Ceiling[] = ['none', ...PERMITTED_ACTIONS];
export const isPast = (a: Ceiling, b: Ceiling): boolean =>
  CEILINGS.indexOf(a) > CEILINGS.indexOf(b);
