import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EvaluationLimits, freshBudget, overBudget, spend } from './budget.ts';
import { memoryTokenCache } from './token-cache.ts';

const limits: EvaluationLimits = { burst: 100, perSecond: 10, perEpoch: 1000 };
const epoch = '2026q4';

test('a burst is granted, then the rate, and the wait that is named is enough', () => {
  const fresh = freshBudget(limits, epoch, 0);
  const first = spend(fresh, limits, { count: 100, epoch, now: 0 });
  assert.ok(first.granted && first.state.spent === 100);
  const early = spend(first.state, limits, { count: 30, epoch, now: 1000 });
  assert.ok(!early.granted && early.reason === 'rate' && early.retryAfter === 2000);
  assert.equal(early.state.spent, 100, 'a refusal costs nothing');
  const tooSoon = spend(early.state, limits, { count: 30, epoch, now: 2999 });
  assert.ok(!tooSoon.granted);
  assert.ok(spend(early.state, limits, { count: 30, epoch, now: 3000 }).granted);
  assert.equal(overBudget(early).code, 'BLINDING_RATE_EXCEEDED');
});

test('a clock that goes back neither refills nor costs', () => {
  const state = { ...freshBudget(limits, epoch, 60_000), level: 50 };
  const back = spend(state, limits, { count: 50, epoch, now: 0 });
  assert.ok(back.granted && back.state.level === 0 && back.state.at === 60_000);
});

test('a batch above the burst can never be granted, and says so', () => {
  const spending = spend(freshBudget(limits, epoch, 0), limits, { count: 101, epoch, now: 0 });
  assert.ok(!spending.granted && spending.retryAfter === undefined);
});

test('the budget of an epoch ends it, and the next epoch begins anew', () => {
  const state = { ...freshBudget(limits, epoch, 0), spent: 990 };
  const over = spend(state, limits, { count: 11, epoch, now: 0 });
  assert.ok(!over.granted && over.reason === 'budget');
  assert.equal(overBudget(over).code, 'BLINDING_BUDGET_SPENT');
  assert.ok(spend(state, limits, { count: 10, epoch, now: 0 }).granted);
  const next = spend(state, limits, { count: 11, epoch: '2027q1', now: 0 });
  assert.ok(next.granted && next.state.spent === 11);
});

test('over any sequence no more is granted than burst, rate and budget allow', () => {
  const step = fc.record({
    count: fc.integer({ min: 1, max: 120 }),
    wait: fc.integer({ min: -500, max: 5000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let state = freshBudget(limits, epoch, 0);
      let now = 0;
      let latest = 0;
      let granted = 0;
      for (const { count, wait } of steps) {
        now += wait;
        latest = Math.max(latest, now);
        const spending = spend(state, limits, { count, epoch, now });
        state = spending.state;
        if (spending.granted) granted += count;
        assert.ok(granted <= limits.burst + (latest / 1000) * limits.perSecond + 1e-6);
        assert.ok(granted <= limits.perEpoch && state.spent === granted);
      }
    }),
  );
});

test('the cache finds other spellings, forgets the least recently used and old epochs', () => {
  const cache = memoryTokenCache(2);
  cache.put('email', '2026q3', 'Ann@example.org', 'token a');
  cache.put('email', epoch, 'bob@example.org', 'token b');
  assert.equal(cache.get('email', '2026q3', 'ann+x@example.org'), 'token a');
  assert.equal(cache.get('email', epoch, 'ann@example.org'), undefined);
  assert.equal(cache.get('account', '2026q3', 'ann@example.org'), undefined);
  cache.put('email', epoch, 'cyd@example.org', 'token c');
  assert.equal(cache.size(), 2);
  assert.equal(cache.get('email', epoch, 'bob@example.org'), undefined, 'used longest ago');
  cache.dropBefore(epoch);
  assert.equal(cache.get('email', '2026q3', 'ann@example.org'), undefined);
  assert.equal(cache.get('email', epoch, 'cyd@example.org'), 'token c');
});
