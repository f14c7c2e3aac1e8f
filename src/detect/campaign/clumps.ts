import type { Population } from './population.ts';
import { KEY_KINDS, type KeyKind, type SharedKeys } from './shared-keys.ts';

/**
 * How many separate coincidences of identity a set of accounts holds.
 *
 * Members that share identifiers form clumps (connected components). A clump counts for at most
 * CLUMP_CAP, however large: one card behind a whole class is one fact, while twelve cards behind
 * forty accounts that ask the same family of prompts are twelve.
 */
export interface Clumps {
  /** Σ over clumps of min(entities − 1, CLUMP_CAP). */
  readonly weight: number;
  readonly clumps: number;
  /** Members in some clump. */
  readonly accounts: readonly number[];
  /** Clumps in which a kind of identifier takes part. */
  readonly byKind: Readonly<Record<KeyKind, number>>;
}

export const CLUMP_CAP = 3;

const find = (parent: Map<number, number>, node: number): number => {
  let root = node;
  while (parent.get(root)! !== root) root = parent.get(root)!;
  for (let at = node; at !== root; ) {
    const next = parent.get(at)!;
    parent.set(at, root);
    at = next;
  }
  return root;
};

export const findClumps = (
  population: Population,
  shared: SharedKeys,
  members: readonly number[],
): Clumps => {
  const parent = new Map<number, number>();
  for (const a of members) parent.set(population.entityOf[a]!, population.entityOf[a]!);
  const holders = new Map<number, number[]>();
  for (const a of members)
    for (const key of shared.keysOf[a]!) {
      const list = holders.get(key);
      if (list === undefined) holders.set(key, [a]);
      else list.push(a);
    }
  for (const accounts of holders.values())
    for (let i = 1; i < accounts.length; i++) {
      const a = find(parent, population.entityOf[accounts[0]!]!);
      const b = find(parent, population.entityOf[accounts[i]!]!);
      if (a !== b) parent.set(b, a);
    }
  const sizes = new Map<number, number>();
  for (const entity of parent.keys()) {
    const root = find(parent, entity);
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
  }
  let weight = 0;
  let clumps = 0;
  for (const size of sizes.values())
    if (size > 1) {
      clumps++;
      weight += Math.min(size - 1, CLUMP_CAP);
    }
  const accounts = members.filter((a) => sizes.get(find(parent, population.entityOf[a]!))! > 1);
  const touched = Object.fromEntries(KEY_KINDS.map((kind) => [kind, new Set<number>()])) as Record<
    KeyKind,
    Set<number>
  >;
  for (const [key, held] of holders) {
    const entities = new Set(held.map((a) => population.entityOf[a]!));
    if (entities.size > 1) touched[shared.keys[key]!.kind].add(find(parent, [...entities][0]!));
  }
  const byKind = Object.fromEntries(KEY_KINDS.map((kind) => [kind, touched[kind].size])) as Record<
    KeyKind,
    number
  >;
  return { weight, clumps, accounts, byKind };
};

/**
 * Expected clump weight of a random set of `members` out of `entities`: each shared key keeps a
 * Poisson(f·size) number of its holders. Joining keys only lowers the weight, so this bounds it.
 */
export const expectedClumpWeight = (
  shared: SharedKeys,
  members: number,
  entities: number,
): number => {
  const fraction = Math.min(1, members / Math.max(1, entities));
  const sizes = new Map<number, number>();
  for (const key of shared.keys) sizes.set(key.entities, (sizes.get(key.entities) ?? 0) + 1);
  let expected = 0;
  for (const [size, count] of sizes) expected += count * expectedWeightOfKey(size * fraction);
  return expected;
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
