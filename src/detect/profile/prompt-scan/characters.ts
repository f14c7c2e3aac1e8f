/**
 * One table look-up per UTF-16 unit instead of regular expressions: class, folded form for
 * hashing, and base letter for matching. Built once from the Unicode data of the runtime.
 */
import { builtOnce } from '../../../base/thread-tables.ts';

/** Classes in the order in which the scanner compares them (`k <= NEWLINE`, `k <= HANGUL`). */
export const SPACE = 0;
export const NEWLINE = 1;
/** Letters of alphabetic scripts, and digits: runs of these are words. */
export const WORD = 2;
export const HAN = 3;
export const KANA = 4;
export const HANGUL = 5;
/** Combining marks: hashed, but neither end a word nor take part in matching. */
export const MARK = 6;
/** Zero-width and control characters: as if they were not there. */
export const IGNORED = 7;
/** Punctuation and symbols, from here on. */
export const SIGN = 8;
export const SENTENCE_END = 9;
export const QUOTE = 10;
/** Symbols that a phrase of the lexicon may name: # < { [ */
export const NAMED_SIGN = 11;

const SIZE = 0x10000;

const SENTENCE_ENDS = '.?!;。｡…؟।';
const NAMED_SIGNS = '#<{[';
const QUOTES: readonly (readonly [string, string])[] = [
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['‘', '’'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
  ['「', '」'],
  ['『', '』'],
  ['《', '》'],
];

const oneUnit = (text: string, otherwise: string): string => (text.length === 1 ? text : otherwise);

const hasStrippableMarks = (unit: number): boolean =>
  unit < 0x600 || (unit >= 0x1e00 && unit <= 0x1fff);

const classOf = (character: string, folded: string): number => {
  if (/[\n\u2028\u2029]/.test(character)) return NEWLINE;
  if (/\s/.test(character)) return SPACE;
  // Control and format characters, soft hyphen, variation selectors and the lone NUL.
  if (/\p{Cc}|\p{Cf}|\p{Variation_Selector}/u.test(character)) return IGNORED;
  if (/\p{M}/u.test(character)) return MARK;
  if (/[\p{Script=Hiragana}\p{Script=Katakana}ー]/u.test(folded)) return KANA;
  if (/\p{Script=Hangul}/u.test(folded)) return HANGUL;
  if (/\p{Script=Han}/u.test(folded) && /[\p{L}\p{N}]/u.test(folded)) return HAN;
  if (/[\p{L}\p{N}_]/u.test(folded)) return WORD;
  if (SENTENCE_ENDS.includes(folded)) return SENTENCE_END;
  if (NAMED_SIGNS.includes(folded)) return NAMED_SIGN;
  return SIGN;
};

const buildTables = () => {
  const CLASS = new Uint8Array(SIZE);
  const FOLD = new Uint16Array(SIZE);
  const BASE = new Uint16Array(SIZE);
  const LETTER = new Uint8Array(SIZE);
  const CLOSES = new Uint16Array(SIZE);
  const setPlain = (unit: number, kind: number): void => {
    CLASS[unit] = kind;
    FOLD[unit] = unit;
    BASE[unit] = unit;
  };
  for (let unit = 0; unit < SIZE; unit++) {
    if (unit >= 0xac00 && unit <= 0xd7a3) {
      setPlain(unit, HANGUL);
      continue;
    }
    if (unit >= 0x4e00 && unit <= 0x9fff) {
      setPlain(unit, HAN);
      continue;
    }
    // Lone surrogates have no properties: each half is a plain sign, which is harmless.
    if (unit >= 0xd800 && unit <= 0xf8ff) {
      setPlain(unit, SIGN);
      continue;
    }
    const character = String.fromCharCode(unit);
    const lower = oneUnit(character.toLowerCase(), character);
    const folded = oneUnit(lower.normalize('NFKC'), lower);
    CLASS[unit] = classOf(character, folded);
    FOLD[unit] = folded.charCodeAt(0);
    const bare = folded.normalize('NFD').replace(/\p{M}/gu, '');
    BASE[unit] = (hasStrippableMarks(unit) ? oneUnit(bare, folded) : folded).charCodeAt(0);
  }
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
    LETTER[letter.charCodeAt(0)] = letter.charCodeAt(0);
    LETTER[letter.toUpperCase().charCodeAt(0)] = letter.charCodeAt(0);
  }
  for (const [open, close] of QUOTES) {
    CLASS[open.charCodeAt(0)] = QUOTE;
    CLASS[close.charCodeAt(0)] = QUOTE;
    CLOSES[open.charCodeAt(0)] = close.charCodeAt(0);
  }
  return { CLASS, FOLD, BASE, LETTER, CLOSES };
};

const tables = await builtOnce('characters', buildTables);
export const CLASS = tables.CLASS;
/** Lower case, compatibility forms (full width, half width) folded to the plain character. */
export const FOLD = tables.FOLD;
/** FOLD without the diacritics of Latin, Greek and Cyrillic letters: people leave them out. */
export const BASE = tables.BASE;
/** ASCII letters in lower case; 0 for all other units: the fast path of the scanner. */
export const LETTER = tables.LETTER;
/** The quotation mark that closes one which opens with this unit; 0 for all others. */
export const CLOSES = tables.CLOSES;
