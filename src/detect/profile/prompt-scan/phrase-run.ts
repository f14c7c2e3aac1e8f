import { LEXICONS } from './lexicon/all.ts';
import { compileMatcher, ENTRY_BEGINS, GOLDEN, TOKEN_BITS } from './matcher.ts';

const {
  words: WORDS,
  wordShift: WORD_SHIFT,
  edges: EDGES,
  edgeShift: EDGE_SHIFT,
  roots: [ANYWHERE_ROOTS, SENTENCE_ROOTS, PROMPT_ROOTS],
  accepts: ACCEPTS,
  acceptsAtEnd: ACCEPTS_AT_END,
  gaps: GAPS,
  gapLengths: GAP_LENGTHS,
  open: OPEN,
} = compileMatcher(LEXICONS);
const WORD_MASK = WORDS.length / 2 - 1;
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

/** Entry of a word in the lexicon, 0 when it has none (layout: matcher.ts). */
export const entryOf = (hash: number): number => {
  let at = Math.imul(hash, GOLDEN) >>> WORD_SHIFT;
  for (;;) {
    const entry = WORDS[2 * at + 1]!;
    if (entry === 0 || WORDS[2 * at] === hash) return entry;
    at = (at + 1) & WORD_MASK;
  }
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

/**
 * Moves every phrase under way by one token and begins new ones. `place` is 0 inside a sentence, 1
 * at the first token of a sentence, 2 at the first of the prompt. A sign may move a phrase on but,
 * unlike a word, never breaks one.
 */
export const advance = (entry: number, place: number, sign: boolean): void => {
  const token = entry & TOKEN_MASK;
  const from = run.row;
  const to = ROW - from;
  let count = 0;
  for (let k = 0; k < run.live; k++) {
    const item = LIVE[from + k]!;
    if (token !== 0) count = enter(edgeFrom(item & STATE_MASK, token), to, count);
    const kept = sign ? item : item - (1 << STATE_BITS);
    if (kept >= 0 && count < LIVE_LIMIT) LIVE[to + count++] = kept;
  }
  if ((entry & ENTRY_BEGINS) !== 0) {
    count = enter(ANYWHERE_ROOTS[token]!, to, count);
    if (place > 0) count = enter(SENTENCE_ROOTS[token]!, to, count);
    if (place > 1) count = enter(PROMPT_ROOTS[token]!, to, count);
  }
  run.live = count;
  run.row = to;
};

/** Families of the whole prompt, with the phrases that had to end where it ends. */
export const familiesAtEnd = (): number => {
  let { families } = run;
  for (let k = 0; k < run.live; k++) families |= ACCEPTS_AT_END[LIVE[run.row + k]! & STATE_MASK]!;
  return families;
};
