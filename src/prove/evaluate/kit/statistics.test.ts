import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom, uniform } from '../../../base/random.ts';
import { clopperPearson } from '../../../base/statistics.ts';
import { boundedMean } from './bounded-mean.ts';
import { isotonic, smallestReaching } from './isotonic.ts';
import { pairedDifference } from './paired-difference.ts';
import { uniformity } from './uniformity.ts';

test('without a single failure the bounded mean is as wide as the exact interval', () => {
  const { value, low, high } = boundedMean(new Array<number>(200).fill(0));
  assert.equal(value, 0);
  assert.equal(low, 0);
  assert.ok(Math.abs(high! - clopperPearson(0, 200).high) < 1e-9);
});

test('the bounded mean covers the true mean of values that are no coin flips', () => {
  const random = createRandom(1, 'coverage');
  let covered = 0;
  for (let round = 0; round < 300; round++) {
    // Mean 0.1: mostly nothing, now and then a half or everything.
    const values = Array.from({ length: 40 }, () => {
      const u = uniform(random);
      return u < 0.85 ? 0 : u < 0.95 ? 0.5 : 1;
    });
    const { low, high } = boundedMean(values);
    if (low! <= 0.1 && 0.1 <= high!) covered++;
  }
  assert.ok(covered >= 0.95 * 300, `${covered} of 300`);
  assert.deepEqual(boundedMean([]), { n: 0, value: null, low: null, high: null });
});

test('a longer run of the same mean gives a narrower interval around it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 2, max: 20 }), (hits, times) => {
      const once = Array.from({ length: 5 }, (_, i) => (i < hits ? 1 : 0));
      const few = boundedMean(once);
      const many = boundedMean(Array.from({ length: times }, () => once).flat());
      assert.ok(few.low! <= few.value! && few.value! <= few.high!);
      assert.ok(many.high! - many.low! < few.high! - few.low!);
    }),
  );
});

test('isotonic fits never fall, and keep the total', () => {
  const step = fc.record({ hits: fc.integer({ min: 0, max: 9 }), of: fc.constant(9) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (list) => {
      const steps = list.map((s, i) => ({ x: i + 1, ...s }));
      const fit = isotonic(steps);
      for (let i = 1; i < fit.length; i++) assert.ok(fit[i]!.share >= fit[i - 1]!.share - 1e-12);
      const total = (shares: readonly number[]) => shares.reduce((a, b) => a + b, 0);
      const given = total(steps.map((s) => s.hits / s.of));
      assert.ok(Math.abs(total(fit.map((f) => f.share)) - given) < 1e-9);
    }),
  );
});

test('the smallest that reaches the target lies between the steps around it', () => {
  const steps = [
    { x: 10, hits: 0, of: 10 },
    { x: 20, hits: 6, of: 10 },
    { x: 40, hits: 10, of: 10 },
  ];
  const found = smallestReaching(steps, 0.8)!;
  assert.ok(Math.abs(found - Math.sqrt(20 * 40)) < 1e-9, `${found}`);
  assert.equal(smallestReaching(steps.slice(0, 2), 0.8), null);
  assert.equal(smallestReaching(steps.slice(2), 0.8), 40);
  assert.equal(smallestReaching([{ x: 5, hits: 0, of: 0 }, ...steps.slice(2)], 0.8), 40);
});

test('uniform p-values stay within the bound, small ones do not', () => {
  const random = createRandom(2, 'p');
  const draw = (power: number) => Array.from({ length: 400 }, () => uniform(random) ** power);
  const fair = uniformity(draw(1));
  assert.ok(fair.distance! < fair.bound!);
  const bold = uniformity(draw(2));
  assert.ok(bold.excess! > bold.bound!);
  const shy = uniformity(draw(0.5));
  assert.ok(shy.distance! > shy.bound! && shy.excess! < shy.bound!);
  assert.deepEqual(uniformity([0.5]).distance, 0.5);
  assert.equal(uniformity([]).distance, null);
});

test('the difference of paired shares keeps a width, mirrors, and covers', () => {
  const none = pairedDifference({ both: 20, first: 0, second: 0, neither: 0 })!;
  assert.equal(none.value, 0);
  // Both shares are 1: the interval is Wilson's, to both sides.
  assert.ok(Math.abs(none.high - (1 - 20 / (20 + 1.959964 ** 2))) < 1e-4, `${none.high}`);
  assert.equal(none.low, -none.high);
  const all = pairedDifference({ both: 0, first: 20, second: 0, neither: 0 })!;
  assert.ok(all.value === 1 && all.high === 1 && all.low > 0.7);
  assert.equal(pairedDifference({ both: 0, first: 0, second: 0, neither: 0 }), null);
  const count = fc.integer({ min: 0, max: 12 });
  fc.assert(
    fc.property(count, count, count, count, (both, first, second, neither) => {
      const there = pairedDifference({ both, first, second, neither });
      const back = pairedDifference({ both, first: second, second: first, neither });
      if (there === null || back === null) return;
      assert.ok(there.low <= there.value && there.value <= there.high);
      assert.ok(Math.abs(there.low + back.high) < 1e-9);
    }),
  );
  const random = createRandom(3, 'pairs');
  let covered = 0;
  for (let round = 0; round < 400; round++) {
    const pairs = { both: 0, first: 0, second: 0, neither: 0 };
    for (let i = 0; i < 30; i++) {
      const u = uniform(random);
      pairs[u < 0.5 ? 'both' : u < 0.8 ? 'first' : u < 0.9 ? 'second' : 'neither']++;
    }
    const { low, high } = pairedDifference(pairs)!;
    if (low <= 0.2 && 0.2 <= high) covered++;
  }
  assert.ok(covered > 0.92 * 400, `${covered} of 400`);
});
