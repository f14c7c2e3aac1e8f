import { hash32 } from '../../../base/hash.ts';

/** Dimensions of an embedding. */
export const DIMENSIONS = 128;
/** Length of an embedding before rounding; coordinates are whole numbers, −127 … 127. */
export const NORM = 127;

/** Words and numbers; scripts written without spaces give one token per character. */
const TOKEN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|\p{L}+|\p{N}+/gu;
/** A longer prompt is judged by its beginning, as a sentence embedder with a token limit does. */
const MAX_LENGTH = 4096;

const words = (text: string): string[] =>
  text.slice(0, MAX_LENGTH).toLowerCase().match(TOKEN) ?? [];

/**
 * A local stand-in for a sentence embedder: words and word pairs, each hashed with a sign into one of
 * 128 dimensions (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML
 * 2009, section 2), scaled to one length and rounded to bytes: 128 bytes for each kept prompt.
 * Knows wording, not meaning. Writes to `out` from `offset`; all zero for a text without words.
 */
export const embed = (text: string, out: Int8Array, offset = 0): void => {
  const sum = new Float64Array(DIMENSIONS);
  let previous = '';
  for (const word of words(text)) {
    for (const feature of [word, `${previous} ${word}`]) {
      const h = hash32(feature);
      sum[h % DIMENSIONS]! += h & 0x8000_0000 ? 1 : -1;
    }
    previous = word;
  }
  let square = 0;
  for (const v of sum) square += v * v;
  const scale = square === 0 ? 0 : NORM / Math.sqrt(square);
  for (let i = 0; i < DIMENSIONS; i++) out[offset + i] = Math.round(sum[i]! * scale);
};

/** A word that may stand for the topic: the longest one, the first of several; '' for none. */
export const topicWord = (text: string): string => {
  let longest = '';
  for (const word of words(text)) if (word.length > longest.length) longest = word;
  return longest;
};
