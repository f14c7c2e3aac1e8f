/**
 * Columns a string takes in a terminal with a fixed-width font: 0 for marks that combine, 2 for wide
 * East Asian characters and emoji (UAX #11, classes W and F), 1 for the rest. Expects text without
 * control characters (see `forTerminal`).
 */
const ZERO = /^\p{M}$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

const charWidth = (char: string): number =>
  char < '\u0300' ? 1 : ZERO.test(char) ? 0 : WIDE.test(char) ? 2 : 1;

export const textWidth = (text: string): number => {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
};

/** `text` cut to at most `max` columns; what was cut is announced by one '…' (or '~' in ASCII). */
export const trimToWidth = (text: string, max: number, mark = '…'): string => {
  // No character is narrower than 0 and few are 0, so a short string needs no measuring twice.
  if (textWidth(text) <= max) return text;
  if (max < 1) return '';
  let width = 0;
  let kept = '';
  for (const char of text) {
    width += charWidth(char);
    if (width > max - 1) break;
    kept += char;
  }
  return kept + mark;
};
