import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom, normal, uniform } from '../../base/random.ts';
import { driftAlarm, startDriftTest, watchDrift } from './drift.ts';

const watched = (seed: number, values: (i: number, z: number) => number, length: number) => {
  const random = createRandom(seed, 'drift');
  const drift = startDriftTest(Array.from({ length: 300 }, () => normal(random)));
  for (let i = 0; i < length; i++) watchDrift(drift, values(i, normal(random)), uniform(random));
  return drift;
};

describe('the drift test', () => {
  test('null control: false alarms are rarer than stated, over 200 streams of 500', () => {
    const rate = 0.1;
    let alarms = 0;
    for (let seed = 0; seed < 200; seed++)
      if (
        driftAlarm(
          watched(seed, (_, z) => z, 500),
          rate,
          1,
        )
      )
        alarms++;
    // Binomial(200, 0.1): 32 is the 99.8th percentile.
    assert.ok(alarms <= 32, `${alarms} of 200`);
  });
  test('the null control can fail: a calibration that never fitted raises alarms', () => {
    let alarms = 0;
    for (let seed = 0; seed < 50; seed++)
      if (
        driftAlarm(
          watched(seed, (_, z) => z + 0.7, 500),
          0.1,
          1,
        )
      )
        alarms++;
    assert.ok(alarms > 40, `${alarms} of 50`);
  });
  test('positive control: shifts up, shifts down and a shift that ends are all seen', () => {
    const shifts: ((i: number, z: number) => number)[] = [
      (i, z) => z + (i < 200 ? 0 : 1),
      (i, z) => z - (i < 200 ? 0 : 1),
      (i, z) => z + (i < 300 ? 1.2 : 0),
    ];
    for (const shift of shifts) assert.ok(driftAlarm(watched(1, shift, 700), 0.01, 20));
  });
  test('equal values are no drift', () => {
    const drift = startDriftTest(Array.from({ length: 100 }, () => 0));
    const random = createRandom(9, 'ties');
    for (let i = 0; i < 400; i++) watchDrift(drift, 0, uniform(random));
    assert.equal(driftAlarm(drift, 0.05, 1), false);
  });
  test('more tests at one rate of false alarms need more evidence each', () => {
    const drift = watched(1, (_, z) => z + 0.5, 120);
    const limit = Math.exp(drift.highest);
    assert.ok(driftAlarm(drift, 1.001 / limit, 1));
    assert.ok(!driftAlarm(drift, 1.001 / limit, 2));
  });
});
