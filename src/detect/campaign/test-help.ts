import { below, choice, createRandom, type Random, uniform } from '../../base/random.ts';
import type { AccountRecord, Exchange } from '../exchange/exchange.ts';
import type { Profile } from '../profile/profile.ts';
import { exchangeOf, profileOfAll, START } from '../profile/test-help.ts';
import { createPopulation, type Population } from './population.ts';

/** A small town for tests: people with topics of their own, and whatever else a test adds. */
export interface Town {
  readonly random: Random;
  readonly profiles: Map<string, Profile>;
  readonly records: Map<string, AccountRecord>;
}

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Words of one topic: no other topic has them. */
const TOPICS = Array.from({ length: 40 }, (_, t) =>
  Array.from(
    { length: 12 },
    (_, w) =>
      `${'bdfgklmprst'[t % 11]}${'aeiou'[t % 5]}${'nrlst'[w % 5]}${t}${'aeiou'[(t + w) % 5]}x${w}`,
  ),
);

export const createTown = (seed: number): Town => ({
  random: createRandom(seed, 'town'),
  profiles: new Map(),
  records: new Map(),
});

const anyTime = (town: Town): number => START + Math.floor(uniform(town.random) * 14 * DAY);

export const record = (accountId: string, given: Partial<AccountRecord> = {}): AccountRecord => ({
  accountId,
  createdAt: null,
  paymentFingerprint: null,
  emailDomain: null,
  tier: null,
  organizationId: null,
  segment: null,
  attestation: null,
  ...given,
});

/** Adds an account with these exchanges; what is not said of its record is unlike anybody else's. */
export const addAccount = (
  town: Town,
  exchanges: readonly Partial<Exchange>[],
  given: Partial<AccountRecord> = {},
): string => {
  const id = `a${String(town.profiles.size).padStart(4, '0')}`;
  const own = {
    paymentFingerprint: `card ${id}`,
    createdAt: START - Math.floor(uniform(town.random) * 300 * DAY),
  };
  town.profiles.set(id, profileOfAll(exchanges.map((e) => exchangeOf({ accountId: id, ...e }))));
  town.records.set(id, record(id, { ...own, ...given }));
  return id;
};

const sentence = (town: Town, words: readonly string[], length: number): string =>
  Array.from({ length }, () => choice(town.random, words)).join(' ');

/** People who each have one or two topics of their own. */
export const addPeople = (town: Town, count: number, prompts = 14): void => {
  for (let i = 0; i < count; i++) {
    const own = [choice(town.random, TOPICS), choice(town.random, TOPICS)];
    addAccount(
      town,
      Array.from({ length: prompts }, () => ({
        timestamp: anyTime(town),
        prompt: sentence(town, choice(town.random, own), 4 + below(town.random, 9)),
        responseTokens: 20 + below(town.random, 900),
        priorTurns: below(town.random, 3),
      })),
    );
  }
};

const VERBS = ['sorts', 'merges', 'counts', 'filters', 'rotates', 'splits', 'joins', 'parses'];
const NOUNS = ['lists', 'trees', 'graphs', 'matrices', 'queues', 'tables', 'strings', 'heaps'];

/** A data set shared out: each account asks its own part, nothing is asked twice. */
export const addShards = (
  town: Town,
  count: number,
  prompts: number,
  given: (i: number) => Partial<AccountRecord> = () => ({}),
  name = 'function',
): string[] => {
  let next = 0;
  return Array.from({ length: count }, (_, i) =>
    addAccount(
      town,
      Array.from({ length: prompts }, () => {
        const n = next++;
        const verb = choice(town.random, VERBS);
        const noun = choice(town.random, NOUNS);
        return {
          timestamp: anyTime(town),
          prompt: `Write a ${name} that ${verb} ${noun} of size ${n} and explain each step in detail`,
          responseTokens: 300 + below(town.random, 40),
        };
      }),
      given(i),
    ),
  );
};

/** A class: everybody asks the same questions. */
export const addClass = (
  town: Town,
  count: number,
  questions: number,
  given: (i: number) => Partial<AccountRecord> = () => ({}),
): string[] =>
  Array.from({ length: count }, (_, i) =>
    addAccount(
      town,
      Array.from({ length: questions }, (_, q) => ({
        timestamp: anyTime(town),
        prompt: `Assignment ${q}: solve exercise ${q} about ${TOPICS[39]![q % 12]} and ${TOPICS[39]![(q * 5) % 12]}`,
        responseTokens: 100 + below(town.random, 500),
      })),
      given(i),
    ),
  );

export const populationOf = ({ profiles, records }: Town): Population =>
  createPopulation(profiles, records);

export const indicesOf = (population: Population, ids: readonly string[]): number[] =>
  ids.map((id) => population.ids.indexOf(id));
