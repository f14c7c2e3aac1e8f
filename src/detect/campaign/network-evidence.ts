import { logFisher, logNormalUpperTail, logPoissonUpperTail } from '../../base/tails.ts';
import { type Bouts, boutsOf } from './bouts.ts';
import { type Clumps, findClumps, outsideRates } from './clumps.ts';
import { type HandOver, measureHandOver } from './hand-over.ts';
import type { Population } from './population.ts';
import type { KeyKind, SharedKeys } from './shared-keys.ts';
import { createSignUps, datedMembers, type SignUps } from './sign-ups.ts';
import { measureSynchrony, type Synchrony } from './synchrony.ts';

/** What links the members of a set of accounts besides what they ask. */
export interface NetworkEvidence {
  /** One entry for each kind of identifier. */
  readonly clumps: readonly Clumps[];
  readonly handOver: HandOver;
  readonly synchrony: Synchrony;
}

/** What is computed once for a population and used for every set of its accounts. */
export interface NetworkIndex {
  readonly population: Population;
  readonly shared: SharedKeys;
  readonly signUps: SignUps;
  readonly bouts: (account: number) => Bouts;
}

export const createNetworkIndex = (population: Population, shared: SharedKeys): NetworkIndex => {
  const cache: (Bouts | undefined)[] = new Array(population.ids.length);
  return {
    population,
    shared,
    signUps: createSignUps(population),
    bouts: (account) => (cache[account] ??= boutsOf(population.profiles[account]!)),
  };
};

/** Timing is compared over at most this many members: enough to be sure, bounded for large sets. */
const MAX_TIMED = 400;

/** The identifiers that join the members, without the timing. */
export const clumpsAmong = (
  { population, shared, signUps }: NetworkIndex,
  members: readonly number[],
): Clumps[] =>
  findClumps(
    {
      population,
      shared,
      dated: datedMembers(population, signUps, members),
      ratesOf: (kind) => outsideRates(population, shared, members, kind),
    },
    members,
  );

export const measureNetwork = (
  index: NetworkIndex,
  members: readonly number[],
  random: () => number,
): NetworkEvidence => {
  const { population } = index;
  const stride = Math.max(1, Math.ceil(members.length / MAX_TIMED));
  const timed = members.filter((_, i) => i % stride === 0);
  return {
    clumps: clumpsAmong(index, members),
    handOver: measureHandOver(timed.map(index.bouts)),
    synchrony: measureSynchrony(
      timed.map((a) => population.profiles[a]!.activity),
      random,
    ),
  };
};

/**
 * One honest clump (a class, a family, an office behind one card) is expected in any set of people
 * who ask about the same things.
 */
const HONEST_CLUMP_WEIGHT = 1;

/** ln p of the fresh evidence of one kind, if the members shared as people outside the set do. */
export const clumpsLogP = ({ fresh }: Pick<Clumps, 'fresh'>): number =>
  Math.min(
    0,
    logPoissonUpperTail(fresh.weight, fresh.expected + HONEST_CLUMP_WEIGHT) +
      Math.log(fresh.choices),
  );

/**
 * Kinds that can carry the network axis. Address blocks support it and link members, but equal
 * addresses are weak evidence: neighbours of one provider share them, and ask alike.
 */
const TESTED: ReadonlySet<KeyKind> = new Set(['payment', 'hand-off', 'end-user', 'sign-up']);

const testedOf = (clumps: readonly Clumps[]): Clumps[] =>
  clumps.filter(({ kind }) => TESTED.has(kind));

/**
 * ln p of the tested kinds: all of them together (Fisher 1932; each member is fresh evidence in one
 * kind only) or the strongest alone (Bonferroni over the kinds), whichever says more, times two for
 * having had the choice.
 */
export const sharedLogP = ({ clumps }: Pick<NetworkEvidence, 'clumps'>): number => {
  const logs = testedOf(clumps).map(clumpsLogP);
  const strongest = Math.min(...logs) + Math.log(logs.length);
  return Math.min(0, Math.min(logFisher(logs), strongest) + Math.LN2);
};

/** Share of the members that the strongest kind of identifier joins to another member, 0 … 1. */
export const linkedShare = (
  { clumps }: Pick<NetworkEvidence, 'clumps'>,
  members: number,
): number => {
  const strongest = testedOf(clumps).reduce((a, b) => (clumpsLogP(b) < clumpsLogP(a) ? b : a));
  return strongest.accounts.length / Math.max(1, members);
};

/** Standard score of hand-over against the day-shifted comparison. */
export const handOverZ = ({ handOver }: NetworkEvidence): number =>
  (handOver.followed - handOver.expected) / Math.sqrt(handOver.expected + 1);

/** Standard score of synchrony against the day-shifted comparison. */
export const synchronyZ = ({ synchrony }: NetworkEvidence): number =>
  (synchrony.pairs - synchrony.expected) /
  Math.max(synchrony.deviation, Math.sqrt(synchrony.expected + 1));

/** ln p of a standard score after the population's own centre and spread are taken out. */
export const calibratedLogP = (
  z: number,
  reference: { readonly centre: number; readonly spread: number },
): number => logNormalUpperTail((z - reference.centre) / Math.max(1, reference.spread));
