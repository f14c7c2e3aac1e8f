import { buildAutomaton } from './automaton.ts';
import { ELICITATION_FAMILIES } from './families.ts';
import type { Lexicon } from './lexicon/lexicon.ts';
import { AT_PROMPT, parsePhrase } from './pattern.ts';
import { tokensOf } from './tokens.ts';

/** An edge key holds 17 bits of state and 13 bits of token. */
export const TOKEN_BITS = 13;
const MAX_STATES = 1 << 17;
const MAX_TOKENS = 1 << TOKEN_BITS;
/** Layout of a word entry: token id, five bits of languages, "function word", "begins at once". */
export const ENTRY_LANGUAGES = 13; // = TOKEN_BITS
export const ENTRY_KEPT_BIT = 18; // five languages further
export const ENTRY_AT_ONCE_BIT = 19;
/** Bits of the filter of word pairs that open a phrase. */
const PAIR_BITS = 17;
/** The Latin languages that share words, in the order of their bits. */
export const SHARED_SCRIPT = ['en', 'es', 'fr', 'de', 'other'] as const;

/**
 * The lexicon as typed arrays. Words map to entries, (state, token) pairs map to states; both by
 * open addressing with linear probing at a load below one half.
 */
export interface Matcher {
  /** Pairs (hash, entry); entry 0 marks an empty place. A word is in one of its two places. */
  readonly words: Int32Array;
  readonly wordShift: number;
  /** Pairs (key, state); state 0 marks an empty place. */
  readonly edges: Int32Array;
  readonly edgeShift: number;
  /** Token to first state, for phrases that begin anywhere, at a sentence, at the prompt. */
  readonly roots: readonly [Int32Array, Int32Array, Int32Array];
  /**
   * Bits set at `pairPlace` of each two tokens that begin a phrase (Bloom 1970, one hash): most
   * pairs of words are told apart from those by one load.
   */
  readonly pairs: Int32Array;
  /** Families matched on arrival, and those matched only when the prompt ends here. */
  readonly accepts: Int32Array;
  readonly acceptsAtEnd: Int32Array;
  /** The state that waits behind a gap (0: none), and how many tokens it may skip. */
  readonly gaps: Int32Array;
  readonly gapLengths: Int32Array;
  /** 1 when a state is worth remembering: it has edges, or ends a phrase at the end. */
  readonly open: Uint8Array;
}

/** Multiplicative hashing (Knuth, The Art of Computer Programming vol. 3, section 6.4). */
export const GOLDEN = 0x9e3779b1 | 0;
/** Odd multiplier of the second place of a word (cuckoo hashing, Pagh and Rodler 2001). */
export const SILVER = 0x85ebca77 | 0;

export const pairPlace = (first: number, second: number): number =>
  Math.imul((first << TOKEN_BITS) | second, GOLDEN) >>> (32 - PAIR_BITS);

const probedTable = (pairs: ReadonlyMap<number, number>): { table: Int32Array; shift: number } => {
  const bits = Math.max(4, Math.ceil(Math.log2(pairs.size * 2 + 1)));
  const table = new Int32Array(2 << bits);
  const shift = 32 - bits;
  const mask = (1 << bits) - 1;
  for (const [key, value] of pairs) {
    let at = Math.imul(key, GOLDEN) >>> shift;
    while (table[2 * at + 1] !== 0) at = (at + 1) & mask;
    table[2 * at] = key;
    table[2 * at + 1] = value;
  }
  return { table, shift };
};

