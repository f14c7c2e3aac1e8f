import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createPromptScan, type PromptScan, scanPrompt } from './prompt-scan.ts';
import { HEAD_UNITS, TAIL_UNITS } from './units.ts';

const scan = (text: string): PromptScan => {
  const out = createPromptScan();
  scanPrompt(text, out);
  return out;
};
const identity = ({ hash, hash2 }: PromptScan): string => `${hash}/${hash2}`;
const WORDS = [
  'the',
  'Cat',
  'ÉTÉ',
  'Дом',
  'rot13',
  '1,250',
  "don't",
  '猫',
  'かな',
  '한국',
  'x=y;',
  '(a)',
];
const prompt = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 30 });

describe('identity of a prompt', () => {
  test('does not depend on case, nor on the amount and kind of white space', () => {
    fc.assert(
      fc.property(
        prompt,
        fc.constantFrom(' ', '   ', '\t', '\r\n', '\n\n\n', '\u3000'),
        (words, space) => {
          const plain = identity(scan(words.join(' ')));
          assert.equal(identity(scan(`${space}${words.join(space)}${space}`)), plain);
          assert.equal(identity(scan(words.join(' ').toUpperCase())), plain);
          assert.equal(identity(scan(words.join(' ').toLowerCase())), plain);
        },
      ),
    );
  });

  test('both hashes differ for prompts that differ otherwise', () => {
    const fold = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim();
    const text = fc.string({ unit: fc.constantFrom(...'abAB01é日か가 .,\'"?-\n'), maxLength: 60 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(fold(a) !== fold(b));
        const x = scan(a);
        const y = scan(b);
        assert.notEqual(x.hash, y.hash);
        assert.notEqual(x.hash2, y.hash2);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the smallest changes are seen', () => {
    const texts = [
      'ab c',
      'a bc',
      'abc',
      'a b c',
      'c ab',
      'ab, c',
      'ab ,c',
      'ab c1',
      'ab c2',
      'ab ç',
      'año',
      'ano',
    ];
    assert.equal(new Set(texts.map((t) => scan(t).hash)).size, texts.length);
    assert.equal(new Set(texts.map((t) => scan(t).hash2)).size, texts.length);
  });

  test('ten thousand numbered prompts have ten thousand values of each hash', () => {
    const all = Array.from({ length: 10_000 }, (_, n) =>
      scan(`Write a story about robot number ${n}`),
    );
    // Birthday bound: 10⁸ / 2 pairs over 2³² values, about 0.01 collisions expected.
    assert.ok(new Set(all.map((s) => s.hash)).size >= 9_999);
    assert.ok(new Set(all.map((s) => s.hash2)).size >= 9_999);
  });

  test('one object is filled again without a trace of the prompt before', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        (before, text) => {
          const out = createPromptScan();
          scanPrompt(`You are a "pirate. Think step ${before}`, out);
          scanPrompt(text, out);
          assert.deepEqual(out, scan(text));
        },
      ),
    );
  });
});

describe('template parts', () => {
  const INSTANCES: Record<string, readonly [string, string]> = {
    quoted: ["Translate 'cat' to French", "Translate 'house' to French"],
    'quoted at length': ['Put "the old man" into Latin, please', 'Put "a dog" into Latin, please'],
    typographic: ['Define “entropy” for me in a line', 'Define “free will” for me in a line'],
    numbers: ['What is 12 plus 7 in binary?', 'What is 1,250 plus 3.5 in binary?'],
    chinese: ['请把「猫」翻译成法语', '请把「房子」翻译成法语'],
  };
  for (const [name, [a, b]] of Object.entries(INSTANCES)) {
    test(`are equal for instances with ${name} slots`, () => {
      const x = scan(a);
      const y = scan(b);
      assert.notEqual(x.hash, y.hash);
      assert.equal(x.prefixHash, y.prefixHash);
      assert.equal(x.suffixHash, y.suffixHash);
      assert.equal(x.skeletonHash, y.skeletonHash);
    });
  }

  test('the skeleton has slots for content words too', () => {
    const a = scan('What is the capital of France, and who is the mayor?');
    const b = scan('What is the largest port of Latvia, and who is the owner?');
    assert.equal(a.skeletonHash, b.skeletonHash);
    assert.notEqual(a.suffixHash, b.suffixHash);
  });

  test('different templates differ in every part', () => {
    const all = [
      "Translate 'cat' to French",
      'Write a poem about the sea in the style of Rilke.',
      'How many legs does a spider have?',
      'Summarise:\n"text"\nIn one line, please',
      'What is the difference between a crow and a raven?',
    ].map(scan);
    for (const part of ['prefixHash', 'suffixHash', 'skeletonHash'] as const)
      assert.equal(new Set(all.map((s) => s[part])).size, all.length, part);
  });

  test('a quotation that never closes, or is long, hides no more than sixteen words', () => {
    const words = Array.from({ length: 40 }, (_, n) => `word${'abcdefghij'[n % 10]}`).join(' ');
    assert.notEqual(
      scan(`"${words} of the end`).suffixHash,
      scan(`"${words} of an end`).suffixHash,
    );
    assert.equal(
      scan("the dogs' tails are long").skeletonHash,
      scan("the cats' ears are long").skeletonHash,
    );
  });
});

