import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createWordRow, eachShingle, HEAD_UNITS, readWords, TAIL_UNITS } from './shingles.ts';
import { createSipHash } from './siphash.ts';
import { SKETCH_SIZE, shingleHashes, sketchOf } from './sketch.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

test('SipHash paper, appendix A: the worked example', () => {
  const sip = createSipHash(KEY);
  sip.hash(KEY, 0, 15);
  assert.deepEqual([sip.high, sip.low], [0xa129ca61, 0x49be45e5]);
});

// The first values of vectors_sip64 in the authors' reference implementation, low byte first.
test('SipHash reference implementation: inputs of 0, 1 and 8 bytes', () => {
  const sip = createSipHash(KEY);
  const hex = (length: number): string => {
    sip.hash(KEY, 0, length);
    return sip.high.toString(16).padStart(8, '0') + sip.low.toString(16).padStart(8, '0');
  };
  assert.equal(hex(0), '726fdb47dd0e0e31');
  assert.equal(hex(1), '74f839c593dc67fd');
  assert.equal(hex(8), '93f5f5799a932462');
});

const shinglesOf = (text: string): string[] => {
  const row = createWordRow();
  readWords(text, row);
  const found: string[] = [];
  eachShingle(row, (start, end) => found.push(Buffer.from(row.bytes.slice(start, end)).toString()));
  return found;
};

test('numbers and slots break a run of words; marks only separate', () => {
  assert.deepEqual(shinglesOf("Don't walk, run! 3 miles a day ⟨…⟩ is too much"), [
    'don t walk',
    't walk run',
    'miles a day',
    'is too much',
  ]);
});

test('ideographs are words of their own', () => {
  assert.deepEqual(shinglesOf('逐步推理'), ['逐 步 推', '步 推 理']);
  assert.deepEqual(shinglesOf('abc漢字 x'), ['abc 漢 字', '漢 字 x']);
});

test('one spelling: width, case and compatibility forms do not count', () => {
  assert.deepEqual(shinglesOf('ＡＢＣ ﬁne Ünder'), shinglesOf('abc fine u\u0308nder'));
});

test('the short way for ASCII finds what the long way finds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
      // One character that is no word and no break sends the text the long way.
      assert.deepEqual(shinglesOf(text), shinglesOf(`${text} \u00b7`));
    }),
  );
});

test('any text can be read, and only its two ends are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void shinglesOf(text)),
  );
  const long = `${'a b c '.repeat(2_000)}${'needle in hay '.repeat(50_000)}${'x y z '.repeat(2_000)}`;
  assert.ok(long.length > HEAD_UNITS + TAIL_UNITS);
  const found = new Set(shinglesOf(long));
  assert.ok(found.has('a b c') && found.has('x y z') && !found.has('needle in hay'));
  // NFKC makes 18 characters of this one (UAX 15, section 12): the buffers must grow with it.
  assert.ok(shinglesOf('\ufdfa '.repeat(4_000)).length > 1_000);
});

test('a sketch holds the smallest hashes, and a prompt of the family contains them', () => {
  const words = Array.from(
    { length: 200 },
    (_, i) => `w${String.fromCharCode(97 + (i % 26))}${'q'.repeat(i % 17)}`,
  );
  const text = words.join(' ');
  const sketch = sketchOf(text, KEY)!;
  const all = shingleHashes(text, KEY);
  assert.equal(sketch.values.length, SKETCH_SIZE);
  assert.deepEqual(sketch.values, all.slice(0, SKETCH_SIZE));
  const within = new Set(shingleHashes(`before it 7 ${text} 8 after it`, KEY));
  assert.ok(sketch.values.every((value) => within.has(value)));
});

test('another salt gives another sketch; too few shingles give none', () => {
  const text = 'think step by step and write down every step before the answer is given';
  const other = KEY.map((b) => b ^ 1);
  assert.ok(!sketchOf(text, KEY)!.values.some((v) => sketchOf(text, other)!.values.includes(v)));
  assert.equal(sketchOf('think step by step', KEY), undefined);
});
