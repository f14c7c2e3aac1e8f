/** Stands for words that are not shared, and so are not shown. */
export const SLOT = '⟨…⟩';

/** A word, a number or a mark; ideographs one by one. */
const TOKEN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}]+(?:['’][\p{L}]+)*|\p{N}+(?:[.,]\p{N}+)*|[^\s\p{L}\p{N}]/gu;
const NUMBER = /^\p{N}/u;
const MARK = /^[^\p{L}\p{N}]$/u;
const MAX_TOKENS = 80;
/** A word is part of the template when this share of the accounts uses it … */
const SUPPORT_SHARE = 0.3;
/** … and never fewer than this many: a word of two accounts may be somebody's name. */
const SUPPORT_ACCOUNTS = 3;

export interface TemplateSource {
  readonly account: number;
  readonly text: string;
}

const tokensOf = (text: string): string[] => (text.match(TOKEN) ?? []).slice(0, MAX_TOKENS);

const supportOf = (
  tokenised: readonly { readonly account: number; readonly tokens: readonly string[] }[],
): Map<string, number> => {
  const users = new Map<string, Set<number>>();
  for (const { account, tokens } of tokenised)
    for (const token of new Set(tokens.map((t) => t.toLowerCase()))) {
      const known = users.get(token);
      if (known === undefined) users.set(token, new Set([account]));
      else known.add(account);
    }
  return new Map([...users].map(([token, accounts]) => [token, accounts.size]));
};

const mask = (tokens: readonly string[], keep: (token: string) => boolean): string => {
  const parts: string[] = [];
  for (const token of tokens) {
    const part = keep(token) ? token : SLOT;
    if (part === SLOT && parts[parts.length - 1] === SLOT) continue;
    // Marks between two slots say nothing.
    parts.push(part);
  }
  const collapsed = parts.filter(
    (part, i) => !(MARK.test(part) && parts[i - 1] === SLOT && parts[i + 1] === SLOT),
  );
  return collapsed
    .filter((part, i) => part !== SLOT || collapsed[i - 1] !== SLOT)
    .join(' ')
    .replace(/ ([.,;:!?)\]}])/g, '$1')
    .replace(/([([{]) /g, '$1');
};

/** Fewest accounts that use any one word of a template, so that nothing in it is of fewer people. */
export const templateSupport = (sources: readonly TemplateSource[], template: string): number => {
  const support = supportOf(
    sources.map(({ account, text }) => ({ account, tokens: tokensOf(text) })),
  );
  const words = (template.replaceAll(SLOT, ' ').match(TOKEN) ?? []).filter((t) => !MARK.test(t));
  return Math.min(
    new Set(sources.map((s) => s.account)).size,
    ...words.map((word) => support.get(word.toLowerCase()) ?? 0),
  );
};

/**
 * The template of a family: the prompt that keeps most of its words when every word is masked that
 * fewer than SUPPORT_SHARE of the accounts use. Numbers are always slots. What one customer wrote
 * alone can therefore never be shown.
 */
export const templateOf = (sources: readonly TemplateSource[]): string => {
  const tokenised = sources.map(({ account, text }) => ({ account, tokens: tokensOf(text) }));
  const accounts = new Set(sources.map((s) => s.account)).size;
  const support = supportOf(tokenised);
  const needed = Math.max(SUPPORT_ACCOUNTS, SUPPORT_SHARE * accounts);
  const keep = (token: string): boolean =>
    !NUMBER.test(token) && (support.get(token.toLowerCase()) ?? 0) >= needed;
  let best = '';
  let bestKept = -1;
  for (const { tokens } of tokenised) {
    const kept = tokens.filter((t) => keep(t) && !MARK.test(t)).length;
    // Words kept, less a part of those masked: a short prompt that fits beats a long one that rambles.
    const score = kept - 0.2 * (tokens.length - kept);
    if (kept > 0 && (best === '' || score > bestKept)) {
      bestKept = score;
      best = mask(tokens, keep);
    }
  }
  return best === '' ? SLOT : best;
};