test('words: an ideograph or syllable is half a word, inner signs do not split', () => {
  assert.equal(scan("I don't have 1,250.50 dollars").words, 5);
  assert.equal(scan('你好世界').words, 2);
  assert.equal(scan('가나다').words, 2);
  assert.equal(scan('写 Python 代码').words, 3);
  assert.equal(scan('').words, 0);
});

describe('bounds and hostile input', () => {
  const middle = (letter: string): string =>
    `${'head '.repeat(HEAD_UNITS / 4)}${letter.repeat(10_000)}${' tail'.repeat(TAIL_UNITS / 4)}`;

  test('between head and tail only the length counts', () => {
    assert.deepEqual(scan(middle('a')), scan(middle('b')));
    assert.notEqual(scan(middle('a')).hash, scan(`${middle('a')} `).hash);
  });

  test('the last 1,024 units are read, and phrases do not run across the seam', () => {
    assert.notEqual(scan(`${'x '.repeat(9_000)}think step by step`).elicitation, 0);
    const head = `${'x '.repeat(HEAD_UNITS / 2 - 3)} think`;
    const tail = `step by step${' y'.repeat((TAIL_UNITS - 12) / 2)}`;
    assert.equal(scan(`${head}${' z'.repeat(2_000)}${tail}`).elicitation, 0);
  });

  const HOSTILE: Record<string, string> = {
    'one letter': 'a'.repeat(1_000_000),
    'one ideograph': '中'.repeat(1_000_000),
    quotes: '"'.repeat(1_000_000),
    'alternating quotes': '" \''.repeat(400_000),
    'lone high surrogates': '\ud800'.repeat(1_000_000),
    'lone low surrogates': '\udc00 '.repeat(500_000),
    NULs: '\0'.repeat(1_000_000),
    spaces: ' '.repeat(1_000_000),
    'combining marks': '\u0301'.repeat(1_000_000),
    'starts of phrases': 'rate the '.repeat(100_000),
    'all starts at once': 'think show the a you answer in with rewrite '.repeat(25_000),
    'a rope': Array.from({ length: 100_000 }, (_, n) => String(n)).reduce((a, b) => a + b, ''),
  };
  for (const [name, text] of Object.entries(HOSTILE)) {
    test(`${name}: finite numbers, in the time of a short prompt`, () => {
      scan(text);
      const start = performance.now();
      const result = scan(text);
      // 5,120 units take well under a millisecond; 200 ms leaves room for a busy machine.
      assert.ok(performance.now() - start < 200);
      for (const value of Object.values(result)) assert.ok(Number.isInteger(value) && value >= 0);
      assert.deepEqual(scan(text), result);
    });
  }

  test('any string gives unsigned 32-bit hashes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const value of Object.values(scan(text)))
          assert.ok(Number.isInteger(value) && value >= 0 && value < 2 ** 32);
      }),
    );
  });

  test('lone surrogates stay what they are', () => {
    assert.notEqual(scan('a \ud83d b').hash, scan('a \ud83e b').hash);
    assert.notEqual(scan('a \ud83d b').hash, scan('a \ufffd b').hash);
  });
});
