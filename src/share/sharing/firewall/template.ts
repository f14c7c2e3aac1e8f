/**
 * How a query signature leaves without its prompts: as a template of published words and slots. Whatever
 * is no word of the vocabulary is a slot, whoever and however many wrote it.
 */
import { SLOT } from '../../../detect/family/template.ts';
import { refuse } from './fault.ts';
import type { Shape } from './shape.ts';
import { isPublishedWord } from './vocabulary.ts';

export const LONGEST_TEMPLATE = 800;
export const MOST_WORDS = 80;
/** Fewer words say nothing about how it was asked. */
export const FEWEST_WORDS = 2;
const PIECE =
  /⟨…⟩|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+|[\p{L}\p{M}]+|[^\p{L}\p{M}]/gu;
/** Marks that structure a sentence; no digit, no sign of an address, a currency or a path. */
const MARK = /^[ ,.;:!?'’"“”()[\]{}<>\-–—*#`|、。，：；？！（）「」『』«»¿¡\n]$/u;
const LETTER = /^[\p{L}\p{M}]/u;

interface Pieces {
  readonly words: readonly string[];
  readonly marks: readonly string[];
}

const piecesOf = (text: string): Pieces => {
  const all = text.match(PIECE) ?? [];
  return {
    words: all.filter((piece) => LETTER.test(piece)),
    marks: all.filter((piece) => piece !== SLOT && !LETTER.test(piece)),
  };
};

/** Words that are not published become slots; so do marks that no template has. */
export const maskTemplate = (text: string): string => {
  const masked = (text.slice(0, 4 * LONGEST_TEMPLATE).match(PIECE) ?? []).map((piece) =>
    piece === SLOT || (LETTER.test(piece) ? isPublishedWord(piece) : MARK.test(piece))
      ? piece
      : SLOT,
  );
  return masked
    .join('')
    .replace(/⟨…⟩(?:[^\p{L}\p{M}⟨]*⟨…⟩)+/gu, SLOT)
    .slice(0, LONGEST_TEMPLATE)
    .replace(/⟨…?$/u, '')
    .trim();
};

export const template: Shape = (value, walk) => {
  if (typeof value !== 'string')
    return refuse(walk, 'FIREWALL_TYPE', 'A template is a text of words and slots.');
  if (value.length > LONGEST_TEMPLATE)
    return refuse(
      walk,
      'FIREWALL_LENGTH',
      `A template has at most ${LONGEST_TEMPLATE} characters.`,
    );
  const { words, marks } = piecesOf(value);
  const unknown = words.filter((word) => !isPublishedWord(word)).length;
  if (unknown > 0)
    refuse(
      walk,
      'FIREWALL_WORD',
      `${unknown} of its ${words.length} words are not in the published vocabulary; they must be slots.`,
    );
  if (marks.some((mark) => !MARK.test(mark)))
    refuse(
      walk,
      'FIREWALL_TEMPLATE',
      'It holds digits or signs that are neither words, nor slots, nor marks of a sentence.',
    );
  // A run of marks is no sentence: it could spell something.
  if (/[^\p{L}\p{M}⟨⟩… ]{5}/u.test(value))
    refuse(walk, 'FIREWALL_TEMPLATE', 'It holds five marks in a row.');
  if (words.length < FEWEST_WORDS || words.length > MOST_WORDS)
    refuse(
      walk,
      'FIREWALL_LENGTH',
      `A template has ${FEWEST_WORDS} to ${MOST_WORDS} words that are no slots.`,
    );
};
