import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, normal } from '../../base/random.ts';
import { completePool, levelDifference } from './complete-pool.ts';
import { conformalP } from './conformal.ts';

const scores = (n: number, shift: number, seed: number): number[] => {
  const random = createRandom(seed, 'complete');
  return Array.from({ length: n }, () => shift + normal(random));
};

test('groups of elsewhere are raised to the level of here and never lowered', () => {
  const elsewhere = scores(400, 0, 1);
  const higher = levelDifference(scores(30, 2, 2), elsewhere);
  // Two apart, and one and a half standard errors of thirty.
  assert.ok(higher > 1.8 && higher < 2.8, `${higher}`);
  assert.equal(levelDifference(scores(30, -3, 3), elsewhere), 0);
  assert.equal(levelDifference([], elsewhere), 0);
});

test('where one size has few groups, all sizes say what the level is', () => {
  const every = scores(20, 2, 4);
  const own = every.slice(0, 2);
  const pool = completePool(own, every, scores(400, 0, 5), 100);
  assert.equal(pool.length, 100);
  assert.ok(pool[50]! > 1.5, `median ${pool[50]}`);
  assert.deepEqual(pool, pool.toSorted(), 'ascending');
});

test('no more is taken from elsewhere than is missing', () => {
  const own = scores(90, 0, 9);
  assert.equal(completePool(own, own, scores(400, 5, 10), 100).length, 100);
  assert.equal(completePool(own, own, [], 100).length, 90);
  assert.equal(completePool(own, own, scores(3, 0, 11), 100).length, 100, 'few are repeated');
});

test('null: a provider whose ordinary groups score higher than those of the model accuses no more', () => {
  const elsewhere = scores(400, 0, 6);
  for (const [n, shift] of [
    [8, 1],
    [25, 1],
    [60, 2],
  ] as const) {
    let raised = 0;
    let plain = 0;
    const worlds = 200;
    const tested = 20;
    for (let world = 0; world < worlds; world++) {
      const here = { people: scores(n, shift, 100 + world).sort((a, b) => a - b) };
      for (const score of scores(tested, shift, 900 + world)) {
        if (conformalP(score, 'people', here, elsewhere).logP <= Math.log(0.05)) raised++;
        const mixed = [...here.people, ...elsewhere].sort((a, b) => a - b);
        if (conformalP(score, 'people', { people: mixed }).logP <= Math.log(0.05)) plain++;
      }
    }
    const of = worlds * tested;
    assert.ok(raised / of <= 0.05 + 0.015, `${raised} of ${of} with ${n} groups`);
    // The control: without raising, the same groups would be accused far too often.
    assert.ok(plain / of > 0.1, `${plain} of ${of} with ${n} groups`);
  }
});

test('positive: what is far beyond both is still far beyond', () => {
  const here = { people: scores(25, 1, 7).sort((a, b) => a - b) };
  assert.ok(conformalP(9, 'people', here, scores(400, 0, 8)).logP < Math.log(0.005));
});
