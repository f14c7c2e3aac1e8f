import { ENGLISH } from './english.ts';
import type { Lexicon } from './lexicon.ts';

/** One lexicon for each language that the scanner knows, and the neighbours it must not confuse. */
export const LEXICONS: readonly Lexicon[] = [ENGLISH];
