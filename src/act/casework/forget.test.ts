import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scrubber } from './forget.ts';

const T = 'forgotten--1';

test('the name is replaced where it stands by itself, and nowhere else', () => {
  const scrub = scrubber('acct-1', T);
  for (const [before, expected] of [
    ['acct-1', T],
    ['finding--acct-1', `finding--${T}`],
    ['Dean of acct-1 wrote.', `Dean of ${T} wrote.`],
    ['it is acct-1.', `it is ${T}.`],
    ["acct-1's card, (acct-1)", `${T}'s card, (${T})`],
    [
      '["account","acct-1","verify",["finding--acct-1"]]',
      `["account","${T}","verify",["finding--${T}"]]`,
    ],
    ['acct-10', 'acct-10'],
    ['acct-1-b', 'acct-1-b'],
    ['both acct-10 and x-acct-1 and acct-1.b', 'both acct-10 and x-acct-1 and acct-1.b'],
    ['decision--acct-1-7', 'decision--acct-1-7'],
  ] as const)
    assert.equal(scrub(before), expected);
  assert.deepEqual(scrub({ a: ['acct-1', 1, null], b: { c: true } }), {
    a: [T, 1, null],
    b: { c: true },
  });
  const other = { subject: { kind: 'account', value: 'acct-2' } };
  assert.equal(scrub(other), other, 'what does not name it is the same value');
});

test('whatever the name is, it is gone, and other names are untouched', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 30 }),
      fc.string({ maxLength: 30 }),
      (name, other) => {
        fc.pre(!other.includes(name) && !T.includes(name) && !'finding--'.includes(name));
        const scrub = scrubber(name, T);
        const value = { value: name, rests_on: [`finding--${name}`], other };
        assert.deepEqual(scrub(value), { value: T, rests_on: [`finding--${T}`], other });
        assert.equal(scrub(JSON.stringify([name, other])), JSON.stringify([T, other]));
      },
    ),
  );
});
