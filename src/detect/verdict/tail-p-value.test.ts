import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, normal, uniform } from '../../base/random.ts';
import { logTailP, MIN_REFERENCE } from './tail-p-value.ts';

const draw = (n: number, one: () => number): number[] => Array.from({ length: n }, one);

test('inside the reference it is the rank', () => {
  const reference = Array.from({ length: 99 }, (_, i) => i);
  assert.ok(Math.abs(Math.exp(logTailP(49.5, reference)) - 50 / 100) < 1e-12);
  assert.equal(logTailP(-1, reference), 0);
});

test('a small reference says nothing beyond its ranks', () => {
  const reference = Array.from({ length: MIN_REFERENCE - 1 }, (_, i) => i);
  assert.ok(Math.abs(Math.exp(logTailP(1e6, reference)) - 1 / MIN_REFERENCE) < 1e-12);
});

test('it never rises with the score', () => {
  const random = createRandom(1, 'tail');
  const reference = draw(300, () => normal(random));
  let before = 0;
  for (let score = -4; score < 30; score += 0.05) {
    const logP = logTailP(score, reference);
    assert.ok(logP <= before + 1e-12, `${score}`);
    before = logP;
  }
});

test('a reference without spread does not make everything extreme', () => {
  assert.ok(logTailP(1, new Float64Array(200)) > Math.log(0.005));
});

test('null control: far p-values of held-out scores are rarer than they say, for light and heavy tails', () => {
  const random = createRandom(2, 'held');
  const shapes: Readonly<Record<string, () => number>> = {
    normal: () => normal(random),
    exponential: () => -Math.log(uniform(random)),
    bounded: () => uniform(random),
  };
  for (const [name, one] of Object.entries(shapes)) {
    let small = 0;
    const rounds = 200;
    for (let round = 0; round < rounds; round++) {
      const reference = draw(200, one);
      // Below 1 / 201 only the tail speaks.
      small += draw(50, one).filter((s) => logTailP(s, reference) <= Math.log(0.002)).length;
    }
    // 10,000 draws: 0.002 would be 20, with a standard error under 5.
    assert.ok(small <= 20, `${name}: ${small} of 10,000`);
  }
});

test('positive control: what lies far beyond the reference is rare', () => {
  const random = createRandom(3, 'far');
  const reference = draw(200, () => normal(random));
  assert.ok(logTailP(8, reference) < Math.log(1e-4));
});
