import { buildAutomaton } from './automaton.ts';
import { ELICITATION_FAMILIES } from './families.ts';
import type { Lexicon } from './lexicon/lexicon.ts';
import { parsePhrase } from './pattern.ts';
import { tokensOf } from './tokens.ts';

/** An edge key holds 17 bits of state and 13 bits of token. */
export const TOKEN_BITS = 13;
const MAX_STATES = 1 << 17;
const MAX_TOKENS = 1 << TOKEN_BITS;
/** Layout of a word entry: token id, five bits of languages, "is a function word", "begins a phrase". */
export const ENTRY_LANGUAGES = TOKEN_BITS;
export const ENTRY_KEPT = 1 << (TOKEN_BITS + 5);
export const ENTRY_BEGINS = 1 << (TOKEN_BITS + 6);
/** The Latin languages that share words, in the order of their bits. */
export const SHARED_SCRIPT = ['en', 'es', 'fr', 'de', 'other'] as const;

/**
 * The lexicon as typed arrays. Words map to entries, (state, token) pairs map to states; both by
 * open addressing with linear probing at a load below one half.
 */
export interface Matcher {
  /** Pairs (hash, entry); entry 0 marks an empty place. */
  readonly words: Int32Array;
  readonly wordShift: number;
  /** Pairs (key, state); state 0 marks an empty place. */
  readonly edges: Int32Array;
  readonly edgeShift: number;
  /** Token to first state, for phrases that begin anywhere, at a sentence, at the prompt. */
  readonly roots: readonly [Int32Array, Int32Array, Int32Array];
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

const pairTable = (pairs: ReadonlyMap<number, number>): { table: Int32Array; shift: number } => {
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

  const rows = roots.map((root) => {
    const row = new Int32Array(MAX_TOKENS);
    for (const [hash, state] of root) {
      row[tokenOf(hash)] = state;
      mark(hash, ENTRY_BEGINS);
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
    for (const { hash } of tokensOf(functionWords)) mark(hash, told | ENTRY_KEPT);
    for (const { hash } of tokensOf(commonWords)) mark(hash, told);
  }
  const words = pairTable(entries);
  const edgeTable = pairTable(edges);
  return {
    words: words.table,
    wordShift: words.shift,
    edges: edgeTable.table,
    edgeShift: edgeTable.shift,
    roots: [rows[0]!, rows[1]!, rows[2]!],
    accepts: Int32Array.from(states, (s) => s.accepts),
    acceptsAtEnd: Int32Array.from(states, (s) => s.acceptsAtEnd),
    gaps: Int32Array.from(states, (s) => s.gap),
    gapLengths: Int32Array.from(states, (s) => s.gapLength),
    open: Uint8Array.from(states, (s) =>
      s.edges.size > 0 || s.gap > 0 || s.acceptsAtEnd !== 0 ? 1 : 0,
    ),
  };
};
