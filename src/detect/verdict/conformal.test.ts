import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom, normal } from '../../base/random.ts';
import { conformalP, ENOUGH_GROUPS, poolFor } from './conformal.ts';

const scores = (n: number, shift: number, seed: number): number[] => {
  const random = createRandom(seed, 'scores');
  return Array.from({ length: n }, () => shift + normal(random)).sort((a, b) => a - b);
};

describe('the pool of a segment', () => {
  const own = scores(ENOUGH_GROUPS, 3, 1);
  const few = scores(20, 3, 2);
  const siblings = scores(ENOUGH_GROUPS, 1, 3);
  test('is its own where it has enough groups', () => {
    const { pool, scores: found } = poolFor({ people: siblings, education: own }, 'education');
    assert.equal(pool, 'education');
    assert.deepEqual([...found], own);
  });
  test('is its parent where it has not, its own groups included', () => {
    const { pool, scores: found } = poolFor({ people: siblings, education: few }, 'education');
    assert.equal(pool, 'persons');
    assert.equal(found.length, siblings.length + few.length);
  });
  test('is everybody where the parent has not either', () => {
    const found = poolFor({ people: siblings, 'document-processing': few }, 'document-processing');
    assert.equal(found.pool, 'all');
    assert.equal(found.scores.length, siblings.length + few.length);
  });
});

describe('conformal p-values', () => {
  const benign = { people: scores(999, 0, 4) };
  test('are ranks inside the benign scores', () => {
    const median = benign.people[499]!;
    const { logP, calibration } = conformalP(median, 'people', benign);
    assert.ok(Math.abs(Math.exp(logP) - 501 / 1000) < 1e-12);
    assert.deepEqual(calibration, {
      pool: 'people',
      groups: 999,
      borrowed: false,
      extrapolated: false,
    });
  });
  test('say when they rest on the tail and not on ranks', () => {
    const { logP, calibration } = conformalP(12, 'people', benign);
    assert.ok(logP < -Math.log(1000));
    assert.equal(calibration.extrapolated, true);
  });
  test('null control: never too small on held-out benign scores', () => {
    const held = scores(5_000, 0, 5);
    for (const level of [0.01, 0.05, 0.1, 0.5]) {
      const share =
        held.filter((s) => conformalP(s, 'people', benign).logP <= Math.log(level)).length / 5_000;
      // Given one calibration of n, the share is Beta-distributed around the level (Bates et al. §2).
      const spread = 4 * Math.sqrt(level * (1 - level) * (1 / 999 + 1 / 5_000));
      assert.ok(share < level + spread, `${share} at ${level}`);
      assert.ok(share > level - spread, `${share} at ${level}`);
    }
  });
  test('positive control: a segment that scores higher is judged by its own', () => {
    const both = { people: benign.people, 'batch-and-evaluation': scores(300, 3, 6) };
    const asPeople = conformalP(4, 'people', both).logP;
    const asBatch = conformalP(4, 'batch-and-evaluation', both).logP;
    assert.ok(asPeople < Math.log(0.001));
    assert.ok(asBatch > Math.log(0.05));
  });
  test('a pool that is too small is completed by the fallback', () => {
    const few = { people: scores(10, 0, 7) };
    const { calibration } = conformalP(1, 'people', few, scores(400, 0, 8));
    assert.equal(calibration.groups, ENOUGH_GROUPS);
    assert.equal(calibration.pool, 'all');
  });
});
