import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EARLIEST, inRange, LATEST, parseTimestampText } from './timestamp.ts';

test('agrees with Date on every instant from 2000 to 2100, in every offset', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: EARLIEST, max: LATEST - 1 }),
      fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }),
      (ms, offset) => {
        const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
        const sign = offset < 0 ? '-' : '+';
        const [h, m] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${sign}${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
        assert.equal(parseTimestampText(local + zone), ms);
        assert.equal(parseTimestampText(new Date(ms).toISOString()), ms);
        assert.equal(parseTimestampText(String(ms)), ms);
      },
    ),
    { numRuns: 2000 },
  );
});

test('RFC 3339 section 5.6 forms', () => {
  const noon = Date.UTC(2026, 2, 1, 12);
  for (const [text, ms] of [
    ['2026-03-01T12:00:00Z', noon],
    ['2026-03-01t12:00:00z', noon],
    ['2026-03-01 12:00:00Z', noon],
    [' 2026-03-01T12:00:00Z ', noon],
    ['2026-03-01T12:00:00.1Z', noon + 100],
    ['2026-03-01T12:00:00.123456789Z', noon + 123],
    ['2026-03-01T12:00:00.999999999Z', noon + 999],
    ['2026-03-01T12:00:00-00:00', noon],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)], // section 5.7
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1772359200000.75', 1772359200000],
  ] as const)
    assert.equal(parseTimestampText(text), ms, text);
});

test('what is no date is NaN', () => {
  for (const text of [
    '',
    'yesterday',
    '2026-03-01',
    '2026-03-01T12:00:00', // no offset: whose noon?
    '2026-02-29T12:00:00Z',
    '2100-02-29T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-00-01T12:00:00Z',
    '2026-03-00T12:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T12:60:00Z',
    '2026-03-01T12:30:60Z',
    '2026-03-01T12:00:00.Z',
    '2026-03-01T12:00:00+2',
    '2026-03-01T12:00:00+25:00',
    '2026-03-01T12:00:00Zulu',
    '2026/03/01T12:00:00Z',
    '２026-03-01T12:00:00Z',
    '1772359200', // seconds
    '9'.repeat(400),
  ])
    assert.ok(Number.isNaN(parseTimestampText(text)) || !inRange(parseTimestampText(text)), text);
});
