import { logPoissonUpperTail } from '../../base/tails.ts';
import { lowerBound } from '../profile/sparse-counts.ts';
import type { Population } from './population.ts';

/**
 * Sign-ups of a set of accounts that follow each other more closely than those of other people did at
 * the same time. An operator makes or buys accounts in lots, over minutes or hours; how long a lot
 * takes is not known, so several spans are tried, and the test pays for the choice.
 */
const SPAN_MINUTES = [15, 60, 180];
export const SIGN_UP_SPANS_MS: readonly number[] = SPAN_MINUTES.map((minutes) => minutes * 60_000);

/** Accounts by which a small stratum leans towards the density of the whole population. */
const PRIOR_ACCOUNTS = 50;

/** When the accounts of a population signed up, ready to be counted in any interval. */
export interface SignUps {
  /** Epoch ms by account; NaN where unknown. */
  readonly at: Float64Array;
  /** Ascending times of all dated accounts, and of those of each stratum. */
  readonly all: Float64Array;
  readonly byStratum: readonly Float64Array[];
}

/** A member whose sign-up is known. */
export interface DatedMember {
  readonly account: number;
  readonly entity: number;
  /** Epoch ms. */
  readonly at: number;
  /** For each span: the chance that an account outside the set signed up within it of `at`. */
  readonly densities: ArrayLike<number>;
}

/** The runs of one span: sign-ups that each follow the one before within it. */
export interface SignUpRuns {
  readonly span: number;
  readonly runs: readonly (readonly DatedMember[])[];
  /** Σ over runs of min(entities − 1, cap), and its mean if members signed up as outsiders did. */
  readonly weight: number;
  readonly expected: number;
}

const timesOf = (signUps: Pick<SignUps, 'at'>, accounts: Iterable<number>): Float64Array =>
  Float64Array.from(accounts, (a) => signUps.at[a]!)
    .filter((t) => !Number.isNaN(t))
    .sort();

const byStratum = ({ strata, stratumOf }: Population, accounts: Iterable<number>): number[][] => {
  const lists: number[][] = strata.map(() => []);
  for (const a of accounts) lists[stratumOf[a]!]!.push(a);
  return lists;
};

export const createSignUps = (population: Population): SignUps => {
  const at = Float64Array.from(population.records, (r) => r?.createdAt ?? Number.NaN);
  return {
    at,
    all: timesOf({ at }, at.keys()),
    byStratum: byStratum(population, at.keys()).map((accounts) => timesOf({ at }, accounts)),
  };
};

const countWithin = (times: ArrayLike<number>, centre: number, reach: number): number =>
  lowerBound(times, centre + reach + 1) - lowerBound(times, centre - reach);

/**
 * The dated members, ascending by time, each with the densities around it. They come from accounts
 * outside the set, because the set's own sign-ups are what is tested, and from the member's own
 * stratum or from everybody, whichever is denser: a day on which everybody joined is dense for all.
 */
export const datedMembers = (
  population: Population,
  signUps: SignUps,
  members: readonly number[],
): DatedMember[] => {
  const inside = timesOf(signUps, members);
  const insideBy = byStratum(population, members).map((accounts) => timesOf(signUps, accounts));
  const dated = members.flatMap((account): DatedMember[] => {
    const at = signUps.at[account]!;
    if (Number.isNaN(at)) return [];
    const own = signUps.byStratum[population.stratumOf[account]!]!;
    const ownInside = insideBy[population.stratumOf[account]!]!;
    const densities = SIGN_UP_SPANS_MS.map((span) => {
      const all =
        (countWithin(signUps.all, at, span) - countWithin(inside, at, span) + 1) /
        (signUps.all.length - inside.length + 1);
      const near = countWithin(own, at, span) - countWithin(ownInside, at, span);
      const local =
        (near + PRIOR_ACCOUNTS * all) / (own.length - ownInside.length + PRIOR_ACCOUNTS);
      return Math.max(all, local);
    });
    return [{ account, entity: population.entityOf[account]!, at, densities }];
  });
  return dated.sort((x, y) => x.at - y.at || x.account - y.account);
};

const entitiesIn = (run: readonly DatedMember[]): number => new Set(run.map((m) => m.entity)).size;

const runsWithin = (dated: readonly DatedMember[], span: number): DatedMember[][] => {
  const runs: DatedMember[][] = [];
  for (const member of dated) {
    const run = runs.at(-1);
    if (run !== undefined && member.at - run.at(-1)!.at <= span) run.push(member);
    else runs.push([member]);
  }
  return runs.filter((run) => entitiesIn(run) > 1);
};

const runsAt = (dated: readonly DatedMember[], index: number, cap: number): SignUpRuns => {
  const span = SIGN_UP_SPANS_MS[index]!;
  const runs = runsWithin(dated, span);
  return {
    span,
    runs,
    weight: runs.reduce((sum, run) => sum + Math.min(entitiesIn(run) - 1, cap), 0),
    // Pairs of members within the span, each pair seen from both of its ends.
    expected: dated.reduce((sum, m) => sum + (m.densities[index]! * (dated.length - 1)) / 2, 0),
  };
};

/** The span whose runs are the least likely; a run counts for at most `cap`, however long. */
export const tightestRuns = (dated: readonly DatedMember[], cap: number): SignUpRuns =>
  SIGN_UP_SPANS_MS.map((_, index) => runsAt(dated, index, cap)).reduce((best, next) =>
    logPoissonUpperTail(next.weight, next.expected) <
    logPoissonUpperTail(best.weight, best.expected)
      ? next
      : best,
  );
