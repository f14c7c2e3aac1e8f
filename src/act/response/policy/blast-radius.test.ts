import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, uniform } from '../../../base/random.ts';
import { blastRadius, honestAmong } from './blast-radius.ts';
import { accountFacts, facts, findingFacts, NOW, policyOf, ruleLine } from './test-help.ts';

const campaign = (id: string, size: number, level = 0.01) =>
  Array.from({ length: size }, (_, i) =>
    facts({
      account: accountFacts({ id: `${id}-${i}`, segment: 'people', tier: i % 2 ? 'free' : null }),
      finding: findingFacts({ id, level }),
    }),
  );

test('counts accounts by rule, segment and tier, live beside shadow, held and failed', () => {
  const policy = policyOf([
    ruleLine('finding.verdict == "distillation"', 'suspend', 'shadow', 'stop'),
    ruleLine('finding.verdict == "distillation"', 'verify', 'live', 'ask'),
    ruleLine('account.tier == "free"', 'restrict', 'live', 'tiers'),
  ]);
  const all = [
    ...campaign('campaign--1', 10),
    facts({ account: accountFacts({ id: 'clear', tier: 'free' }) }),
  ];
  const radius = blastRadius(all, policy, NOW);
  const [stop, ask, tiers] = radius.rules;
  assert.deepEqual(
    [stop!.live, stop!.shadow, stop!.by_segment, stop!.by_tier],
    [0, 10, { people: 10 }, { free: 5, 'not known': 5 }],
  );
  assert.deepEqual([ask!.live, ask!.shadow], [10, 0]);
  assert.deepEqual(
    [tiers!.live, tiers!.proposed, tiers!.held, tiers!.failed],
    [5, 1, { TWO_AXES: 1 }, 5],
  );
  assert.deepEqual(
    [radius.live, radius.shadow, radius.proposed, radius.if_all_live],
    [10, 10, 1, 10],
  );
});

test('the honest are bounded by the level of the findings, and not at all without one', () => {
  assert.deepEqual(honestAmong([]), {
    expected: 0,
    low: 0,
    high: 0,
    chance_of_any: 0,
    without_finding: 0,
  });
  const one = honestAmong(campaign('c', 40));
  assert.deepEqual([one.expected.toFixed(3), one.high], ['0.400', 0]);
  const lax = honestAmong([...campaign('a', 40, 0.1), ...campaign('b', 7, 0.1)]);
  assert.deepEqual([lax.expected.toFixed(3), lax.high], ['4.700', 40]);
  assert.equal(honestAmong([facts()]).without_finding, 1);
});

test('the interval covers the truth where findings are wrong at their level (simulated)', () => {
  const random = createRandom(3);
  const level = 0.05;
  let covered = 0;
  let wrong = 0;
  let expected = 0;
  const worlds = 2_000;
  for (let w = 0; w < worlds; w++) {
    const sizes = Array.from({ length: 20 }, () => 5 + Math.floor(uniform(random) * 60));
    const honest = sizes.filter(() => uniform(random) < level).reduce((a, b) => a + b, 0);
    const estimate = honestAmong(sizes.flatMap((size, i) => campaign(`c${i}`, size, level)));
    if (honest <= estimate.high) covered += 1;
    wrong += honest;
    expected += estimate.expected;
  }
  assert.ok(covered / worlds > 0.95, `${covered} of ${worlds}`);
  assert.ok(Math.abs(wrong / expected - 1) < 0.15, `${wrong} honest, ${expected} expected`);
});
