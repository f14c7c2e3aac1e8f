import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addCount,
  collisionRate,
  emptyCounts,
  lowerBound,
  mergeCounts,
  totalOf,
} from './sparse-counts.ts';

const events = fc.array(fc.integer({ min: -3, max: 12 }), { maxLength: 60 });
const countsOf = (keys: readonly number[]) => {
  const counts = emptyCounts();
  for (const key of keys) addCount(counts, key);
  return counts;
};

describe('sparse counts', () => {
  it('count every key, sorted, in any order of arrival', () => {
    fc.assert(
      fc.property(events, (keys) => {
        const { keys: found, counts } = countsOf(keys);
        assert.deepEqual(
          found,
          [...new Set(keys)].sort((a, b) => a - b),
        );
        found.forEach((key, i) => {
          assert.equal(counts[i], keys.filter((k) => k === key).length);
        });
      }),
    );
  });

  it('merge to the counts of both, and change neither', () => {
    fc.assert(
      fc.property(events, events, (x, y) => {
        const [a, b] = [countsOf(x), countsOf(y)];
        assert.deepEqual(mergeCounts(a, b), countsOf([...x, ...y]));
        assert.deepEqual([a, b], [countsOf(x), countsOf(y)]);
      }),
    );
  });

  it('find the first key that is not below', () => {
    assert.deepEqual(
      [0, 1, 2, 5, 6].map((key) => lowerBound([1, 3, 5], key)),
      [0, 0, 1, 2, 3],
    );
  });

  it('total their events', () => {
    assert.equal(totalOf({ keys: [1, 9], counts: [3, 4] }), 7);
    assert.equal(totalOf(emptyCounts()), 0);
  });
});

describe('collisionRate', () => {
  it('is the share of pairs that fall on one key', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 2, maxLength: 30 }), (keys) => {
        let equal = 0;
        let pairs = 0;
        keys.forEach((a, i) => {
          for (const b of keys.slice(i + 1)) {
            pairs++;
            if (a === b) equal++;
          }
        });
        assert.ok(Math.abs(collisionRate(countsOf(keys)) - equal / pairs) < 1e-12);
      }),
    );
  });

  it('cannot say anything about fewer than two', () => {
    assert.ok(Number.isNaN(collisionRate(emptyCounts())));
    assert.ok(Number.isNaN(collisionRate(countsOf([1]))));
  });
});
