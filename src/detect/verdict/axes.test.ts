import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intentAxis, networkAxis } from './axes.ts';
import { loadIntentModel } from './intent-model.ts';
import { type ReferenceGroup, referenceFrom } from './reference.ts';

const group = (members: number, network: number, intent: number): ReferenceGroup => ({
  members,
  segment: 'people',
  network,
  intent,
  values: {},
});
const groups = (n: number, members: number, at: (i: number) => number): ReferenceGroup[] =>
  Array.from({ length: n }, (_, i) => group(members, at(i), at(i)));
const model = loadIntentModel();
const large = { members: 60, segment: 'people' } as const;
const small = { members: 6, segment: 'people' } as const;

test('without known-good traffic the network axis is the test against the accounts outside', () => {
  const reference = referenceFrom(
    groups(200, 60, () => 0),
    0,
    false,
  );
  const { logP, calibration } = networkAxis(-12, large, reference);
  assert.equal(logP, -12);
  assert.equal(calibration, null);
});

test('known-good groups that reach as far raise the p-value, and never lower it', () => {
  const honest = referenceFrom(
    groups(200, 60, () => 0),
    0,
    true,
  );
  assert.equal(networkAxis(-12, large, honest).logP, -12);
  const clumped = referenceFrom(
    groups(200, 60, (i) => i / 10),
    0,
    true,
  );
  const { logP, calibration } = networkAxis(-12, large, clumped);
  assert.ok(Math.abs(Math.exp(logP) - 81 / 201) < 1e-12);
  assert.equal(calibration!.pool, 'people');
});

test('small sets are compared with small groups, large ones with large', () => {
  const reference = referenceFrom(
    [...groups(150, 6, (i) => i / 10), ...groups(150, 60, (i) => -i / 10)],
    0,
    false,
  );
  assert.ok(Math.exp(intentAxis(2, small, reference, model).logP) > 0.5);
  assert.ok(Math.exp(intentAxis(2, large, reference, model).logP) < 0.02);
});

test('scores are between 0 and 1 and rise with the evidence', () => {
  const reference = referenceFrom(
    groups(200, 60, (i) => i / 100),
    0,
    false,
  );
  for (const [axis, weak, strong] of [
    [(x: number) => networkAxis(-x, large, reference), 1, 20],
    [(x: number) => intentAxis(x, large, reference, model), -3, 5],
  ] as const) {
    const scores = [axis(weak).score, axis(strong).score];
    assert.ok(scores[0]! >= 0 && scores[0]! < scores[1]! && scores[1]! <= 1, `${scores}`);
  }
});
