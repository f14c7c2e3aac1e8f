import { CHINESE } from './chinese.ts';
import { ENGLISH } from './english.ts';
import { FRENCH } from './french.ts';
import { GERMAN } from './german.ts';
import { JAPANESE } from './japanese.ts';
import { KOREAN } from './korean.ts';
import type { Lexicon } from './lexicon.ts';
import { NEIGHBOURS } from './neighbours.ts';
import { RUSSIAN } from './russian.ts';
import { SPANISH } from './spanish.ts';

/** One lexicon for each language that the scanner knows, and the neighbours it must not confuse. */
export const LEXICONS: readonly Lexicon[] = [
  ENGLISH,
  CHINESE,
  RUSSIAN,
  SPANISH,
  FRENCH,
  GERMAN,
  JAPANESE,
  KOREAN,
  NEIGHBOURS,
];
