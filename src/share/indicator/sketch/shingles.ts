/**
 * The words of a prompt or template, three by three. docs/reference/distillation-profile.md defines this
 * to the byte, so that another implementation finds the same shingles.
 */

/** Words in one shingle. */
export const SHINGLE_WORDS = 3;
/** A text is read from both ends only: what is between costs nothing and decides nothing. */
export const HEAD_UNITS = 4096;
export const TAIL_UNITS = 2048;

/**
 * Words are runs of letters and marks; ideographs and kana are words of their own. Numbers, and the
 * characters of a slot, break the run of words: no shingle spans them. All else separates words.
 */
const WORD_OR_BREAK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[[\p{L}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]+|[\p{N}\u2026\u27e8\u27e9]/gv;
const BREAK = /^[\p{N}\u2026\u27e8\u27e9]/u;

/** Words as UTF-8, one space between neighbours, in a buffer that the next call overwrites. */
export interface WordRow {
  bytes: Uint8Array;
  /** Words. */
  count: number;
  /** Offsets of each word: starts[i] … ends[i]). */
  starts: Int32Array;
  ends: Int32Array;
  /** Words of one unbroken run have the same number. */
  runs: Int32Array;
}

// NFKC can make 18 characters of one (UAX 15, section 12), each of up to 3 bytes.
const MOST_UNITS = (HEAD_UNITS + TAIL_UNITS) * 18 + 8;

export const createWordRow = (): WordRow => ({
  bytes: new Uint8Array(4096),
  count: 0,
  starts: new Int32Array(1024),
  ends: new Int32Array(1024),
  runs: new Int32Array(1024),
});

const grown = (from: Int32Array): Int32Array => {
  const to = new Int32Array(from.length * 2);
  to.set(from);
  return to;
};

const add = (row: WordRow, start: number, end: number, run: number): void => {
  if (row.count === row.starts.length) {
    row.starts = grown(row.starts);
    row.ends = grown(row.ends);
    row.runs = grown(row.runs);
  }
  row.starts[row.count] = start;
  row.ends[row.count] = end;
  row.runs[row.count] = run;
  row.count += 1;
};

const room = (row: WordRow, bytes: number): void => {
  if (row.bytes.length < bytes) row.bytes = new Uint8Array(Math.min(bytes * 2, MOST_UNITS * 3));
};

const windowOf = (text: string): string =>
  text.length <= HEAD_UNITS + TAIL_UNITS
    ? text
    : `${text.slice(0, HEAD_UNITS)}\u2026${text.slice(text.length - TAIL_UNITS)}`;

/** Nothing but ASCII: the same words without regular expressions. False where there is more. */
const readAscii = (text: string, row: WordRow): boolean => {
  room(row, text.length * 2 + 8);
  const { bytes } = row;
  let run = 0;
  let out = 0;
  let wordStart = -1;
  row.count = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 32;
    if (c > 127) return false;
    const lower = c | 32;
    if (lower >= 97 && lower <= 122) {
      if (wordStart < 0) wordStart = out;
      bytes[out++] = lower;
      continue;
    }
    if (wordStart >= 0) {
      add(row, wordStart, out, run);
      bytes[out++] = 32;
      wordStart = -1;
    }
    if (c >= 48 && c <= 57) run += 1;
  }
  return true;
};

const encoder = new TextEncoder();
/** A break is one character, of at most two units. */
const isBreak = (part: string): boolean => part.length <= 2 && BREAK.test(part);

const readUnicode = (text: string, row: WordRow): void => {
  const found = text.normalize('NFKC').toLowerCase().match(WORD_OR_BREAK) ?? [];
  const line = found.filter((part) => !isBreak(part)).join(' ');
  room(row, line.length * 3);
  encoder.encodeInto(line, row.bytes);
  let run = 0;
  let at = 0;
  row.count = 0;
  for (const part of found) {
    if (isBreak(part)) {
      run += 1;
      continue;
    }
    const end = at + Buffer.byteLength(part);
    add(row, at, end, run);
    at = end + 1;
  }
};

/** Reads the words of a text into `row`. Linear in the window, which is bounded. */
export const readWords = (text: string, row: WordRow): void => {
  const window = windowOf(text);
  if (!readAscii(window, row)) readUnicode(window, row);
};

/** Calls back with the bytes of each shingle: three words of one run, with one space between them; false ends it. */
export const eachShingle = (row: WordRow, call: (start: number, end: number) => unknown): void => {
  for (let i = 0; i + SHINGLE_WORDS <= row.count; i++) {
    const last = i + SHINGLE_WORDS - 1;
    if (row.runs[i] !== row.runs[last]) continue;
    if (call(row.starts[i]!, row.ends[last]!) === false) return;
  }
};
