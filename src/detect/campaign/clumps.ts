import { KEY_KINDS, type KeyKind, type SharedKeys } from './shared-keys.ts';

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
  /** An upper bound of the mean weight of a random set with as many accounts of each stratum. */
  readonly expected: number;
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
  shared: SharedKeys,
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

const clumpsOfKind = (
  population: Entities,
  shared: SharedKeys,
  members: readonly number[],
  kind: KeyKind,
  expected: number,
): Clumps => {
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
  return { kind, clumps, accounts, weight, expected };
};

/** E[min(k−1, CLUMP_CAP)⁺] for k ~ Poisson(mean). */
const expectedWeightOfKey = (mean: number): number => {
  let p = Math.exp(-mean);
  let below = 0;
  let expected = 0;
  for (let k = 0; k <= CLUMP_CAP; k++) {
    expected += p * Math.max(0, k - 1);
    below += p;
    p *= mean / (k + 1);
  }
  return expected + CLUMP_CAP * Math.max(0, 1 - below);
};

/** Share of each stratum's accounts that is in the set. */
const fractionsOf = (population: Entities, members: readonly number[]): number[] => {
  const inside = population.strata.map(() => 0);
  for (const a of members) inside[population.stratumOf[a]!]! += 1;
  return population.strata.map((all, stratum) => inside[stratum]! / Math.max(1, all));
};

/**
 * Mean weight of a random set with as many accounts of each stratum: a key keeps Poisson(f·entities)
 * of its holders, where f is the share of its stratum that is in the set. Joining keys only lowers
 * the weight, so this bounds it.
 */
const expectedWeight = (
  shared: Pick<SharedKeys, 'sizes'>,
  kind: KeyKind,
  fractions: readonly number[],
): number => {
  let expected = 0;
  for (const { stratum, entities, keys } of shared.sizes[kind])
    expected += keys * expectedWeightOfKey(entities * (fractions[stratum] ?? 0));
  return expected;
};

/** The clumps of every kind of identifier among the members. */
export const findClumps = (
  population: Entities,
  shared: SharedKeys,
  members: readonly number[],
): Clumps[] => {
  const fractions = fractionsOf(population, members);
  return KEY_KINDS.map((kind) =>
    clumpsOfKind(population, shared, members, kind, expectedWeight(shared, kind, fractions)),
  );
};
