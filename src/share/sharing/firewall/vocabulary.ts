/**
 * The words of which a template may consist: those of the published elicitation lexicons (function
 * words, common words, and the words of their phrases), and nothing else. They say how something is
 * asked for, never what about; no name, place or product is among them.
 */
import { LEXICONS } from '../../../detect/profile/prompt-scan/lexicon/all.ts';

/** Scripts that write no spaces between words (or, as Korean, attach endings): cut by what is known. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const RUN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+|[\p{L}\p{M}]+/gu;

const runsOf = (text: string): readonly string[] =>
  text.normalize('NFC').toLowerCase().match(RUN) ?? [];

const collect = (): {
  readonly words: ReadonlySet<string>;
  readonly pieces: ReadonlySet<string>;
} => {
  const words = new Set<string>();
  const pieces = new Set<string>();
  for (const { functionWords, commonWords, phrases } of LEXICONS)
    for (const text of [functionWords, commonWords, ...Object.values(phrases).flat()])
      for (const run of runsOf(text)) (UNSPACED.test(run) ? pieces : words).add(run);
  return { words, pieces };
};

const { words: WORDS, pieces: PIECES } = collect();
const LONGEST_PIECE = Math.max(...[...PIECES].map((piece) => piece.length));

/** Whether a run of an unspaced script falls into known pieces. Linear in its length. */
const isMadeOfPieces = (run: string): boolean => {
  const reached = new Array<boolean>(run.length + 1).fill(false);
  reached[0] = true;
  for (let end = 1; end <= run.length; end++)
    for (let size = 1; size <= Math.min(end, LONGEST_PIECE); size++)
      if (reached[end - size] && PIECES.has(run.slice(end - size, end))) {
        reached[end] = true;
        break;
      }
  return reached[run.length]!;
};

/** Whether a word, or a run of an unspaced script, is in the published vocabulary. */
export const isPublishedWord = (text: string): boolean => {
  const word = text.normalize('NFC').toLowerCase();
  return word.length <= 80 && (UNSPACED.test(word) ? isMadeOfPieces(word) : WORDS.has(word));
};

export const VOCABULARY_SIZE = WORDS.size + PIECES.size;
