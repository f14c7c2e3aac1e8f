/**
 * Text from outside, made safe to show. Logs, reports and file names may hold anything: escape
 * sequences that rewrite a terminal, bidirectional controls that reorder a line, invisible
 * characters that make two names look equal, markup. Nothing of that is dropped silently: each
 * becomes a visible escape such as `\x1b` or `\u202e`, so that a reviewer sees what was sent.
 */
import { textWidth, trimToWidth } from './text-width.ts';

/**
 * Controls (Cc: C0, DEL, C1), format characters (Cf: bidi controls, zero-width, tags), line and
 * paragraph separators, lone surrogates, private use, and everything else that is invisible by
 * definition (Unicode DerivedCoreProperties, Default_Ignorable_Code_Point), such as Hangul fillers.
 * The two emoji variation selectors stay: they only choose between two drawings of one character.
 */
const INVISIBLE =
  /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;
/** Piled-up combining marks draw over the lines above and below: four are kept. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

const escapeOf = (char: string): string => {
  const code = char.codePointAt(0)!;
  if (code > 0xffff) return `\\u{${hex(code, 5)}}`;
  return NAMED[char] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
};

/** The first `max` UTF-16 units of `text`, and '…' when there was more; never half a character. */
const clip = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const cut = /[\ud800-\udbff]/.test(text[max - 1] ?? '') ? max - 1 : max;
  return `${text.slice(0, cut)}…`;
};

/** `text` with every invisible character written out. One line; safe as DOM text, not as markup. */
export const visible = (text: string, maxLength = 100_000): string =>
  clip(text, maxLength).replace(INVISIBLE, escapeOf).replace(PILED_MARKS, '$1…');

/**
 * One line that cannot move the cursor, change colours, open links or reorder its neighbours.
 * @param maxWidth columns; the text is trimmed with '…' to fit. Default: not trimmed.
 */
export const forTerminal = (text: string, maxWidth?: number): string => {
  // A shown character takes at most 12 units (base and four kept marks, all astral) for a column; a
  // 50 MB string is not scanned to show 40 columns of it.
  if (maxWidth === undefined) return visible(text);
  const shown = visible(text, Math.max(64, maxWidth * 20));
  return textWidth(shown) <= maxWidth ? shown : trimToWidth(shown, maxWidth);
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Safe inside an HTML element and inside a quoted attribute (OWASP XSS prevention, rules 1 and 2).
 * Not for unquoted attributes, URLs, scripts or style sheets.
 * @param maxLength UTF-16 units of input that are shown; the rest becomes '…'.
 */
export const forHtml = (text: string, maxLength?: number): string =>
  visible(text, maxLength).replace(/[&<>"'`]/g, (char) => ENTITIES[char]!);

/**
 * JSON that holds the same values and is safe to print on a terminal: `JSON.stringify` leaves C1
 * controls and bidirectional controls as they are, and U+009B alone starts an escape sequence.
 */
export const forJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replace(
    /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu,
    (char) =>
      [...Array(char.length).keys()].map((i) => `\\u${hex(char.charCodeAt(i), 4)}`).join(''),
  );
