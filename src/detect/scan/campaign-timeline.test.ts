import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timelineOf } from './campaign-timeline.ts';
import { HOUR, populationOf, START } from './test-help.ts';

test('each exchange is counted once, in the row of its account and the column of its time', () => {
  const population = populationOf({
    a: { prompts: ['one', 'two', 'three'] },
    b: { prompts: ['four'], from: START + 5 * HOUR },
    c: { prompts: ['not a member'] },
  });
  assert.deepEqual(timelineOf(population, [0, 1]), {
    start: new Date(START).toISOString(),
    step_ms: HOUR,
    accounts: ['a', 'b'],
    counts: [
      [1, 1, 1, 0, 0, 0],
      [0, 0, 0, 0, 0, 1],
    ],
  });
});

test('a longer time has wider columns, never more than 96, and loses no exchange', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000 }), (hours) => {
      const population = populationOf({
        a: { prompts: ['one', 'two'] },
        b: { prompts: ['three'], from: START + hours * HOUR },
      });
      const { counts, step_ms } = timelineOf(population, [0, 1]);
      assert.deepEqual(
        counts.map((row) => row.reduce((sum, count) => sum + count, 0)),
        [2, 1],
      );
      assert.ok(counts.every((row) => row.length === counts[0]!.length && row.length <= 97));
      assert.equal(Math.log2(step_ms / HOUR) % 1, 0);
    }),
    { numRuns: 30 },
  );
});

test('at most 400 accounts have a row', () => {
  const many = Object.fromEntries(
    Array.from({ length: 405 }, (_, i) => [`a${i}`, { prompts: ['one'] }]),
  );
  const { accounts, counts } = timelineOf(
    populationOf(many),
    Array.from({ length: 405 }, (_, i) => i),
  );
  assert.equal(accounts.length, 400);
  assert.equal(counts.length, 400);
});
