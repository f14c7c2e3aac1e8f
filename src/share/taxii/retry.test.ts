import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { delayOf, RETRY_POLICY, retryAfterOf } from './retry.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

test('Retry-After is seconds or an HTTP date, and nothing else (RFC 9110, 10.2.3)', () => {
  assert.equal(retryAfterOf('120', NOW), 120_000);
  assert.equal(retryAfterOf('Sat, 21 Nov 2026 12:00:30 GMT', NOW), 30_000);
  assert.equal(retryAfterOf('Sat, 21 Nov 2026 11:00:00 GMT', NOW), 0);
  for (const wrong of [null, '', '-1', '1.5', 'tomorrow', '2026-11-22T00:00:00Z', '99999999999'])
    assert.equal(retryAfterOf(wrong, NOW), undefined, String(wrong));
});

test('a delay is bounded, never earlier than asked, and spread', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.option(fc.nat(120_000), { nil: undefined }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, retryAfter, random) => {
        const delay = delayOf(RETRY_POLICY, attempt, retryAfter, random);
        assert.ok(delay >= (retryAfter ?? 0));
        assert.ok(delay < (retryAfter ?? 0) + RETRY_POLICY.maxMs);
      },
    ),
  );
  assert.notEqual(
    delayOf(RETRY_POLICY, 3, undefined, 0.1),
    delayOf(RETRY_POLICY, 3, undefined, 0.9),
  );
});
