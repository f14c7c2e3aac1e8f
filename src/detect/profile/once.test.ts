import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shareCounts, shareLabels } from './once.ts';

const label = (value: string, k = 8, count = 1) => ({
  k,
  keys: [5],
  counts: [count],
  values: [value],
});

describe('what small profiles share', () => {
  it('is one object for equal histograms of one event or none', () => {
    const a = shareCounts({ keys: [7], counts: [1] });
    assert.deepEqual(a, { keys: [7], counts: [1] });
    assert.equal(shareCounts({ keys: [7], counts: [1] }), a);
    assert.equal(shareCounts({ keys: [], counts: [] }), shareCounts({ keys: [], counts: [] }));
  });

  it('leaves all others as they are', () => {
    for (const given of [
      { keys: [7], counts: [2] },
      { keys: [7, 8], counts: [1, 1] },
    ])
      assert.equal(shareCounts(given), given);
    const twice = label('x', 8, 2);
    assert.equal(shareLabels(twice), twice);
  });

  it('tells apart sketches of one key with another label or size', () => {
    const a = shareLabels(label('x'));
    assert.equal(shareLabels(label('x')), a);
    for (const given of [label('y'), label('x', 16)]) assert.equal(shareLabels(given), given);
  });

  it('cannot be changed by one of those who share it', () => {
    assert.throws(() => shareCounts({ keys: [7], counts: [1] }).keys.push(1), TypeError);
    assert.throws(() => shareLabels(label('x')).counts.push(1), TypeError);
  });
});
