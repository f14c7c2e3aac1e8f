import { builtOnce } from '../../../base/thread-tables.ts';
import {
  compileMatcher,
  ENTRY_AT_ONCE_BIT,
  GOLDEN,
  pairPlace,
  SILVER,
  TOKEN_BITS,
} from './matcher.ts';

const {
  words: WORDS,
  wordShift: WORD_SHIFT,
  edges: EDGES,
  edgeShift: EDGE_SHIFT,
  roots: [ANYWHERE_ROOTS, SENTENCE_ROOTS, PROMPT_ROOTS],
  pairs: PAIRS,
  accepts: ACCEPTS,
  acceptsAtEnd: ACCEPTS_AT_END,
  gaps: GAPS,
  gapLengths: GAP_LENGTHS,
  open: OPEN,
} = await builtOnce('phrases', async () =>
  // Imported here, so that a thread that is handed the tables does not even read the lexicons.
  compileMatcher((await import('./lexicon/all.ts')).LEXICONS),
);
const EDGE_MASK = EDGES.length / 2 - 1;
const TOKEN_MASK = (1 << TOKEN_BITS) - 1;

/**
 * Phrases under way at once. Three begin at one token at most and each waits a few tokens, so prose
 * stays far below; past the limit new ones are dropped, which bounds the time on hostile text.
 */
const LIVE_LIMIT = 24;
const ROW = LIVE_LIMIT + 2;
/** Two rows used in turn; a state in the low bits, above it the tokens it may still skip. */
const LIVE = new Int32Array(2 * ROW);
const STATE_BITS = 17;
const STATE_MASK = (1 << STATE_BITS) - 1;

/** The phrases under way in the prompt that is being scanned: one scan at a time in each thread. */
export const run = { live: 0, row: 0, families: 0 };

/** Entry of a word in the lexicon, 0 when it has none (layout: matcher.ts). Without branches. */
export const entryOf = (hash: number): number => {
  const a = (Math.imul(hash, GOLDEN) >>> WORD_SHIFT) << 1;
  const b = (Math.imul(hash, SILVER) >>> WORD_SHIFT) << 1;
  const x = WORDS[a]! ^ hash;
  const y = WORDS[b]! ^ hash;
  // (x | -x) >> 31 is 0 when x is 0, else all ones.
  return (WORDS[a + 1]! & ~((x | -x) >> 31)) | (WORDS[b + 1]! & ~((y | -y) >> 31));
};

/** 0 when no phrase can begin with the word before and this one, nor with this one at once. */
export const mayAdvance = (pending: number, entry: number): number => {
  const place = pairPlace(pending & TOKEN_MASK, entry & TOKEN_MASK);
  return ((PAIRS[place >>> 5]! >>> place) | (entry >>> ENTRY_AT_ONCE_BIT)) & 1;
};

const edgeFrom = (state: number, token: number): number => {
  const key = (state << TOKEN_BITS) | token;
  let at = Math.imul(key, GOLDEN) >>> EDGE_SHIFT;
  for (;;) {
    const next = EDGES[2 * at + 1]!;
    if (next === 0 || EDGES[2 * at] === key) return next;
    at = (at + 1) & EDGE_MASK;
  }
};

/** Notes what a reached state accepts and puts it on the list; returns the new length of the list. */
const enter = (state: number, to: number, count: number): number => {
  if (state === 0) return count;
  run.families |= ACCEPTS[state]!;
  if (OPEN[state] === 0 || count >= LIVE_LIMIT) return count;
  LIVE[to + count] = state;
  const gap = GAPS[state]!;
  if (gap === 0) return count + 1;
  LIVE[to + count + 1] = gap | (GAP_LENGTHS[state]! << STATE_BITS);
  return count + 2;
};

/** Begins the phrases that start with one token at this place. */
const begin = (entry: number, place: number, to: number, count: number): number => {
  const token = entry & TOKEN_MASK;
  if (token === 0) return count;
  let length = enter(ANYWHERE_ROOTS[token]!, to, count);
  if (place > 0) length = enter(SENTENCE_ROOTS[token]!, to, length);
  if (place > 1) length = enter(PROMPT_ROOTS[token]!, to, length);
  return length;
};

/**
 * Moves every phrase under way by one token and begins new ones. A place is 0 inside a sentence, 1
 * at the first token of a sentence, 2 at the first of the prompt. Phrases that begin with `pending`,
 * the token before, were left out until this token made them likely. A sign may move a phrase on
 * but, unlike a word, never breaks one.
 */
export const advance = (
  pending: number,
  pendingPlace: number,
  entry: number,
  place: number,
  sign: boolean,
): void => {
  const token = entry & TOKEN_MASK;
  const from = run.row;
  const to = ROW - from;
  let { live } = run;
  if (pendingPlace < 2 && ((pending >>> ENTRY_AT_ONCE_BIT) & 1) === 0)
    live = begin(pending, pendingPlace, from, live);
  let count = 0;
  for (let k = 0; k < live; k++) {
    const item = LIVE[from + k]!;
    if (token !== 0) count = enter(edgeFrom(item & STATE_MASK, token), to, count);
    const kept = sign ? item : item - (1 << STATE_BITS);
    if (kept >= 0 && count < LIVE_LIMIT) LIVE[to + count++] = kept;
  }
  if (place > 1 || ((entry >>> ENTRY_AT_ONCE_BIT) & 1) !== 0)
    count = begin(entry, place, to, count);
  run.live = count;
  run.row = to;
};

/** Families of the whole prompt, with the phrases that had to end where it ends. */
export const familiesAtEnd = (): number => {
  let { families } = run;
  for (let k = 0; k < run.live; k++) families |= ACCEPTS_AT_END[LIVE[run.row + k]! & STATE_MASK]!;
  return families;
};
