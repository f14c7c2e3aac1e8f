import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clumps } from '../campaign/clumps.ts';
import type { NetworkEvidence } from '../campaign/network-evidence.ts';
import { KEY_KINDS } from '../campaign/shared-keys.ts';
import { explainEvidence } from './evidence.ts';
import { loadIntentModel } from './intent-model.ts';
import type { Reference } from './reference.ts';
import { SIGNALS } from './signals.ts';

const model = loadIntentModel();
const hundredths = Array.from({ length: 101 }, (_, i) => i / 100);
const NOTHING = Object.fromEntries(SIGNALS.map(({ name }) => [name, Number.NaN]));

const reference = (values: Reference['values']): Reference => ({
  values,
  intent: { small: {}, large: {} },
  network: null,
  groups: 101,
  leftOut: 0,
});
const everywhere = reference(Object.fromEntries(SIGNALS.map(({ name }) => [name, hundredths])));

/** `weight` clumps of cards where none are expected. */
const network = (weight: number): NetworkEvidence =>
  ({
    clumps: KEY_KINDS.map((kind) => ({
      kind,
      fresh: { weight: kind === 'payment' ? weight : 0, expected: 0, choices: 1 },
    })) as unknown as Clumps[],
    handOver: { followed: 0, expected: 0 },
    synchrony: { pairs: 0, expected: 0, deviation: 1 },
  }) as unknown as NetworkEvidence;

const explain = (values: Record<string, number>, ordinary = everywhere, weight = 0) =>
  explainEvidence({ ...NOTHING, ...values }, ordinary, model, network(weight));

test('percentiles are those of the ordinary groups, whichever side speaks for the axis', () => {
  const extreme = Object.fromEntries(SIGNALS.map((s) => [s.name, s.direction > 0 ? 50 : -50]));
  const items = explain(extreme, everywhere, 20);
  assert.equal(items.length, SIGNALS.length);
  for (const { signal, baseline, speaks } of items) {
    assert.deepEqual(baseline, { p1: 0.01, p50: 0.5, p99: 0.99, groups: 101 }, signal);
    assert.equal(speaks === 'above', SIGNALS.find((s) => s.name === signal)!.direction > 0);
  }
  assert.ok(items.some((item) => item.speaks === 'below'));
});

test('what could not be measured is left out, not shown as zero', () => {
  assert.deepEqual(explain({}), []);
});

test('where no ordinary group was measured, the baseline says so', () => {
  const [item] = explain({ 'shared-payment': 0.5 }, reference({}), 5);
  assert.equal(item!.baseline.groups, 0);
  assert.deepEqual([item!.baseline.p1, item!.baseline.p50, item!.baseline.p99], [0, 0, 0]);
});

test('a kind of identifier contributes minus ln p of its own fresh evidence', () => {
  // P(X ≥ 5) of a Poisson variable with mean 1, from its table: 1 − 0.9963.
  const [item] = explain({ 'shared-payment': 0.5 }, everywhere, 5);
  assert.ok(Math.abs(item!.contribution + Math.log(0.00366)) < 0.001);
});

test('an ordinary value without a contribution is not shown, a remarkable one is', () => {
  assert.deepEqual(explain({ synchrony: 0.5 }), []);
  const [item] = explain({ synchrony: 9 });
  assert.deepEqual([item!.signal, item!.contribution], ['synchrony', 0]);
  // Far out on the side that does not speak for the axis is not remarkable.
  assert.deepEqual(explain({ synchrony: -9 }), []);
});

test('network first, then the strongest contribution of each axis, for or against', () => {
  const values = Object.fromEntries(model.features.map((f) => [f.signal, f.knots[0]!]));
  const items = explain({ ...values, 'shared-payment': 0.5 }, everywhere, 5);
  assert.equal(items[0]!.axis, 'network');
  const intent = items.filter(({ axis }) => axis === 'intent');
  assert.ok(intent.length > 1 && intent.some(({ contribution }) => contribution < 0));
  const sizes = intent.map(({ contribution }) => Math.abs(contribution));
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  );
});
