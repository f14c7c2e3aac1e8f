import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { below, createRandom } from '../../base/random.ts';
import { exchangeOf, profileOfAll, START } from '../profile/test-help.ts';
import { CLUMP_CAP, expectedWeight, outsideRates } from './clumps.ts';
import {
  clumpsAmong,
  clumpsLogP,
  createNetworkIndex,
  linkedShare,
  sharedLogP,
} from './network-evidence.ts';
import { createPopulation, type Population } from './population.ts';
import { findSharedKeys, MAX_SHARERS } from './shared-keys.ts';
import { addAccount, createTown, DAY, populationOf, record } from './test-help.ts';

const empty = profileOfAll([exchangeOf()]);
const idOf = (i: number): string => `a${String(i).padStart(4, '0')}`;

/** Accounts that differ in their card (and country) only; null is a card of one's own. */
const paying = (
  cards: readonly (string | null)[],
  countryOf: (i: number) => string = () => 'DE',
): Population => {
  const profiles = new Map(
    ['DE', 'JP'].map((country) => [country, profileOfAll([exchangeOf({ country })])]),
  );
  return createPopulation(
    new Map(cards.map((_, i) => [idOf(i), profiles.get(countryOf(i))!])),
    new Map(
      cards.map((card, i) => [
        idOf(i),
        record(idOf(i), { paymentFingerprint: card ?? `own ${i}` }),
      ]),
    ),
  );
};

const clumps = (population: Population, members: readonly number[], kind = 'payment') => {
  const index = createNetworkIndex(population, findSharedKeys(population));
  return clumpsAmong(index, members).find((c) => c.kind === kind)!;
};
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const alone = (n: number): null[] => range(n).map(() => null);

describe('clumps', () => {
  test('a card of a whole room counts for the cap, cards of pairs for one each', () => {
    const room = paying([...range(20).map(() => 'one'), ...alone(200)]);
    assert.deepEqual(
      [clumps(room, range(20)).clumps, clumps(room, range(20)).weight],
      [1, CLUMP_CAP],
    );
    const pairs = paying([...range(20).map((i) => `pair ${i >> 1}`), ...alone(200)]);
    assert.deepEqual([clumps(pairs, range(20)).clumps, clumps(pairs, range(20)).weight], [10, 10]);
  });

  test('keys that meet in one account are one clump', () => {
    const population = paying([...alone(210)]);
    const chained = createPopulation(
      new Map(
        population.ids.map((id, i) => [
          id,
          i < 3 ? profileOfAll(range(2).map((k) => exchangeOf({ endUserId: `u${i + k}` }))) : empty,
        ]),
      ),
      new Map(population.ids.map((id) => [id, record(id)])),
    );
    const found = clumps(chained, range(3), 'end-user');
    assert.equal(found.clumps, 1);
    assert.deepEqual(found.accounts, [0, 1, 2]);
  });

  test('what more entities share than the limit is infrastructure', () => {
    const crowd = paying([...range(MAX_SHARERS + 1).map(() => 'reseller'), ...alone(20)]);
    assert.equal(findSharedKeys(crowd).keys.length, 0);
    const few = paying([...range(MAX_SHARERS).map(() => 'reseller'), ...alone(20)]);
    assert.equal(findSharedKeys(few).keys.length, 1);
  });

  test('a member joined by a card is no fresh evidence for a moved conversation', () => {
    const town = createTown(1);
    for (let i = 0; i < 8; i++)
      addAccount(town, [{ endUserId: `user ${i >> 1}`, prompt: `hello ${i}` }], {
        paymentFingerprint: `card ${i >> 1}`,
      });
    for (let i = 0; i < 60; i++) addAccount(town, [{ prompt: `other ${i}` }]);
    const population = populationOf(town);
    assert.equal(clumps(population, range(8), 'end-user').weight, 4);
    assert.equal(clumps(population, range(8), 'end-user').fresh.weight, 0);
  });
});

describe('what is expected', () => {
  test('is the rate of pairs outside the set, of the same stratum', () => {
    // Outside: 100 accounts in Germany without a pair, 100 in Japan of whom 40 pay in pairs.
    const cards = [
      ...alone(20),
      ...alone(100),
      ...range(100).map((i) => (i < 40 ? `j${i >> 1}` : null)),
    ];
    const population = paying(cards, (i) => (i < 120 && i >= 10 ? 'DE' : 'JP'));
    const rates = outsideRates(population, findSharedKeys(population), range(20), 'payment');
    const [japan, germany] = rates;
    assert.deepEqual([japan!.accounts, japan!.pairs], [100, 20]);
    assert.deepEqual([germany!.accounts, germany!.pairs], [100, 0]);
    const german = expectedWeight(rates, [0, 20]);
    const japanese = expectedWeight(rates, [20, 0]);
    assert.ok(japanese > 2 * german, `${japanese} and ${german}`);
  });

  test("the set's own identifiers are left out", () => {
    const population = paying([...range(20).map((i) => `pair ${i >> 1}`), ...alone(300)]);
    const rates = outsideRates(population, findSharedKeys(population), range(20), 'payment');
    assert.equal(expectedWeight(rates, [20]), 0);
  });
});

