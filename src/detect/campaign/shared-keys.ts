import type { Population } from './population.ts';

/** Kinds of identifier that two accounts can share, the hardest to share by chance first. */
export const KEY_KINDS = ['payment', 'hand-off', 'end-user', 'sign-up', 'address-block'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** One identifier that several entities share. */
export interface SharedKey {
  readonly kind: KeyKind;
  /** Account indices, ascending. */
  readonly accounts: readonly number[];
  /** Number of distinct entities among them, 2 … MAX_SHARERS. */
  readonly entities: number;
  /** Stratum of most of its accounts. */
  readonly stratum: number;
}

/** All rare shared identifiers of a population, and which of them each account holds. */
export interface SharedKeys {
  readonly keys: readonly SharedKey[];
  /** Indices into `keys`, per account. */
  readonly keysOf: readonly (readonly number[])[];
}

/** An identifier that more entities share than this is infrastructure, not a link. */
export const MAX_SHARERS = 60;
/** A conversation that is taken up elsewhere is taken up within this time. */
const HAND_OFF_GAP_MS = 2 * 86_400_000;
const MAX_HAND_OFF_SHARERS = 4;
/** An account that has only later turns of a conversation took it up: it never asked the first. */
const TAKEN_UP_TURNS = 2;

const group = <K>(
  population: Population,
  keysOfAccount: (account: number) => Iterable<K>,
): Map<K, number[]> => {
  const holders = new Map<K, number[]>();
  for (let a = 0; a < population.ids.length; a++)
    for (const key of keysOfAccount(a)) {
      const list = holders.get(key);
      if (list === undefined) holders.set(key, [a]);
      else if (list[list.length - 1] !== a) list.push(a);
    }
  return holders;
};

const entitiesAmong = (population: Population, accounts: readonly number[]): number =>
  new Set(accounts.map((a) => population.entityOf[a]!)).size;

function* rareKeys(
  population: Population,
  kind: KeyKind,
  holders: Map<unknown, number[]>,
): Generator<SharedKey> {
  for (const accounts of holders.values()) {
    if (accounts.length < 2) continue;
    const entities = entitiesAmong(population, accounts);
    if (entities >= 2 && entities <= MAX_SHARERS)
      yield { kind, accounts, entities, stratum: majorityStratum(population, accounts) };
  }
}

/**
 * A conversation that one account left and another took up: the same first exchange, held by few
 * accounts, one after the other, where the later one never had its beginning. Two people who open
 * with the same words, and get the same answer, each have a beginning of their own.
 */
function* handOffs(population: Population): Generator<SharedKey> {
  const holders = group(population, (a) => population.profiles[a]!.contexts?.keys ?? []);
  for (const [key, accounts] of holders) {
    const entities = accounts.length < 2 ? 0 : entitiesAmong(population, accounts);
    if (entities < 2 || entities > MAX_HAND_OFF_SHARERS) continue;
    const spans = accounts
      .map((a) => {
        const contexts = population.profiles[a]!.contexts!;
        return contexts.values[contexts.keys.indexOf(key)]!;
      })
      .sort((x, y) => x.first - y.first);
    const relayed = spans.every((span, i) => {
      const before = spans[i - 1];
      if (before === undefined) return true;
      return (
        span.turns >= TAKEN_UP_TURNS &&
        span.first >= before.last &&
        span.first - before.last <= HAND_OFF_GAP_MS
      );
    });
    if (relayed)
      yield {
        kind: 'hand-off',
        accounts,
        entities,
        stratum: majorityStratum(population, accounts),
      };
  }
}

const majorityStratum = (population: Population, accounts: readonly number[]): number => {
  const counts = new Map<number, number>();
  for (const a of accounts) {
    const stratum = population.stratumOf[a]!;
    counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
};

export const findSharedKeys = (population: Population): SharedKeys => {
  const { profiles, records } = population;
  const keys: SharedKey[] = [
    ...rareKeys(
      population,
      'payment',
      group(population, (a) => {
        const card = records[a]?.paymentFingerprint;
        return card ? [card] : [];
      }),
    ),
    ...rareKeys(
      population,
      'address-block',
      group(population, (a) => profiles[a]!.networks?.keys ?? []),
    ),
    ...rareKeys(
      population,
      'end-user',
      group(population, (a) => profiles[a]!.endUsers?.keys ?? []),
    ),
    ...handOffs(population),
  ];
  const keysOf: number[][] = population.ids.map(() => []);
  keys.forEach((key, index) => {
    for (const a of key.accounts) keysOf[a]!.push(index);
  });
  return { keys, keysOf };
};
