import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatContribution,
  formatCount,
  formatDuration,
  formatP,
  formatPeriod,
  formatScore,
  formatShare,
  formatTime,
  formatValue,
  plural,
  shortIds,
} from './format.ts';

test('counts are grouped by thin spaces, or by another separator', () => {
  assert.equal(formatCount(28_800_000), '28\u202f800\u202f000');
  assert.equal(formatCount(999), '999');
  assert.equal(formatCount(1_000, ','), '1,000');
  assert.equal(plural(1, 'account'), '1 account');
  assert.equal(plural(0, 'account'), '0 accounts');
});

test('a p-value is never shown as zero', () => {
  assert.equal(formatP(0), '< 0.0001');
  assert.equal(formatP(0.00009), '< 0.0001');
  assert.equal(formatP(0.0004), '0.0004');
  assert.equal(formatP(0.0421, '= '), '= 0.042');
  assert.equal(formatP(1), '1.00');
});

test('a score just below 1 is not shown as certainty', () => {
  assert.equal(formatScore(0.9991), '> 0.99');
  assert.equal(formatScore(1), '1.00');
  assert.equal(formatScore(0.5), '0.50');
});

test('measured values keep about three digits', () => {
  const shown = [0, 37, 0.984, 0.0041, 12.34, 123.4, 54_321.9, -0.5, 1e9, 1e-6].map(formatValue);
  assert.deepEqual(shown.slice(0, 6), ['0', '37', '0.98', '0.004', '12.3', '123']);
  assert.deepEqual(shown.slice(6), ['54\u202f322', '−0.5', '1.0e+9', '1.0e−6']);
});

test('a small share is never shown as nothing', () => {
  assert.equal(formatShare(0), '0\u00a0%');
  assert.equal(formatShare(0.00001), '< 0.01\u00a0%');
  assert.equal(formatShare(0.0056), '0.56\u00a0%');
  assert.equal(formatShare(0.984), '98\u00a0%');
});

test('contributions carry their sign', () => {
  assert.equal(formatContribution(3.4), '+3.4');
  assert.equal(formatContribution(-0.04), '−0.04');
});

test('a number that is not one says so and never becomes 0', () => {
  for (const show of [
    formatCount,
    formatP,
    formatScore,
    formatValue,
    formatContribution,
    formatShare,
  ])
    assert.equal(show(Number.NaN), 'unknown');
});

test('times are shown in UTC, and a text that is no time is shown escaped', () => {
  assert.equal(formatTime('2026-01-03T10:15:00+02:00'), '2026-01-03 08:15');
  assert.equal(formatTime('\x1b[2J'), '\\x1b[2J');
  assert.equal(formatPeriod('2026-01-03T00:00:00Z', '2026-01-03T20:00:00Z'), '2026-01-03');
  assert.equal(formatPeriod(null, null), 'no period');
});

test('durations are shown in the largest unit that fits', () => {
  assert.equal(formatDuration(3_600_000), '1 hour');
  assert.equal(formatDuration(10_800_000), '3 hours');
  assert.equal(formatDuration(86_400_000 * 14), '14 days');
  assert.equal(formatDuration(90_000), '1.5 minutes');
});

test('property: short ids are as many as the ids, and each is a prefix', () => {
  const id = fc.uuid().map((uuid) => `campaign--${uuid}`);
  fc.assert(
    fc.property(fc.uniqueArray(id, { maxLength: 40 }), (ids) => {
      const short = shortIds(ids);
      assert.equal(new Set(short.values()).size, ids.length);
      for (const [full, cut] of short) assert.ok(full.startsWith(`campaign--${cut}`));
    }),
  );
});

test('ids that share their beginning are shown longer', () => {
  const short = shortIds(['campaign--aaaaaaaa-1', 'campaign--aaaaaaaa-2']);
  assert.deepEqual([...short.values()], ['aaaaaaaa-1', 'aaaaaaaa-2']);
});
