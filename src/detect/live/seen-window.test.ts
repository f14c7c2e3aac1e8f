import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSeenWindow } from './seen-window.ts';

test('remembers at least as many keys as promised, and forgets beyond twice as many', () => {
  const window = createSeenWindow(100);
  for (let i = 1; i <= 250; i++) assert.equal(window.seen(i * 16_777_213, i), false);
  for (let i = 151; i <= 250; i++) assert.equal(window.seen(i * 16_777_213, i), true);
  assert.equal(window.seen(16_777_213, 1), false);
});

test('what it gives to be saved makes one that knows the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 400 }),
      fc.integer({ min: 1, max: 399 }),
      (keys, cut) => {
        const window = createSeenWindow(64);
        const saved: { older: number[]; younger: number[] } = { older: [], younger: [] };
        const save = (): void => {
          const { older, younger, turns } = window.takeNew();
          if (turns > 0) {
            saved.older = [...(turns > 1 ? [] : saved.younger), ...older];
            saved.younger = [];
          }
          saved.younger.push(...younger);
        };
        for (const k of keys.slice(0, cut)) window.seen(k, k);
        save();
        for (const k of keys.slice(cut)) window.seen(k, k);
        save();
        const again = createSeenWindow(
          64,
          Uint32Array.from(saved.older),
          Uint32Array.from(saved.younger),
        );
        assert.equal(again.size, window.size);
        for (let k = 0; k <= 300; k++) assert.equal(again.seen(k, k), window.seen(k, k));
      },
    ),
    { numRuns: 50 },
  );
});
