import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createInterner, intern } from './intern.ts';

describe('intern', () => {
  it('gives the text in the bytes, whatever was looked up before', () => {
    const table = createInterner();
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 80 })), (texts) => {
        for (const text of [...texts, ...texts]) {
          const b = Buffer.from(`<${text}>`);
          assert.equal(intern(table, b, 1, b.length - 1), text);
        }
      }),
    );
  });

  it('survives more texts than it has places', () => {
    const table = createInterner();
    for (let i = 0; i < 60_000; i++) {
      const b = Buffer.from(`acct-${i}`);
      assert.equal(intern(table, b, 0, b.length), `acct-${i}`);
    }
  });
});
