import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom, uniform } from '../../base/random.ts';
import { exchangeOf, profileOfAll, START } from '../profile/test-help.ts';
import { boutsOf, SILENCE_MS } from './bouts.ts';
import { measureHandOver } from './hand-over.ts';
import { handOverZ, type NetworkEvidence, synchronyZ } from './network-evidence.ts';
import { measureSynchrony } from './synchrony.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const at = (times: readonly number[]) =>
  profileOfAll(times.map((timestamp) => exchangeOf({ timestamp })));
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('a silence ends a bout, and a pause does not', () => {
  const second = START + 5 * MINUTE;
  const third = second + SILENCE_MS + MINUTE;
  assert.deepEqual(boutsOf(at([START, second, third])), {
    starts: [START, third],
    ends: [second, third],
  });
});

describe('limit hand-over', () => {
  const random = createRandom(1, 'hand-over');
  /** Ten accounts for ten days; each works half an hour, then the next one, at a time that varies. */
  const relayed = (follows: boolean) =>
    range(10).map((member) =>
      boutsOf(
        at(
          range(10).flatMap((day) => {
            const begin =
              START + day * DAY + (follows ? (day * 37) % 300 : uniform(random) * 300) * MINUTE;
            const own = follows
              ? begin + member * 31 * MINUTE
              : begin + uniform(random) * 310 * MINUTE;
            return range(7).map((i) => own + i * 5 * MINUTE);
          }),
        ),
      ),
    );
  const zOf = (follows: boolean): number =>
    handOverZ({ handOver: measureHandOver(relayed(follows)) } as NetworkEvidence);
  test('positive control: one starts when another stops', () =>
    assert.ok(zOf(true) > 4, `${zOf(true)}`));
  test('null control: equal hours are no hand-over', () => assert.ok(Math.abs(zOf(false)) < 4));
  test('nobody is followed by himself', () => {
    const own = boutsOf(at(range(40).map((i) => START + i * 22 * MINUTE)));
    assert.equal(measureHandOver([own]).followed, 0);
  });
  test('nothing to measure is no evidence', () =>
    assert.deepEqual(measureHandOver([]), { followed: 0, expected: 0, ends: 0 }));
});

describe('synchrony', () => {
  const crew = (together: boolean, seed: number) => {
    const random = createRandom(seed, 'synchrony');
    const orders = range(60).map(
      () =>
        START + Math.floor(uniform(random) * 14) * DAY + (9 + uniform(random) * 8) * 60 * MINUTE,
    );
    return range(12).map(
      () =>
        at(
          range(60).map((i) =>
            together && i < 20
              ? orders[i]! + uniform(random) * 4 * MINUTE
              : START +
                Math.floor(uniform(random) * 14) * DAY +
                (9 + uniform(random) * 8) * 60 * MINUTE,
          ),
        ).activity,
    );
  };
  const zOf = (together: boolean, seed: number): number => {
    const random = createRandom(seed, 'shifts');
    const synchrony = measureSynchrony(crew(together, seed), () => uniform(random));
    return synchronyZ({ synchrony } as NetworkEvidence);
  };
  test('positive control: orders that all follow within minutes', () => {
    for (const seed of [1, 2, 3]) assert.ok(zOf(true, seed) > 6, `${zOf(true, seed)}`);
  });
  test('null control: a working day that all share', () => {
    for (const seed of range(12))
      assert.ok(Math.abs(zOf(false, seed)) < 4.5, `${zOf(false, seed)}`);
  });
});
