import { tokensOf } from './tokens.ts';

/** Where a phrase may begin. */
export const ANYWHERE = 0;
export const AT_SENTENCE = 1;
export const AT_PROMPT = 2;

/** Tokens that a gap (`*`) may skip: two words, or six characters of a script without spaces. */
export const GAP_WORDS = 2;
export const GAP_CHARACTERS = 6;

/** One element of a phrase: the hash of a token, a gap, or a choice between sequences. */
export type Element =
  | { readonly kind: 'token'; readonly hash: number }
  | { readonly kind: 'gap'; readonly length: number }
  | { readonly kind: 'choice'; readonly options: readonly (readonly Element[])[] };

export interface Pattern {
  readonly start: typeof ANYWHERE | typeof AT_SENTENCE | typeof AT_PROMPT;
  /** Must end where the prompt ends. */
  readonly toEnd: boolean;
  readonly elements: readonly Element[];
}

/** Shortest number of tokens that elements can match: 0 means that they match everything. */
const leastTokens = (elements: readonly Element[]): number =>
  elements.reduce((sum, element) => {
    if (element.kind === 'token') return sum + 1;
    if (element.kind === 'gap') return sum;
    return sum + Math.min(...element.options.map(leastTokens));
  }, 0);

/**
 * Reads one line of the lexicon: words; `(a|b c|)` for a choice, which may nest; `*` for a gap of a
 * few tokens; a leading `^` for the start of a sentence, `^^` for the start of the prompt; a closing
 * `$` for its end. Throws RangeError on unbalanced groups and on phrases that could match nothing.
 */
export const parsePhrase = (phrase: string): Pattern => {
  const start = phrase.startsWith('^^')
    ? AT_PROMPT
    : phrase.startsWith('^')
      ? AT_SENTENCE
      : ANYWHERE;
  const toEnd = phrase.endsWith('$');
  const body = phrase.slice(start, toEnd ? -1 : undefined);
  const spaceless = tokensOf(body).some((token) => token.single);
  const gap: Element = { kind: 'gap', length: spaceless ? GAP_CHARACTERS : GAP_WORDS };
  let at = 0;

  const sequence = (depth: number): Element[] => {
    const elements: Element[] = [];
    while (at < body.length) {
      const c = body[at]!;
      if (c === '|' || c === ')') {
        if (depth === 0) throw new RangeError(`phrase "${phrase}" closes a group it never opened`);
        return elements;
      }
      if (c === '(') elements.push(choice(depth + 1));
      else if (c === '*') {
        elements.push(gap);
        at++;
      } else {
        const from = at;
        while (at < body.length && !'()|*'.includes(body[at]!)) at++;
        for (const { hash } of tokensOf(body.slice(from, at)))
          elements.push({ kind: 'token', hash });
      }
    }
    if (depth > 0) throw new RangeError(`phrase "${phrase}" opens a group it does not close`);
    return elements;
  };
  const choice = (depth: number): Element => {
    const options: Element[][] = [];
    do {
      at++;
      options.push(sequence(depth));
    } while (body[at] === '|');
    at++;
    return { kind: 'choice', options };
  };

  const elements = sequence(0);
  if (leastTokens(elements) === 0)
    throw new RangeError(`phrase "${phrase}" needs at least one word`);
  return { start, toEnd, elements };
};
