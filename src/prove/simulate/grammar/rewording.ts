/**
 * A data set in other words, without a language model: synonyms, the order of sentences, and framing.
 * The nearest real thing to an operator who has every prompt rewritten; a model would vary more.
 */
import { below, chance, choice, createRandom, type Random } from '../../../base/random.ts';
import type { Corpus } from '../corpus.ts';
import { LANGUAGES, type Language } from './languages.ts';
import { REWORDING_WORDS } from './rewording-words.ts';

/** Share of known words that are replaced, of prompts whose sentences move, that get a frame. */
const REPLACED = 0.7;
const MOVED = 0.5;
const FRAMED = 0.6;

/** Scripts without spaces, and words with endings tied to them, have no edges to look for. */
const SPACED: ReadonlySet<Language> = new Set(['en', 'de', 'fr', 'es', 'ru']);

interface Vocabulary {
  readonly pattern: RegExp;
  readonly synonyms: ReadonlyMap<string, readonly string[]>;
}

const vocabularyOf = (language: Language): Vocabulary => {
  const synonyms = new Map<string, readonly string[]>();
  for (const list of REWORDING_WORDS[language].synonyms)
    for (const word of list) {
      const known = synonyms.get(word) ?? [];
      synonyms.set(word, [...known, ...list.filter((other) => other !== word)]);
    }
  // Longest first, so that "how many" is not read as "how".
  const words = [...synonyms.keys()].sort((a, b) => b.length - a.length);
  const any = words.map((word) => word.replaceAll(/[.*+?^$()|[\]\\{}]/g, '\\$&')).join('|');
  const edge = SPACED.has(language) ? ['(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])'] : ['', ''];
  return { pattern: new RegExp(`${edge[0]}(?:${any})${edge[1]}`, 'giu'), synonyms };
};

const vocabularies = new Map<Language, Vocabulary>();
const vocabulary = (language: Language): Vocabulary => {
  const known = vocabularies.get(language) ?? vocabularyOf(language);
  vocabularies.set(language, known);
  return known;
};

/** A sentence that begins with a capital keeps doing so. */
const inCase = (original: string, replacement: string): string =>
  original[0] !== original[0]!.toLowerCase()
    ? replacement[0]!.toUpperCase() + replacement.slice(1)
    : replacement;

const replaceWords = (text: string, language: Language, random: Random): string => {
  const { pattern, synonyms } = vocabulary(language);
  return text.replace(pattern, (word) => {
    const others = synonyms.get(word.toLowerCase());
    return others === undefined || !chance(random, REPLACED)
      ? word
      : inCase(word, choice(random, others));
  });
};

/** Moves the end to the front, which is where a request may stand as well. */
const moveSentences = (text: string, random: Random): string => {
  const sentences = text.split(
    /(?<=[.!?。！？]["')]?)(?:\s+|(?=[\p{Script=Han}\p{Script=Hiragana}]))/u,
  );
  if (sentences.length < 2 || !chance(random, MOVED)) return text;
  const cut = 1 + below(random, sentences.length - 1);
  return [...sentences.slice(cut), ...sentences.slice(0, cut)].join(' ');
};

/** One prompt in other words. The same random state gives the same words. */
export const reword = (text: string, language: Language, random: Random): string => {
  const { leads, tails } = REWORDING_WORDS[language];
  const body = replaceWords(moveSentences(text, random), language, random);
  const lead = chance(random, FRAMED) ? choice(random, leads) : '';
  const tail = chance(random, FRAMED) ? choice(random, tails) : '';
  return `${lead}${body}${tail}`;
};

const isLanguage = (text: string | null): text is Language =>
  LANGUAGES.some((language) => language === text);

/** Prompt i of a corpus is always reworded alike. Files are taken to be English. */
export const rewordedCorpus = (corpus: Corpus, seed: number): Corpus => ({
  ...corpus,
  at: (index) => {
    const prompt = corpus.at(index);
    const language = isLanguage(corpus.language)
      ? corpus.language
      : corpus.language === 'mix'
        ? LANGUAGES[index % LANGUAGES.length]!
        : 'en';
    const random = createRandom(seed, 'reword', corpus.name, index);
    return { ...prompt, text: reword(prompt.text, language, random) };
  },
});
