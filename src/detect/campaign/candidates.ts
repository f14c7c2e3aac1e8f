import type { Families } from '../family/find-families.ts';
import {
  accountsOfTopic,
  type ContentGroup,
  type GroupOptions,
  groupOfAccounts,
  groupOfFamily,
} from './content-groups.ts';
import type { Population } from './population.ts';
import type { KeyKind, SharedKeys } from './shared-keys.ts';

/** Two candidates with this much of their accounts in common are one. */
const SAME = 0.8;

const overlap = (a: ReadonlySet<number>, b: readonly number[]): number => {
  let both = 0;
  for (const x of b) if (a.has(x)) both++;
  return both / (a.size + b.length - both);
};

/** Kinds that join accounts whatever they ask about. */
const JOINING: ReadonlySet<KeyKind> = new Set(['payment', 'end-user', 'hand-off']);

/** Connected components of accounts over cards, end users and moved conversations. */
export const networkComponents = (population: Population, shared: SharedKeys): number[][] => {
  const parent = Int32Array.from(population.ids.keys());
  const find = (node: number): number => {
    let at = node;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  for (const key of shared.keys) {
    if (!JOINING.has(key.kind)) continue;
    for (let i = 1; i < key.accounts.length; i++)
      parent[find(key.accounts[i]!)] = find(key.accounts[0]!);
  }
  const components = new Map<number, number[]>();
  for (let a = 0; a < parent.length; a++) {
    const root = find(a);
    const list = components.get(root);
    if (list === undefined) components.set(root, [a]);
    else list.push(a);
  }
  return [...components.values()].filter((accounts) => accounts.length > 1);
};

/** A topic that more accounts draw on than this is everybody's. */
const MAX_TOPIC_SEED = 500;

/**
 * Sets of accounts worth scoring: those that draw on one prompt family. Nothing about identity is
 * looked at, which keeps the test of identity on these sets honest.
 */
export const findCandidates = (
  population: Population,
  families: Families,
  options: GroupOptions,
): ContentGroup[] => {
  const { draws } = families;
  const found: ContentGroup[] = [];
  const keep = (group: ContentGroup | null): void => {
    if (group !== null) found.push(group);
  };
  for (const family of families.families) keep(groupOfFamily(draws, family, options));
  for (let topic = 0; topic < draws.topics; topic++) {
    // A family thinly mixed into other traffic shows in one topic before it shows in many.
    const drawers = accountsOfTopic(draws, topic);
    if (drawers.length >= options.minEntities && drawers.length <= MAX_TOPIC_SEED)
      keep(groupOfAccounts(draws, drawers, options));
  }
  return distinct(found, population.ids.length);
};

/** Drops candidates that repeat a larger one; compares only those that share a member. */
const distinct = (groups: readonly ContentGroup[], accounts: number): ContentGroup[] => {
  const bySize = [...groups].sort(
    (a, b) => b.accounts.length - a.accounts.length || a.topics.length - b.topics.length,
  );
  const kept: { group: ContentGroup; members: ReadonlySet<number> }[] = [];
  const keptWith: number[][] = Array.from({ length: accounts }, () => []);
  for (const group of bySize) {
    const near = new Set<number>();
    // A near-duplicate shares most members, so a few members find it.
    for (const a of group.accounts.slice(0, 8)) for (const k of keptWith[a]!) near.add(k);
    if ([...near].some((k) => overlap(kept[k]!.members, group.accounts) > SAME)) continue;
    for (const a of group.accounts) keptWith[a]!.push(kept.length);
    kept.push({ group, members: new Set(group.accounts) });
  }
  return kept.map(({ group }) => group);
};
