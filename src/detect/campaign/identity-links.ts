import { lowerBound } from '../profile/sparse-counts.ts';
import type { Population } from './population.ts';
import { KEY_KINDS, type KeyKind, type SharedKeys } from './shared-keys.ts';

/** Sign-ups this close to a member's count as one act, even when the burst was broken. */
const SIGN_UP_WINDOW_MS = 45 * 60_000;

/**
 * For each kind of identifier, which accounts of the population are linked to the given members: by
 * a shared key, or for sign-ups by time. An account is never linked to itself or its own entity.
 */
export type LinkedAccounts = Readonly<Record<KeyKind, Uint8Array>>;

const linkByKeys = (
  population: Population,
  shared: SharedKeys,
  members: readonly number[],
  linked: Record<KeyKind, Uint8Array>,
): void => {
  const holders = new Map<number, number[]>();
  for (const a of members)
    for (const key of shared.keysOf[a]!) {
      const list = holders.get(key);
      if (list === undefined) holders.set(key, [a]);
      else list.push(a);
    }
  for (const [key, held] of holders) {
    const { kind, accounts } = shared.keys[key]!;
    const entities = new Set(held.map((a) => population.entityOf[a]!));
    for (const a of accounts)
      if (entities.size > 1 || !entities.has(population.entityOf[a]!)) linked[kind][a] = 1;
  }
};

const linkBySignUp = (
  population: Population,
  members: readonly number[],
  linked: Uint8Array,
): void => {
  const at = (a: number): number | null => population.records[a]?.createdAt ?? null;
  const dated = members.filter((a) => at(a) !== null).sort((a, b) => at(a)! - at(b)!);
  const times = dated.map((a) => at(a)!);
  for (let a = 0; a < population.ids.length; a++) {
    const own = at(a);
    if (own === null) continue;
    const from = lowerBound(times, own - SIGN_UP_WINDOW_MS);
    for (let i = from; i < times.length && times[i]! <= own + SIGN_UP_WINDOW_MS; i++)
      if (population.entityOf[dated[i]!] !== population.entityOf[a]) {
        linked[a] = 1;
        break;
      }
  }
};

export const linkedTo = (
  population: Population,
  shared: SharedKeys,
  members: readonly number[],
): LinkedAccounts => {
  const linked = Object.fromEntries(
    KEY_KINDS.map((kind) => [kind, new Uint8Array(population.ids.length)]),
  ) as Record<KeyKind, Uint8Array>;
  linkByKeys(population, shared, members, linked);
  linkBySignUp(population, members, linked['sign-up']);
  return linked;
};
