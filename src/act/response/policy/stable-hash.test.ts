import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentUuid, isReached, percentile } from './stable-hash.ts';

test('a rollout is stable by account, and grows without ever leaving anybody out again', () => {
  const name = fc.string({ maxLength: 20 }).filter((text) => text.isWellFormed());
  const share = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(name, name, name, share, share, (policy, rule, account, a, b) => {
      const [less, more] = a <= b ? [a, b] : [b, a];
      assert.equal(isReached(policy, rule, account, a), isReached(policy, rule, account, a));
      if (isReached(policy, rule, account, less)) assert.ok(isReached(policy, rule, account, more));
      assert.equal(isReached(policy, rule, account, 0), false);
      assert.equal(isReached(policy, rule, account, 100), true);
    }),
  );
});

test('a rollout reaches accounts uniformly, and different rules different ones', () => {
  const n = 20_000;
  const bins = new Array<number>(20).fill(0);
  let both = 0;
  for (let i = 0; i < n; i++) {
    bins[Math.floor(percentile('rollout', 'p', 'r', `acct_${i}`) / 5)]! += 1;
    if (isReached('p', 'r', `acct_${i}`, 10) && isReached('p', 'other', `acct_${i}`, 10)) both += 1;
  }
  // Chi-square with 19 degrees of freedom exceeds 49 with a chance of 0.0002; the names are fixed.
  const expected = n / 20;
  const chi = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chi < 49, `chi-square ${chi}`);
  assert.ok(Math.abs(both - n * 0.01) < 60, `${both} of ${n} in both`);
});

test('RFC 9562 §5.8: the id of the same content is the same UUID of version 8', () => {
  const id = contentUuid(['a', 1]);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(contentUuid(['a', 1]), id);
  assert.notEqual(contentUuid(['a', 2]), id);
});
