import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { blockOf, bump, createCounters, histogramOf } from './counters.ts';

const SIZE = 12;

describe('counters', () => {
  it('hold what was counted, listed or in a block', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(SIZE - 1), { maxLength: 400 }), (places) => {
        const counters = createCounters();
        for (const place of places) bump(counters, place, SIZE);
        const expected = new Float64Array(SIZE);
        for (const place of places) expected[place]! += 1;
        assert.deepEqual(blockOf(counters, SIZE), expected);
      }),
    );
  });

  it('count on past what 16 bits hold', () => {
    const counters = createCounters();
    for (let i = 0; i < 200_000; i++) bump(counters, 3, SIZE);
    bump(counters, 4, SIZE);
    const block = blockOf(counters, SIZE);
    assert.equal(block[3], 200_000);
    assert.equal(block[4], 1);
  });

  it('give a range as a histogram with the keys of its places', () => {
    const block = Float64Array.from([9, 0, 2, 0, 5, 7]);
    assert.deepEqual(
      histogramOf(block, 1, 4, (offset) => offset * 10 - 1),
      { keys: [9, 29], counts: [2, 5] },
    );
  });
});
