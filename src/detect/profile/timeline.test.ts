import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { totalOf } from './sparse-counts.ts';
import { addBins, addTime, createTimeline, mergeTimelines } from './timeline.ts';

const BASE = 1_000;
const CAPACITY = 8;
/** Near, far, and at the edges of what 32 bits of seconds hold. */
const time = fc.oneof(
  fc.nat(100_000),
  fc.integer({ min: 0, max: 4_102_444_799_999 }),
  fc.constantFrom(0, 2 ** 31 * BASE - 1, 2 ** 31 * BASE, (2 ** 32 - 1) * BASE),
);
const times = fc.array(time, { maxLength: 60 });

const timelineOf = (all: readonly number[]) => {
  const timeline = createTimeline(BASE, CAPACITY);
  for (const at of all) addTime(timeline, at);
  return timeline;
};

/** The narrowest width that needs no more bins than allowed, and the bins at it. */
const byDefinition = (all: readonly number[]) => {
  for (let width = BASE; ; width *= 2) {
    const keys = [...new Set(all.map((at) => Math.floor(at / width)))].sort((a, b) => a - b);
    if (keys.length > CAPACITY) continue;
    const counts = keys.map((key) => all.filter((at) => Math.floor(at / width) === key).length);
    return { width, capacity: CAPACITY, bins: { keys, counts } };
  }
};

describe('a timeline', () => {
  it('is as fine as its capacity allows, in any order of arrival', () => {
    fc.assert(
      fc.property(times, (all) => {
        assert.deepEqual(timelineOf(all), byDefinition(all));
        assert.deepEqual(timelineOf(all.toReversed()), byDefinition(all));
      }),
    );
  });

  it('merges exactly, also with one of another width, and changes neither', () => {
    fc.assert(
      fc.property(times, times, (x, y) => {
        const [a, b] = [timelineOf(x), timelineOf(y)];
        assert.deepEqual(mergeTimelines(a, b), byDefinition([...x, ...y]));
        assert.deepEqual([a, b], [byDefinition(x), byDefinition(y)]);
      }),
    );
  });

  it('takes gathered bins as it takes single events', () => {
    fc.assert(
      fc.property(times, times, (x, y) => {
        const bins = y.map((at) => Math.floor(at / BASE));
        assert.deepEqual(addBins(timelineOf(x), BASE, bins), byDefinition([...x, ...y]));
      }),
    );
  });

  it('loses no event, however coarse it gets', () => {
    const all = Array.from({ length: 5_000 }, (_, i) => i * 7_919_000);
    assert.equal(totalOf(timelineOf(all).bins), 5_000);
  });

  it('counts several events at once', () => {
    const timeline = createTimeline(BASE, CAPACITY);
    addTime(timeline, 5_500, 3);
    assert.deepEqual(timeline.bins, { keys: [5], counts: [3] });
  });
});
