import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, uniform } from '../../base/random.ts';
import { benjaminiHochberg, reject } from './false-discovery.ts';

/** The worked example of Benjamini and Hochberg 1995, §4: 15 p-values of a myocardial trial. */
const TRIAL = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
  0.6528, 0.759, 1.0,
].map(Math.log);

test('the worked example of the paper rejects the first four', () => {
  assert.deepEqual([...benjaminiHochberg(TRIAL, 0.05)].sort(), [0, 1, 2, 3]);
});

test('the order of the hypotheses does not matter', () => {
  const shuffled = [14, 3, 0, 8, 1, 2, 9, 4, 13, 5, 12, 6, 11, 7, 10].map((i) => TRIAL[i]!);
  const kept = [...benjaminiHochberg(shuffled, 0.05)].map((i) => shuffled[i]!);
  assert.deepEqual(new Set(kept), new Set([TRIAL[0], TRIAL[1], TRIAL[2], TRIAL[3]]));
});

test('nothing is rejected where there is nothing', () => {
  assert.equal(benjaminiHochberg([], 0.05).size, 0);
  assert.equal(benjaminiHochberg([0, -0.1], 0.05).size, 0);
});

test('p-values too small for a number still count', () => {
  assert.deepEqual([...benjaminiHochberg([-5000, 0], 0.01)], [0]);
});

test('Benjamini and Yekutieli is the stricter one, by the harmonic sum', () => {
  // 0.05 / (1 + 1/2 + … + 1/15) = 0.0151: the step-up stops at three.
  assert.deepEqual([...reject(TRIAL, 0.05, 'benjamini-yekutieli')].sort(), [0, 1, 2]);
});

test('the realised false discovery rate stays under the level, and something is found', () => {
  const random = createRandom(3, 'fdr');
  let shares = 0;
  let found = 0;
  const runs = 2_000;
  for (let run = 0; run < runs; run++) {
    const logP = Array.from({ length: 50 }, (_, i) => (i < 5 ? -9 : Math.log(uniform(random))));
    const rejected = reject(logP, 0.1);
    const falsely = [...rejected].filter((i) => i >= 5).length;
    shares += falsely / Math.max(1, rejected.size);
    found += rejected.size - falsely;
  }
  // The rate is level × 45/50 = 9 %; its standard error over 2,000 runs is about 0.3 %.
  assert.ok(shares / runs < 0.1 && shares / runs > 0.07, `${shares / runs}`);
  assert.equal(found, 5 * runs);
});
