import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../base/random.ts';
import {
  DAY,
  HOUR,
  humanProfile,
  momentOf,
  nextShare,
  profileOf,
  shareBefore,
  steadyProfile,
  traceProfile,
} from './schedule.ts';

const span = { start: Date.UTC(2026, 5, 1), days: 7 };

describe('profiles', () => {
  it('turn shares into moments and back', () => {
    for (const profile of [steadyProfile(span), humanProfile(span, 'evening', 9)])
      fc.assert(
        fc.property(fc.double({ min: 0, max: 0.9999, noNaN: true }), (share) => {
          assert.ok(Math.abs(shareBefore(profile, momentOf(profile, share)) - share) < 1e-9);
        }),
      );
  });

  it('keep people of Tokyo and of Chicago to their own day', () => {
    const noon = (zone: number) => (12 - zone) * HOUR;
    for (const zone of [9, -6]) {
      const profile = humanProfile(span, 'office', zone);
      const at = (offset: number) =>
        shareBefore(profile, offset + HOUR) - shareBefore(profile, offset);
      // Wednesday noon against Wednesday three in the morning, local.
      assert.ok(at(2 * DAY + noon(zone)) > 20 * at(2 * DAY + noon(zone) - 9 * HOUR));
    }
  });

  it('skip windows without activity', () => {
    const only = profileOf(span, (at) =>
      at - span.start >= 2 * DAY && at - span.start < 2 * DAY + HOUR ? 1 : 0,
    );
    for (const share of [0, 0.4, 0.999]) {
      const moment = momentOf(only, share);
      assert.ok(moment >= 2 * DAY && moment < 2 * DAY + HOUR);
    }
  });

  it('stretch a recording over the world', () => {
    const profile = traceProfile(span, { name: 't', weights: [0, 1, 3, 0] });
    assert.equal(shareBefore(profile, 3.5 * DAY), 0.25);
    assert.equal(momentOf(profile, 0.25), 3.5 * DAY);
  });
});

describe('nextShare', () => {
  it('draws sorted uniform shares: the k-th of n lies at k / (n + 1) on average', () => {
    const random = createRandom(1);
    const n = 9;
    const sums = new Array<number>(n).fill(0);
    const runs = 4000;
    for (let run = 0; run < runs; run++) {
      let share = 0;
      for (let k = 0; k < n; k++) {
        const next = nextShare(random, share, n - k);
        assert.ok(next >= share && next <= 1);
        share = next;
        sums[k]! += share;
      }
    }
    // Standard error of the widest of them is below 0.16 / √4000.
    sums.forEach((sum, k) => {
      assert.ok(Math.abs(sum / runs - (k + 1) / (n + 1)) < 5 * 0.0026, `${k}: ${sum / runs}`);
    });
  });
});
