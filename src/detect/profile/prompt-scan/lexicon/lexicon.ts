import type { ElicitationFamily, Language } from '../families.ts';

/**
 * The words of one language, as data. Written from general knowledge of how people and programs
 * put such requests, never from a corpus, so that rates measured on corpora mean something.
 */
export interface Lexicon {
  readonly language: Language;
  /**
   * Words without content, separated by spaces: they tell Latin languages apart, and they are what
   * the skeleton of a template keeps.
   */
  readonly functionWords: string;
  /** More words that are common in prompts of this language alone: only to tell the language. */
  readonly commonWords: string;
  /** Phrases in the notation of pattern.ts. */
  readonly phrases: Readonly<Record<ElicitationFamily, readonly string[]>>;
}
