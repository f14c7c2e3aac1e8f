import { LANGUAGES } from './families.ts';

const EN = LANGUAGES.indexOf('en');
const ZH = LANGUAGES.indexOf('zh');
const RU = LANGUAGES.indexOf('ru');
const ES = LANGUAGES.indexOf('es');
const FR = LANGUAGES.indexOf('fr');
const DE = LANGUAGES.indexOf('de');
const JA = LANGUAGES.indexOf('ja');
const KO = LANGUAGES.indexOf('ko');
const OTHER = LANGUAGES.indexOf('other');

/** Six bits for each Latin language in the order of SHARED_SCRIPT: counts up to 63 in one integer. */
export const COUNT_BITS = 6;
export const COUNT_LIMIT = 63;

/** PACKED[mask] adds one to every language of the mask. */
export const PACKED = Int32Array.from({ length: 32 }, (_, mask) => {
  let sum = 0;
  for (let bit = 0; bit < 5; bit++) if (mask & (1 << bit)) sum += 1 << (bit * COUNT_BITS);
  return sum;
});

/** Letters that speak for a language of the Latin script, and the bit of that language. */
const LETTERS: readonly (readonly [string, number])[] = [
  ['ñ¿¡', 1 << 1],
  ['áíóú', 1 << 1],
  ['éü', 0],
  ['çèêëîïôûùœ', 1 << 2],
  ['à', 1 << 2],
  ['äöß', 1 << 3],
  ['ãõåøæłęążśćńğışřčěůžőűđươ', 1 << 4],
];
const CYRILLIC_NOT_RUSSIAN = 'іїєґўђћџљњјѕѓќәғқңөұүһ';

/** For letters below 0x600: language bits of the Latin script. */
export const LETTER_HINTS = new Uint8Array(0x600);
for (const [letters, bit] of LETTERS)
  for (const letter of letters + letters.toUpperCase())
    if (letter.charCodeAt(0) < 0x600) LETTER_HINTS[letter.charCodeAt(0)]! |= bit;

/** 1 for Cyrillic letters, 2 for those that Russian does not have. */
export const CYRILLIC = new Uint8Array(0x600).fill(1, 0x400, 0x530);
for (const letter of CYRILLIC_NOT_RUSSIAN + CYRILLIC_NOT_RUSSIAN.toUpperCase())
  CYRILLIC[letter.charCodeAt(0)] = 2;

const countOf = (packed: number, bit: number): number =>
  (packed >>> (bit * COUNT_BITS)) & COUNT_LIMIT;

/**
 * Index into LANGUAGES, from what one pass counted: characters of each script; words that hold
 * Cyrillic letters, and those with letters that Russian does not have; all words of alphabetic
 * scripts; packed counts of function words and of telling letters. The script decides first;
 * within Latin, function words and letters do.
 */
export const languageOf = (
  han: number,
  kana: number,
  hangul: number,
  cyrillicWords: number,
  foreignCyrillic: number,
  words: number,
  functionWords: number,
  letters: number,
): number => {
  const syllables = han + kana + hangul;
  // One ideograph weighs as much as one word: a Chinese request about English code is Chinese.
  if (syllables > 0 && syllables >= words) {
    if (hangul * 2 >= syllables) return KO;
    // Japanese without kana is rare beyond a title, and Chinese rarely quotes kana.
    return kana * 8 > han ? JA : ZH;
  }
  const latinWords = words - cyrillicWords;
  if (cyrillicWords > latinWords) return foreignCyrillic * 4 > cyrillicWords ? OTHER : RU;
  return latinLanguage(functionWords, letters, latinWords);
};

const KNOWN = [EN, ES, FR, DE];

const scoreOf = (bit: number, functionWords: number, letters: number): number =>
  2 * countOf(functionWords, bit) + Math.min(3, countOf(letters, bit));

const latinLanguage = (functionWords: number, letters: number, words: number): number => {
  let best = OTHER;
  let score = 0;
  let second = 0;
  KNOWN.forEach((language, bit) => {
    const s = scoreOf(bit, functionWords, letters);
    if (s > score) {
      second = score;
      score = s;
      best = language;
    } else if (s > second) second = s;
  });
  // Two points are one function word; fewer than one in ten words is a list or code, not prose.
  const isProse = score >= 2 && score * 5 >= Math.min(words, COUNT_LIMIT);
  const isAlone = score > second && score >= scoreOf(KNOWN.length, functionWords, letters);
  return isProse && isAlone ? best : OTHER;
};
