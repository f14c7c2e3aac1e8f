import { KEY_KINDS, type KeyKind, type SharedKeys } from './shared-keys.ts';
import { type DatedMember, SIGN_UP_SPANS_MS, tightestRuns } from './sign-ups.ts';

/** What of a population the count of clumps needs: who is one entity, and who is comparable. */
export interface Entities {
  readonly entityOf: ArrayLike<number>;
  readonly stratumOf: ArrayLike<number>;
  readonly strata: readonly number[];
}

/**
 * How many separate coincidences of one kind of identifier a set of accounts holds.
 *
 * Members that share an identifier form clumps (connected components). A clump counts for at most
 * CLUMP_CAP, however large: one card behind a whole class is one fact, while twelve cards behind
 * forty accounts that ask the same family of prompts are twelve.
 */
export interface Clumps {
  readonly kind: KeyKind;
  readonly clumps: number;
  /** Members in some clump, ascending. */
  readonly accounts: readonly number[];
  /** Σ over clumps of min(entities − 1, CLUMP_CAP). */
  readonly weight: number;
  /** The same among the members that no earlier kind joined, and its mean if they shared as others do. */
  readonly fresh: Fresh;
}

export interface Fresh {
  readonly weight: number;
  readonly expected: number;
  /** Ways to count that were tried, of which this one says most. */
  readonly choices: number;
}

export const CLUMP_CAP = 3;

const rootOf = (parent: Map<number, number>, node: number): number => {
  let root = node;
  while (parent.get(root)! !== root) root = parent.get(root)!;
  for (let at = node; at !== root; ) {
    const next = parent.get(at)!;
    parent.set(at, root);
    at = next;
  }
  return root;
};

/** Entities joined by the keys of one kind: root of each entity that holds one. */
const joinByKind = (
  population: Entities,
  shared: Pick<SharedKeys, 'keys' | 'keysOf'>,
  members: readonly number[],
  kind: KeyKind,
): Map<number, number> => {
  const parent = new Map<number, number>();
  const firstHolder = new Map<number, number>();
  for (const a of members) {
    const entity = population.entityOf[a]!;
    for (const key of shared.keysOf[a]!) {
      if (shared.keys[key]!.kind !== kind) continue;
      if (!parent.has(entity)) parent.set(entity, entity);
      const holder = firstHolder.get(key);
      if (holder === undefined) firstHolder.set(key, entity);
      else parent.set(rootOf(parent, entity), rootOf(parent, holder));
    }
  }
  return parent;
};

type Count = Pick<Clumps, 'clumps' | 'accounts' | 'weight'>;

const clumpsOfKind = (
  population: Entities,
  shared: Pick<SharedKeys, 'keys' | 'keysOf'>,
  members: readonly number[],
  kind: KeyKind,
): Count => {
  const parent = joinByKind(population, shared, members, kind);
  const sizes = new Map<number, number>();
  for (const entity of parent.keys()) {
    const root = rootOf(parent, entity);
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
  }
  let weight = 0;
  let clumps = 0;
  for (const size of sizes.values())
    if (size > 1) {
      clumps++;
      weight += Math.min(size - 1, CLUMP_CAP);
    }
  const accounts = members.filter((a) => {
    const entity = population.entityOf[a]!;
    return parent.has(entity) && sizes.get(rootOf(parent, entity))! > 1;
  });
  return { clumps, accounts, weight };
};

/** How often accounts outside a set share identifiers of one kind, in one stratum. */
export interface OutsideRate {
  readonly stratum: number;
  /** Accounts of the stratum that are not in the set, and the pairs of them that share. */
  readonly accounts: number;
  readonly pairs: number;
}

/** Pairs by which a small stratum leans towards the rate of the whole population. */
const PRIOR_PAIRS = 2_000;

const choose2 = (n: number): number => (n * (n - 1)) / 2;

/** Pairs of n holders of one key, where each holder counts at most CLUMP_CAP others. */
const cappedPairs = (n: number): number => (n * Math.min(n - 1, CLUMP_CAP)) / 2;

