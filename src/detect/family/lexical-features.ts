import { mix32 } from '../../base/hash.ts';

/** Hashed lexical features of a text: parallel arrays, reused between calls. */
export interface LexicalFeatures {
  /** Feature indices, 0 … FEATURE_SPACE−1, may repeat. */
  readonly index: Int32Array;
  length: number;
}

/** Writes the features of a text into `out`, from its beginning. */
export type Extractor = (text: string, out: LexicalFeatures) => void;

export const FEATURE_SPACE = 1 << 16;
/** Features kept of one text; the rest of a long one is left out. */
export const MAX_FEATURES = 1_024;
/** … of which words and their pairs take at most this many. */
const MAX_WORDS = 512;
/** Kinds of feature are kept apart by a seed, so that a bigram never equals a word by design. */
const WORD = 0x1b873593;
const BIGRAM = 0x2545f491;
const SHAPE = 0x3c6ef372;

export const createFeatures = (): LexicalFeatures => ({
  index: new Int32Array(MAX_FEATURES),
  length: 0,
});

const isWordChar = (c: number): boolean =>
  (c >= 97 && c <= 122) ||
  (c >= 65 && c <= 90) ||
  (c >= 0xc0 && c < 0x2000 && c !== 0xd7 && c !== 0xf7);

const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** Scripts written without spaces: each character is a token of its own. */
const isIdeographic = (c: number): boolean =>
  c >= 0x2e80 && c <= 0xffdc && !(c >= 0xd800 && c <= 0xf8ff);

/**
 * Words, word bigrams and shape marks (numbers, punctuation, line breaks, length) of a text, each
 * hashed into FEATURE_SPACE. Digits fold into one class: a number is a slot, not a word.
 */
export const extractFeatures: Extractor = (text, out) => {
  let n = 0;
  let previous = 0;
  const push = (h: number): void => {
    if (n < MAX_WORDS) out.index[n++] = mix32(h) & (FEATURE_SPACE - 1);
  };
  const token = (h: number): void => {
    push(h ^ WORD);
    push((Math.imul(previous, 31) + h) ^ BIGRAM);
    previous = h;
  };
  let i = 0;
  while (i < text.length && n < MAX_WORDS) {
    let c = text.charCodeAt(i);
    if (isDigit(c)) {
      while (i < text.length && (isDigit(c) || c === 46 || c === 44)) c = text.charCodeAt(++i);
      token(0x30);
    } else if (isWordChar(c)) {
      let h = 0x811c9dc5;
      while (i < text.length && isWordChar(c)) {
        h = Math.imul(h ^ (c >= 65 && c <= 90 ? c + 32 : c), 0x01000193);
        c = text.charCodeAt(++i);
      }
      token(h);
    } else {
      if (isIdeographic(c)) token(c);
      else if (c !== 32) push(c ^ SHAPE);
      i++;
    }
  }
  push((Math.floor(Math.log2(text.length + 1) * 2) << 8) ^ SHAPE);
  out.length = n;
};
