import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { microsOf, microsText, versionKey } from './version-key.ts';

test('the order of keys is the order of time, to any number of digits', () => {
  const fraction = fc
    .array(fc.constantFrom('0', '1', '9'), { maxLength: 9 })
    .map((d) => d.join(''));
  fc.assert(
    fc.property(fraction, fraction, (a, b) => {
      const stamp = (digits: string): string =>
        `2026-01-01T00:00:00${digits === '' ? '' : `.${digits}`}Z`;
      const number = (digits: string): number => Number(`0.${digits === '' ? 0 : digits}`);
      const [x, y] = [versionKey(stamp(a)), versionKey(stamp(b))];
      assert.equal(Math.sign(number(a) - number(b)), x === y ? 0 : x < y ? -1 : 1);
    }),
  );
});

test('microseconds are written and read without loss; finer digits are cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e15 }), (micros) => {
      assert.equal(microsOf(microsText(micros)), micros);
    }),
  );
  assert.equal(microsOf('1970-01-01T00:00:00.0000019Z'), 1);
  assert.equal(microsOf('1970-01-01T00:00:01Z'), 1_000_000);
  for (const wrong of ['', '1970-01-01', '1970-02-30T00:00:00Z', '1970-01-01T00:00:00+01:00'])
    assert.equal(microsOf(wrong), undefined, wrong);
});