/** Two places for each key, so that a look-up has no loop and no branch. Grows until all fit. */
const cuckooTable = (pairs: ReadonlyMap<number, number>): { table: Int32Array; shift: number } => {
  for (let bits = Math.max(4, Math.ceil(Math.log2(pairs.size * 2 + 1))); ; bits++) {
    const shift = 32 - bits;
    const table = new Int32Array(2 << bits);
    const place = (start: number, startValue: number): boolean => {
      let key = start;
      let value = startValue;
      let at = Math.imul(key, GOLDEN) >>> shift;
      for (let moves = 0; moves < 200; moves++) {
        const oldKey = table[2 * at]!;
        const oldValue = table[2 * at + 1]!;
        table[2 * at] = key;
        table[2 * at + 1] = value;
        if (oldValue === 0) return true;
        key = oldKey;
        value = oldValue;
        const first = Math.imul(key, GOLDEN) >>> shift;
        at = at === first ? Math.imul(key, SILVER) >>> shift : first;
      }
      return false;
    };
    if ([...pairs].every(([key, value]) => place(key, value))) return { table, shift };
  }
};

/** Compiles the lexicons of all languages into one matcher. Throws RangeError when they outgrow it. */
export const compileMatcher = (lexicons: readonly Lexicon[]): Matcher => {
  const { states, roots } = buildAutomaton(
    lexicons.flatMap(({ phrases }) =>
      ELICITATION_FAMILIES.flatMap((name, family) =>
        phrases[name].map((phrase) => ({ pattern: parsePhrase(phrase), family })),
      ),
    ),
  );
  if (states.length > MAX_STATES) throw new RangeError('the lexicon has too many phrases');

  const entries = new Map<number, number>();
  const tokenOf = (hash: number): number => {
    if (!entries.has(hash)) entries.set(hash, entries.size + 1);
    if (entries.size >= MAX_TOKENS) throw new RangeError('the lexicon has too many words');
    return entries.get(hash)! & (MAX_TOKENS - 1);
  };
  const mark = (hash: number, bits: number): void => {
    tokenOf(hash);
    entries.set(hash, entries.get(hash)! | bits);
  };

  const pairs = new Int32Array(1 << (PAIR_BITS - 5));
  const rows = roots.map((root, start) => {
    const row = new Int32Array(MAX_TOKENS);
    for (const [hash, state] of root) {
      const first = tokenOf(hash);
      row[first] = state;
      const { accepts, acceptsAtEnd, gap, edges } = states[state]!;
      // Phrases of one word, and those with a gap after the first, cannot wait for a second word.
      if ((accepts | acceptsAtEnd | gap) !== 0 && start !== AT_PROMPT)
        mark(hash, 1 << ENTRY_AT_ONCE_BIT);
      for (const second of edges.keys()) {
        const place = pairPlace(first, tokenOf(second));
        pairs[place >>> 5]! |= 1 << place;
      }
    }
    return row;
  });
  const edges = new Map<number, number>();
  states.forEach((state, index) => {
    for (const [hash, next] of state.edges) edges.set((index << TOKEN_BITS) | tokenOf(hash), next);
  });
  for (const { language, functionWords, commonWords } of lexicons) {
    const bit = (SHARED_SCRIPT as readonly string[]).indexOf(language);
    const told = bit < 0 ? 0 : 1 << (ENTRY_LANGUAGES + bit);
    for (const { hash } of tokensOf(functionWords)) mark(hash, told | (1 << ENTRY_KEPT_BIT));
    for (const { hash } of tokensOf(commonWords)) mark(hash, told);
  }
  const words = cuckooTable(entries);
  const edgeTable = probedTable(edges);
  return {
    words: words.table,
    wordShift: words.shift,
    edges: edgeTable.table,
    edgeShift: edgeTable.shift,
    roots: [rows[0]!, rows[1]!, rows[2]!],
    pairs,
    accepts: Int32Array.from(states, (s) => s.accepts),
    acceptsAtEnd: Int32Array.from(states, (s) => s.acceptsAtEnd),
    gaps: Int32Array.from(states, (s) => s.gap),
    gapLengths: Int32Array.from(states, (s) => s.gapLength),
    open: Uint8Array.from(states, (s) =>
      s.edges.size > 0 || s.gap > 0 || s.acceptsAtEnd !== 0 ? 1 : 0,
    ),
  };
};
