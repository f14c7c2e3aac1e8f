import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareTimestamps, fractionDigits, isTimestamp, timestampOf } from './timestamp.ts';

test('2.16.1 RFC 3339 in UTC, with any number of sub-second digits', () => {
  for (const good of [
    '2016-01-20T12:31:12Z',
    '2016-01-20T12:31:12.1Z',
    `2016-01-20T12:31:12.${'9'.repeat(40)}Z`,
    '2024-02-29T00:00:00Z',
    '2016-12-31T23:59:60Z',
  ])
    assert.equal(isTimestamp(good), true, good);
  for (const bad of [
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2016-01-20T12:31:60Z',
    '2016-01-20T12:31:12.Z',
    '2016-01-20t12:31:12z',
    '2016-1-20T12:31:12Z',
    '2016-00-20T12:31:12Z',
    '2016-01-20T12:31:12+00:00',
    '',
  ])
    assert.equal(isTimestamp(bad), false, bad);
});

test('3.6 versions that differ in the twentieth digit are different and in order', () => {
  const a = '2026-01-01T00:00:00.00000000000000000001Z';
  const b = '2026-01-01T00:00:00.00000000000000000002Z';
  assert.ok(compareTimestamps(a, b) < 0);
  assert.ok(compareTimestamps(b, a) > 0);
  assert.equal(compareTimestamps('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'), 0);
  assert.equal(compareTimestamps('2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.100Z'), 0);
  assert.equal(fractionDigits('2026-01-01T00:00:00.100Z'), 3);
  assert.equal(fractionDigits('2026-01-01T00:00:00Z'), 0);
});

test('the order is that of milliseconds, as far as milliseconds go', () => {
  const time = fc.integer({ min: 0, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      const order = compareTimestamps(timestampOf(a), timestampOf(b));
      assert.equal(Math.sign(order), Math.sign(a - b));
    }),
  );
});
