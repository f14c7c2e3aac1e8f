import { MAX_ID, MAX_TEXT, MAX_TOKENS } from './reject.ts';
import { inRange, parseTimestampText } from './timestamp.ts';

/** A row as JSON.parse gives it: attacker-controlled, every value of any type. */
export type Row = Readonly<Record<string, unknown>>;

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Absent, null and '' all mean that the log does not say (CSV has no other way to say it). */
export const isAbsent = (value: unknown): value is undefined | null | '' =>
  value === undefined || value === null || value === '';

/**
 * The first `max` UTF-16 units of a text, never half a surrogate pair, as a string of its own: a
 * plain slice would keep a 50 MB prompt alive for the sake of its first 64 KB.
 */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const end = last >= 0xd800 && last < 0xdc00 ? max - 1 : max;
  return Buffer.from(text.slice(0, end), 'utf16le').toString('utf16le');
};

/** A text, cut to its bound; a number becomes its decimal text; null when it is anything else. */
export const textOf = (value: unknown, max: number = MAX_TEXT): string | null => {
  if (typeof value === 'string') return value === '' ? null : cut(value, max);
  return typeof value === 'number' ? String(value) : null;
};

/** An identifier; null when there is none; undefined when there is one that cannot be trusted. */
export const idOf = (value: unknown): string | null | undefined => {
  if (isAbsent(value)) return null;
  if (typeof value === 'string') return value.length <= MAX_ID ? value : undefined;
  // Two ids above 2^53 may have become the same number already: refuse instead of merging accounts.
  return Number.isSafeInteger(value) ? String(value) : undefined;
};

const PLAIN_NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

/** A finite number, also as a plain decimal string; null otherwise. */
export const numberOf = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && PLAIN_NUMBER.test(value) ? Number(value) : null;
};

/** A whole number from `min` to `max`; null otherwise. */
export const wholeOf = (value: unknown, min = 0, max = MAX_TOKENS): number | null => {
  const n = numberOf(value);
  return n !== null && Number.isInteger(n) && n >= min && n <= max ? n + 0 : null;
};

/** True for true, a positive number, a non-empty array or object, and the texts 'true' and '1'. */
export const flagOf = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value > 0;
  if (typeof value === 'string') return /^(true|1)$/i.test(value);
  if (Array.isArray(value)) return value.length > 0;
  return isRow(value) && Object.keys(value).length > 0;
};

/** Epoch milliseconds; null when there is none; NaN when it cannot be read or is out of range. */
export const timestampOf = (value: unknown): number | null => {
  if (isAbsent(value)) return null;
  const ms =
    typeof value === 'number'
      ? Math.floor(value)
      : typeof value === 'string'
        ? parseTimestampText(value)
        : Number.NaN;
  return inRange(ms) ? ms : Number.NaN;
};

const isAsn = (text: string): boolean => {
  if (text.length < 3 || text.length > 12 || !text.startsWith('AS')) return false;
  for (let i = 2; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 48 || c > 57) return false;
  }
  return true;
};

/** 'AS64500' for 64500, '64500', 'as64500' and 'AS64500', so that two logs can agree. */
export const asnOf = (value: unknown): string | null => {
  if (typeof value !== 'number') return asnOfText(value);
  // Most logs give a number, and few different ones.
  const at = value & (KNOWN_ASNS - 1);
  if (asnNumbers[at] === value) return asnTexts[at]!;
  const text = asnOfText(value);
  asnNumbers[at] = value;
  asnTexts[at] = text;
  return text;
};

const KNOWN_ASNS = 4096;
const asnNumbers = new Float64Array(KNOWN_ASNS).fill(Number.NaN);
const asnTexts = new Array<string | null>(KNOWN_ASNS).fill(null);

const asnOfText = (value: unknown): string | null => {
  const text = textOf(value);
  if (text === null || isAsn(text)) return text;
  const number = /^(?:as)?(\d{1,10})$/i.exec(text);
  return number ? `AS${number[1]}` : text;
};
