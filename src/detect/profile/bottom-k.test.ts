import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hash53 } from '../../base/hash.ts';
import {
  addKey,
  addNew,
  countKnown,
  createBottomK,
  distinctEstimate,
  mergeBottomK,
  thresholdOf,
} from './bottom-k.ts';

const K = 5;
const keys = fc.array(fc.nat(20), { maxLength: 60 });
const sketchOf = (all: readonly number[], k = K) => {
  const sketch = createBottomK<string>(k);
  for (const key of all) addKey(sketch, key, `v${key}`);
  return sketch;
};
const byDefinition = (all: readonly number[]) => {
  const kept = [...new Set(all)].sort((a, b) => a - b).slice(0, K);
  return {
    k: K,
    keys: kept,
    counts: kept.map((key) => all.filter((other) => other === key).length),
    values: kept.map((key) => `v${key}`),
  };
};

describe('a bottom-k sketch', () => {
  it('holds the k smallest keys with their exact counts, in any order of arrival', () => {
    fc.assert(
      fc.property(keys, (all) => {
        assert.deepEqual(sketchOf(all), byDefinition(all));
        assert.deepEqual(sketchOf(all.toReversed()), byDefinition(all));
      }),
    );
  });

  it('merges to the sketch of both', () => {
    fc.assert(
      fc.property(keys, keys, (x, y) => {
        const merged = mergeBottomK(sketchOf(x), sketchOf(y), (a) => a);
        assert.deepEqual(merged, byDefinition([...x, ...y]));
      }),
    );
  });

  it('joins the values of a key that both hold', () => {
    const [a, b] = [createBottomK<number>(2), createBottomK<number>(2)];
    addNew(a, 1, 10);
    addNew(b, 1, 20);
    addNew(b, 2, 30);
    assert.deepEqual(mergeBottomK(a, b, Math.max).values, [20, 30]);
  });

  it('says what it will never hold', () => {
    assert.equal(thresholdOf(sketchOf([1, 2, 3, 4])), Number.POSITIVE_INFINITY);
    assert.equal(thresholdOf(sketchOf([1, 2, 3, 4, 9, 11])), 9);
  });

  it('counts only known keys where only those are asked for', () => {
    const sketch = sketchOf([3, 7]);
    assert.equal(countKnown(sketch, 5), -1);
    assert.equal(countKnown(sketch, 7, 4), 1);
    assert.deepEqual(sketch.counts, [1, 5]);
  });
});

describe('distinctEstimate', () => {
  it('is exact below k', () => {
    assert.equal(distinctEstimate(sketchOf([4, 4, 9])), 2);
  });

  it('is within three standard errors of the truth above it, and unbiased', () => {
    // Relative standard error 1/√(k−2) (Beyer et al., SIGMOD 2007, §3).
    const k = 64;
    const trials = 50;
    for (const truth of [100, 1_000, 20_000]) {
      let sum = 0;
      for (let trial = 0; trial < trials; trial++) {
        const sketch = createBottomK<null>(k);
        for (let i = 0; i < truth; i++) addKey(sketch, hash53(`${trial}:${i}`), null);
        sum += distinctEstimate(sketch) / truth;
      }
      const error = Math.abs(sum / trials - 1);
      assert.ok(error < 3 / Math.sqrt(trials * (k - 2)), `${truth}: off by ${error}`);
    }
  });
});
