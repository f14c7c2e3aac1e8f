import { ELICITATION_STRIDE, NO_FAMILY, TEMPLATE_BUCKETS } from './profile.ts';
import { ELICITATION_FAMILIES, LANGUAGES } from './prompt-scan/families.ts';

/** Where each small histogram of a profile lies in the one block of counters of an accumulator. */

/** The last bucket of a length, of 2³² and more. */
const LAST_BUCKET = 128;
/** Buckets −1 (no tokens, no characters) to LAST_BUCKET. */
export const LENGTH_PLACES = LAST_BUCKET + 2;
/** Each language has its families, and one place more for all its prompts. */
export const FAMILIES = ELICITATION_FAMILIES.length;
const LANGUAGE_PLACES = FAMILIES + 1;
export const ELICITATION_PLACES = LANGUAGES.length * LANGUAGE_PLACES;

export const RESPONSES = 0;
export const PROMPTS = RESPONSES + LENGTH_PLACES;
export const ELICITATION = PROMPTS + LENGTH_PLACES;
export const OPENINGS = ELICITATION + ELICITATION_PLACES;
export const CLOSINGS = OPENINGS + TEMPLATE_BUCKETS;
export const SKELETONS = CLOSINGS + TEMPLATE_BUCKETS;
export const BLOCK_SIZE = SKELETONS + TEMPLATE_BUCKETS;

/** Quarter-octave bucket of a count: the resolution at which lengths are compared; −1 for none. */
export const lengthBucket = (count: number): number =>
  count < 1 ? -1 : Math.min(LAST_BUCKET, Math.floor(Math.log2(count) * 4));

/** Places of the lengths met most: a look-up instead of a logarithm. */
const SHORT = Uint8Array.from({ length: 4096 }, (_, count) => lengthBucket(count) + 1);

export const lengthPlace = (count: number): number =>
  count >= 0 && count < 4096 ? SHORT[count]! : lengthBucket(count) + 1;
export const lengthKey = (place: number): number => place - 1;

/** Place of the first family of a language; that of all its prompts is FAMILIES further. */
export const languagePlace = (language: number): number => ELICITATION + language * LANGUAGE_PLACES;
export const elicitationKey = (place: number): number => {
  const family = place % LANGUAGE_PLACES;
  const language = (place - family) / LANGUAGE_PLACES;
  return language * ELICITATION_STRIDE + (family === FAMILIES ? NO_FAMILY : family);
};
export const bucketKey = (place: number): number => place;
