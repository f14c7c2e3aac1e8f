import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom, uniform } from '../../base/random.ts';
import {
  type LiveProcedure,
  LIVE_PROCEDURES,
  type NamedSet,
  startLooks,
  testAxis,
} from './lineages.ts';

const members = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);
const set = (name: string, logP: number, count = 10, volume = 100): NamedSet => ({
  accounts: members(name, count),
  volume,
  logP,
});
const LEVEL = 0.01;

describe('lineages', () => {
  test('a set that grew is the same hypothesis, tested again when its traffic grew', () => {
    let state = startLooks(LEVEL).axes.network;
    ({ state } = testAxis(state, [set('a', -1)], 1, 'lond'));
    ({ state } = testAxis(state, [set('a', -1, 14, 110)], 2, 'lond'));
    assert.equal(state.online.tested, 1);
    assert.equal(state.lineages[0]!.tests, 1);
    ({ state } = testAxis(state, [set('a', -1, 14, 126)], 3, 'lond'));
    assert.equal(state.lineages[0]!.tests, 2);
    ({ state } = testAxis(state, [set('b', -1)], 4, 'lond'));
    assert.equal(state.online.tested, 2);
  });

  for (const procedure of LIVE_PROCEDURES) {
    test(`${procedure}: strong evidence is a discovery, and stays one when it is weak again`, () => {
      let state = startLooks(LEVEL).axes.network;
      const first = testAxis(state, [set('a', -40), set('b', -0.5)], 1, procedure);
      assert.deepEqual([...first.discovered], [0]);
      ({ state } = first);
      const second = testAxis(state, [set('b', -0.5), set('a', -0.1, 10, 500)], 2, procedure);
      assert.deepEqual([...second.discovered], [1]);
    });

    test(`${procedure}: under the null, hardly any of many streams ever has a discovery`, () => {
      // Null control: uniform p-values, 12 looks at 15 growing sets; at level 0.2 any discovery is
      // false, so the share of streams with one is at most 0.2 (and at most 0.25 with 200 streams).
      const streams = 200;
      let wrong = 0;
      for (let s = 0; s < streams; s++) wrong += nullStream(s, procedure) ? 1 : 0;
      assert.ok(wrong / streams < 0.25, `${wrong} of ${streams}`);
      // Positive control: the same test at the naive level would fail.
      assert.ok(1 - 0.8 ** (12 * 15) > 0.99);
    });
  }
});

const nullStream = (seed: number, procedure: LiveProcedure): boolean => {
  const random = createRandom(seed + 1);
  let state = startLooks(0.2).axes.network;
  for (let look = 1; look <= 12; look++) {
    const sets = Array.from({ length: 15 }, (_, i) =>
      set(`s${i}-`, Math.log(Math.max(1e-12, uniform(random))), 10, 100 * 2 ** look),
    );
    const result = testAxis(state, sets, look, procedure);
    ({ state } = result);
    if (result.discovered.size > 0) return true;
  }
  return false;
};
