import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { coded } from '../exchange/test-help.ts';
import { type ChunkTally, KEPT_REJECTS } from './chunk-profiler.ts';
import { createReadTally } from './read-tally.ts';

const chunk = (source: string, given: Partial<ChunkTally> = {}): ChunkTally => ({
  source,
  exchanges: 0,
  duplicates: 0,
  reasons: {},
  rejected: [],
  ...given,
});

const rejects = (source: string, lines: readonly number[]): ChunkTally =>
  chunk(source, {
    reasons: { ROW_NOT_JSON: lines.length },
    rejected: lines.slice(0, KEPT_REJECTS).map((line) => ({ line, reason: 'ROW_NOT_JSON' })),
  });

const stateOf = (chunks: readonly ChunkTally[]) => {
  const tally = createReadTally();
  for (const source of ['b', 'a']) tally.expect(source);
  for (const one of chunks) tally.add(one);
  const { exchanges, duplicates, rejected, reasons, quarantine } = tally;
  return { exchanges, duplicates, rejected, reasons, quarantine };
};

describe('what was read', () => {
  it('does not depend on the order in which chunks are done', () => {
    const lines = fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 40 });
    const any = fc
      .record({ source: fc.constantFrom('a', 'b'), exchanges: fc.nat(9), lines })
      .map(({ source, exchanges, lines: at }) => ({
        ...rejects(
          source,
          at.sort((x, y) => x - y),
        ),
        exchanges,
      }));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), (chunks) =>
        assert.deepEqual(stateOf(chunks.toReversed()), stateOf(chunks)),
      ),
    );
  });

  it('keeps the first rejected rows, by source as opened and line', () => {
    const { quarantine, rejected } = stateOf([
      rejects('a', [1]),
      rejects('b', [50, 60]),
      rejects(
        'b',
        Array.from({ length: 30 }, (_, i) => i + 1),
      ),
    ]);
    assert.equal(rejected, 33);
    assert.equal(quarantine.length, KEPT_REJECTS);
    assert.deepEqual(quarantine[0], { source: 'b', line: 1, reason: 'ROW_NOT_JSON' });
    assert.deepEqual(quarantine.at(-1), { source: 'b', line: 20, reason: 'ROW_NOT_JSON' });
  });

  it('counts a duplicate as a row that could be read', () => {
    const tally = createReadTally();
    tally.add(chunk('a', { exchanges: 1, duplicates: 5 }));
    tally.add(rejects('a', [1, 2, 3]));
    tally.assertReadable();
    assert.equal(tally.exchanges, 1);
    assert.equal(tally.duplicates, 5);
  });

  it('refuses a source most of whose rows were rejected, however well others were read', () => {
    const tally = createReadTally();
    tally.add(chunk('good', { exchanges: 1_000 }));
    tally.add(chunk('bad', { exchanges: 2 }));
    tally.add(rejects('bad', [1, 2, 3]));
    assert.throws(() => tally.assertReadable(), coded('INPUT_MOSTLY_REJECTED'));
  });
});
