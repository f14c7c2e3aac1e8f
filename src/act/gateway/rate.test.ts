import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRates } from './rate.ts';

test('over any minute at most the rate and one burst pass', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 600 }),
      fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 300 }),
      (perMinute, gaps) => {
        const rates = createRates();
        let now = 0;
        const passed: number[] = [];
        for (const gap of gaps) {
          now += gap;
          if (rates.take('k', perMinute, now) === 0) passed.push(now);
        }
        for (const from of passed) {
          const inMinute = passed.filter((at) => at >= from && at < from + 60_000).length;
          assert.ok(inMinute <= perMinute + Math.max(1, perMinute / 6) + 1, `${inMinute}`);
        }
      },
    ),
  );
});

test('who waits as long as told passes', () => {
  const rates = createRates();
  let now = 0;
  let wait = 0;
  while (wait === 0) wait = rates.take('k', 60, now);
  assert.ok(wait >= 1);
  now += wait * 1000;
  assert.equal(rates.take('k', 60, now), 0);
});

test('keys are apart, a rate of nothing lets nothing pass, and memory is bounded', () => {
  const rates = createRates(10);
  while (rates.take('a', 60, 0) === 0);
  assert.equal(rates.take('b', 60, 0), 0);
  assert.equal(rates.take('c', 0, 0), 60);
  for (let i = 0; i < 100; i++) rates.take(`k${i}`, 60, 0);
  assert.ok(rates.size() <= 10);
});

test('a clock that jumps back locks nobody out', () => {
  const rates = createRates();
  while (rates.take('k', 60, 1e9) === 0);
  const wait = rates.take('k', 60, 0);
  assert.ok(wait <= 10, String(wait));
});
