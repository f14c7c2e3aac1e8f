import { BASE, CLASS, FOLD, HAN, HANGUL, IGNORED, MARK, NAMED_SIGN, WORD } from './characters.ts';

/** FNV-1a offset basis and prime: the hash of one token, here and in the scanner's inlined copy. */
export const TOKEN_SEED = -0x7ee3623b; // 0x811c9dc5 as a signed number
export const TOKEN_PRIME = 0x01000193;
/** A run of digits inside a word counts as this one character, so that numbers are slots. */
export const DIGITS = 48;

export interface Token {
  /** Signed 32-bit hash of the base letters. */
  readonly hash: number;
  /** True for one ideograph, kana or hangul syllable. */
  readonly single: boolean;
}

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;

/**
 * Cuts a phrase into tokens exactly as the scanner does with a prompt: words of alphabetic scripts,
 * single characters of the others, runs of one named sign. Slow; for compiling the lexicon.
 */
export const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = [];
  let i = 0;
  while (i < text.length) {
    const unit = text.charCodeAt(i);
    const kind = CLASS[unit]!;
    let hash = TOKEN_SEED;
    const add = (part: number): void => {
      hash = Math.imul(hash ^ part, TOKEN_PRIME);
    };
    if (kind === WORD) {
      let digits = false;
      for (; i < text.length; i++) {
        const at = text.charCodeAt(i);
        if (CLASS[at] === MARK || CLASS[at] === IGNORED) continue;
        if (CLASS[at] !== WORD) break;
        if (!isDigit(FOLD[at]!)) add(BASE[at]!);
        else if (!digits) {
          add(DIGITS);
          digits = true;
        }
      }
      tokens.push({ hash, single: false });
    } else if (kind >= HAN && kind <= HANGUL) {
      add(BASE[unit]!);
      tokens.push({ hash, single: true });
      i++;
    } else if (kind === NAMED_SIGN) {
      add(FOLD[unit]!);
      tokens.push({ hash, single: false });
      while (i < text.length && text.charCodeAt(i) === unit) i++;
    } else i++;
  }
  return tokens;
};