const countByStratum = (population: Entities, accounts: readonly number[]): number[] => {
  const counts = population.strata.map(() => 0);
  for (const a of accounts) counts[population.stratumOf[a]!]! += 1;
  return counts;
};

/** How people outside the set share identifiers of one kind, for every stratum in order. */
export const outsideRates = (
  population: Entities,
  shared: Pick<SharedKeys, 'keys'>,
  members: readonly number[],
  kind: KeyKind,
): OutsideRate[] => {
  const inSet = new Set(members);
  const inside = countByStratum(population, members);
  const pairs = population.strata.map(() => 0);
  for (const key of shared.keys) {
    if (key.kind !== kind) continue;
    const outside = new Set<number>();
    for (const a of key.accounts) if (!inSet.has(a)) outside.add(population.entityOf[a]!);
    if (outside.size > 1) pairs[key.stratum]! += cappedPairs(outside.size);
  }
  return population.strata.map((all, stratum) => ({
    stratum,
    accounts: all - inside[stratum]!,
    pairs: pairs[stratum]!,
  }));
};

/**
 * Mean weight of the set if its members shared as people outside it do, within each stratum: the
 * number of sharing pairs bounds the weight. The set's own identifiers are left out, because they are
 * what is tested; a stratum that the set nearly fills borrows the rate of the whole population.
 */
export const expectedWeight = (
  rates: readonly OutsideRate[],
  membersByStratum: readonly number[],
): number => {
  let pairs = 0;
  let possible = 0;
  for (const rate of rates) {
    pairs += rate.pairs;
    possible += choose2(rate.accounts);
  }
  const overall = possible > 0 ? pairs / possible : 0;
  let expected = 0;
  for (const rate of rates) {
    const own = (rate.pairs + PRIOR_PAIRS * overall) / (choose2(rate.accounts) + PRIOR_PAIRS);
    expected += choose2(membersByStratum[rate.stratum] ?? 0) * own;
  }
  return expected;
};

/** What the members are looked up in. */
export interface Identifiers {
  readonly population: Entities;
  readonly shared: Pick<SharedKeys, 'keys' | 'keysOf'>;
  /** The dated ones among the tested members, ascending by sign-up. */
  readonly dated: readonly DatedMember[];
  readonly ratesOf: (kind: KeyKind) => readonly OutsideRate[];
}

const signUpCount = (
  dated: readonly DatedMember[],
  members: readonly number[],
): Count & { readonly fresh: Fresh } => {
  const wanted = new Set(members);
  const { runs, weight, expected } = tightestRuns(
    dated.filter((m) => wanted.has(m.account)),
    CLUMP_CAP,
  );
  const joined = new Set(runs.flatMap((run) => run.map((m) => m.account)));
  return {
    clumps: runs.length,
    accounts: members.filter((a) => joined.has(a)),
    weight,
    fresh: { weight, expected, choices: SIGN_UP_SPANS_MS.length },
  };
};

/**
 * The clumps of every kind of identifier among the members. Each member is counted as fresh evidence
 * once, by the first kind that joins it to another: a class behind one card, one address and one hour
 * of sign-up is one coincidence seen three ways, and the kinds' tests stay independent.
 */
export const findClumps = (
  { population, shared, dated, ratesOf }: Identifiers,
  members: readonly number[],
): Clumps[] => {
  const joined = new Set<number>();
  return KEY_KINDS.map((kind): Clumps => {
    const rest = joined.size === 0 ? members : members.filter((a) => !joined.has(a));
    if (kind === 'sign-up') {
      const { fresh } = signUpCount(dated, rest);
      const all = signUpCount(dated, members);
      for (const a of all.accounts) joined.add(a);
      return { kind, ...all, fresh };
    }
    const all = clumpsOfKind(population, shared, members, kind);
    const fresh = rest === members ? all : clumpsOfKind(population, shared, rest, kind);
    for (const a of all.accounts) joined.add(a);
    const expected = expectedWeight(ratesOf(kind), countByStratum(population, rest));
    return { kind, ...all, fresh: { weight: fresh.weight, expected, choices: 1 } };
  });
};
