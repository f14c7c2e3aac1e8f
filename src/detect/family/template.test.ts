import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SLOT, templateOf } from './template.ts';

const sources = (texts: readonly string[]) => texts.map((text, account) => ({ account, text }));
const words = (text: string): string[] =>
  text.toLowerCase().match(/[\p{L}\p{M}]+(?:['’]\p{L}+)*|\p{N}+/gu) ?? [];

describe('templates', () => {
  test('what varies becomes a slot, what all say stays', () => {
    const cities = ['Paris', 'Quito', 'Riga', 'Seoul', 'Tunis', 'Ulm'];
    const texts = cities.map(
      (city, i) => `Plan a trip to ${city} for ${i + 2} days, step by step.`,
    );
    assert.equal(
      templateOf(sources(texts)),
      `Plan a trip to ${SLOT} for ${SLOT} days, step by step.`,
    );
  });
  test('ideographs are kept one by one', () => {
    const texts = ['猫', '狗', '鸟', '鱼', '马'].map((what) => `请解释${what}`);
    assert.equal(templateOf(sources(texts)), `请 解 释 ${SLOT}`);
  });
  test('prompts with nothing in common show nothing', () => {
    assert.equal(templateOf(sources(['alpha', 'beta', 'gamma', 'delta'])), SLOT);
    assert.equal(templateOf([]), SLOT);
  });
  test('numbers are always slots', () => {
    const text = templateOf(sources(Array.from({ length: 9 }, () => 'Call 5551234567 now')));
    assert.equal(text, `Call ${SLOT} now`);
  });
  test('what one account says a hundred times stays its own', () => {
    const own = Array.from({ length: 100 }, () => ({ account: 0, text: 'my secret is Xanadu' }));
    const others = sources(['my dog', 'my cat', 'my bird', 'my fish']).map((s) => ({
      ...s,
      account: s.account + 1,
    }));
    assert.ok(!words(templateOf([...own, ...others])).includes('xanadu'));
  });
  test('property: no word of fewer than three accounts is ever shown', () => {
    const word = fc.constantFrom(
      'alpha',
      'Beta',
      'gamma',
      'Straße',
      'ΩMEGA',
      "o'neill",
      '猫',
      '12',
      '3.5',
      '!',
      'ß',
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            account: fc.nat(6),
            text: fc.array(word, { maxLength: 12 }).map((w) => w.join(' ')),
          }),
          { maxLength: 20 },
        ),
        (list) => {
          for (const shown of words(templateOf(list))) {
            const users = new Set(
              list.filter((s) => words(s.text).includes(shown)).map((s) => s.account),
            );
            assert.ok(users.size >= 3, `${shown} of ${users.size}`);
          }
        },
      ),
    );
  });
});