describe('the test of shared identity', () => {
  const drawn = (seed: number): Population => {
    // Two of five accounts pay with a card that somebody else has too, all over the population.
    const random = createRandom(seed, 'cards');
    return paying(range(600).map(() => (below(random, 5) < 2 ? `c${below(random, 200)}` : null)));
  };
  const logPOf = (population: Population, members: readonly number[]): number => {
    const index = createNetworkIndex(population, findSharedKeys(population));
    return sharedLogP({ clumps: clumpsAmong(index, members) });
  };

  test('null control: where everybody shares alike, small p-values are rarer than they say', () => {
    let small = 0;
    const draws = 300;
    for (let seed = 0; seed < draws; seed++)
      if (logPOf(drawn(seed), range(60)) < Math.log(0.05)) small++;
    // Binomial(300, 0.05): 26 is the 99.8th percentile.
    assert.ok(small <= 26, `${small} of ${draws}`);
  });

  test('positive control: a set that shares twice as much as others is told apart', () => {
    const random = createRandom(1, 'cards');
    const others = range(600).map(() => (below(random, 5) < 2 ? `c${below(random, 200)}` : null));
    const population = paying([
      ...range(60).map((i) => (i < 40 ? `own ${i >> 1}` : null)),
      ...others,
    ]);
    assert.ok(logPOf(population, range(60)) < -10, `${logPOf(population, range(60))}`);
  });

  test('address blocks alone never carry the axis, however many', () => {
    const profiles = range(200).map((i) =>
      profileOfAll([exchangeOf({ ip: i < 60 ? `198.51.${i >> 2}.7` : `203.${i}.1.9` })]),
    );
    const population = createPopulation(
      new Map(profiles.map((p, i) => [idOf(i), p])),
      new Map(range(200).map((i) => [idOf(i), record(idOf(i))])),
    );
    const found = clumps(population, range(60), 'address-block');
    assert.ok(found.weight > 20);
    assert.ok(clumpsLogP(found) < -20);
    assert.equal(logPOf(population, range(60)), 0);
  });

  test('the linked share is that of the strongest kind', () => {
    const population = paying([...range(10).map((i) => `p${i >> 1}`), ...alone(200)]);
    const index = createNetworkIndex(population, findSharedKeys(population));
    assert.equal(linkedShare({ clumps: clumpsAmong(index, range(20)) }, 20), 0.5);
  });
});

describe('moved conversations', () => {
  const context = 0x1234abcd;
  const turn = (day: number, priorTurns: number) => ({
    timestamp: START + day * DAY,
    contextHash: context,
    priorTurns,
    prompt: `go on ${day} ${priorTurns}`,
  });
  const handOff = (second: ReturnType<typeof turn>): number => {
    const town = createTown(2);
    addAccount(town, [turn(0, 1), turn(0.1, 2)]);
    addAccount(town, [second]);
    for (let i = 0; i < 20; i++) addAccount(town, [{ prompt: `other ${i}` }]);
    return findSharedKeys(populationOf(town)).keys.filter((k) => k.kind === 'hand-off').length;
  };
  test('a later turn under another account is one', () => assert.equal(handOff(turn(1, 3)), 1));
  test('its beginning under another account is none: both began alike', () =>
    assert.equal(handOff(turn(1, 1)), 0));
  test('nor is one that goes on weeks later', () => assert.equal(handOff(turn(12, 3)), 0));
});

test('the content-free mode gives the same network evidence', () => {
  const town = (prompt: (i: number) => object) => {
    const made = createTown(3);
    for (let i = 0; i < 120; i++)
      addAccount(made, [{ ip: `198.51.${i % 30}.1`, endUserId: `u${i % 70}`, ...prompt(i) }], {
        paymentFingerprint: `c${i % 90}`,
      });
    const population = populationOf(made);
    const index = createNetworkIndex(population, findSharedKeys(population));
    return clumpsAmong(index, range(50));
  };
  const full = town((i) => ({ prompt: `prompt ${i}` }));
  const free = town((i) => ({ prompt: '', promptHash: `h${i}`, templateId: 't1' }));
  assert.deepEqual(free, full);
  assert.ok(sharedLogP({ clumps: full }) <= 0);
});
