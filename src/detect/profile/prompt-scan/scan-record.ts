import { mix32 } from '../../../base/hash.ts';

/** What one pass over a prompt tells. One object is filled again and again. Hashes are 0 … 2³²−1. */
export interface PromptScan {
  /** Two independent hashes of the normalised prompt: case folded, white space folded, trimmed. */
  hash: number;
  hash2: number;
  /** The first and the last four words; numbers and quoted text are slots. */
  prefixHash: number;
  suffixHash: number;
  /** The first SKELETON_TOKENS function words, signs and line breaks; all other text is a slot. */
  skeletonHash: number;
  /** Words; an ideograph, kana or hangul syllable is half a word. */
  words: number;
  /** Index into LANGUAGES. */
  language: number;
  /** Bit mask over ELICITATION_FAMILIES. */
  elicitation: number;
}

export const createPromptScan = (): PromptScan => ({
  hash: 0,
  hash2: 0,
  prefixHash: 0,
  suffixHash: 0,
  skeletonHash: 0,
  words: 0,
  language: 0,
  elicitation: 0,
});

/** Tokens of the skeleton; slots count. */
export const SKELETON_TOKENS = 40;
/** Four words, counted in halves: how far the prefix and the suffix reach. */
export const EDGE_HALVES = 8;
/** Prime of the second hash, and of prefix and suffix (MurmurHash2's multiplier). */
export const PRIME_2 = 0x5bd1e995;
/** Hashes of the last eight tokens of the prompt being scanned; the lowest bit: half a word. */
export const RECENT = new Int32Array(8);

/** Hash of the last tokens that together make four words. */
export const suffixOf = (tokens: number): number => {
  let hash = 0;
  let halves = 0;
  for (let k = tokens - 1; k >= 0 && k >= tokens - 8 && halves < EDGE_HALVES; k--) {
    const edge = RECENT[k & 7]!;
    hash = Math.imul(hash ^ edge, PRIME_2);
    halves += 2 - (edge & 1);
  }
  return mix32(hash);
};
