import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstStatusId, newStatusId } from './status-id.ts';

test('RFC 9562 5.7: version, variant, and the order of time', () => {
  const ms = Date.UTC(2026, 10, 21);
  for (let i = 0; i < 100; i++)
    assert.match(
      newStatusId(ms),
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  assert.ok(newStatusId(ms) < newStatusId(ms + 1));
  assert.ok(newStatusId(ms - 1) < firstStatusId(ms));
  assert.ok(newStatusId(ms) > firstStatusId(ms));
  // The example of appendix A.6 has this time.
  assert.equal(firstStatusId(0x017f22e279b0), '017f22e2-79b0');
});
