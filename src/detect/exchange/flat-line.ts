import { createInterner, type Interner, intern } from './intern.ts';
import { createSlots, NATIVE_FIELDS, type NativeRow, rowOf } from './native-row.ts';
import { parseRfc3339 } from './timestamp.ts';

/**
 * The usual line of a native log read from its bytes: one object whose values are texts, plain
 * numbers, true, false or null. Finds no more than the fields that are known, makes no object for
 * the row, and makes no new text for an identifier that comes back.
 *
 * Whatever is less usual (an object or array inside, an escape in a name, a negative number, an
 * exponent, a mistake) is left to JSON.parse. A property test holds both to the same exchange.
 */
export interface FlatReader {
  readonly slots: unknown[];
  readonly texts: Interner;
}

export const createFlatReader = (): FlatReader => ({
  slots: createSlots(),
  texts: createInterner(),
});

const QUOTE = 34;
const BACKSLASH = 92;
/** 0 for bytes that stand for themselves inside a text, HIGH for those of a longer sequence. */
const KIND = new Uint8Array(256).fill(2, 0, 32).fill(1, 128);
const HIGH = 1;
KIND[QUOTE] = 2;
KIND[BACKSLASH] = 2;

/** More names than this in a row are left to the check of its shape (json-line.ts). */
const MOST_NAMES = 256;
/** Digits of a number that are exact as one integer below 2⁵³. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, i) => 10 ** i);

const TIMESTAMP = NATIVE_FIELDS.indexOf('timestamp');
/** Fields whose values come back from row to row. */
const COMES_BACK = new Set<string>([
  'account_id',
  'organization_id',
  'model',
  'finish_reason',
  'ip',
  'asn',
  'country',
  'user_agent',
  'ja4',
  'template_id',
] satisfies (typeof NATIVE_FIELDS)[number][]);
const INTERNED = Uint8Array.from(NATIVE_FIELDS, (name) => (COMES_BACK.has(name) ? 1 : 0));

/** Slots by length and first letter of the name: a few to compare in each place. */
const NAME_BYTES = NATIVE_FIELDS.map((name) => Buffer.from(name));
const place = (length: number, first: number): number => ((length & 31) << 5) | (first & 31);
const SLOTS_AT: readonly number[][] = Array.from({ length: 1024 }, (_, at) =>
  NAME_BYTES.flatMap((name, slot) => (place(name.length, name[0]!) === at ? [slot] : [])),
);

const slotOf = (b: Buffer, start: number, end: number): number => {
  candidates: for (const slot of SLOTS_AT[place(end - start, b[start]!)]!) {
    const name = NAME_BYTES[slot]!;
    if (name.length !== end - start) continue;
    for (let i = 0; i < name.length; i++) if (b[start + i] !== name[i]) continue candidates;
    return slot;
  }
  return -1;
};

/** Where the last value that was read ended. */
let after = 0;

const skipBlanks = (b: Buffer, from: number): number => {
  let p = from;
  while (b[p] === 32 || b[p] === 9 || b[p] === 13) p++;
  return p;
};

/** End of a text with escapes (the closing quote), or -1 when it has none before `end`. */
const escapedEnd = (b: Buffer, from: number, end: number): number => {
  for (let p = from; p < end; p++) {
    if (b[p] === BACKSLASH) p++;
    else if (b[p] === QUOTE) return p;
  }
  return -1;
};

/** The text whose opening quote is before `start`; undefined when it is for JSON.parse to judge. */
const readText = (
  reader: FlatReader,
  b: Buffer,
  start: number,
  end: number,
  slot: number,
): unknown => {
  let p = start;
  let high = 0;
  for (let kind = KIND[b[p]!]!; kind < 2; kind = KIND[b[++p]!]!) high |= kind;
  if (b[p] === BACKSLASH) {
    const close = escapedEnd(b, p, end);
    if (close < 0) return undefined;
    after = close + 1;
    if (slot < 0) return undefined;
    return parseText(b.toString('utf8', start - 1, close + 1));
  }
  if (b[p] !== QUOTE || p >= end) return undefined;
  after = p + 1;
  if (slot < 0) return '';
  if (INTERNED[slot] === 1) return intern(reader.texts, b, start, p);
  if (slot === TIMESTAMP) {
    const ms = parseRfc3339(b, start, p);
    if (!Number.isNaN(ms)) return ms;
  }
  return b.toString(high === HIGH ? 'utf8' : 'latin1', start, p);
};

const parseText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** A whole number or plain decimal without sign; undefined when it is for JSON.parse to judge. */
const readNumber = (b: Buffer, start: number): number | undefined => {
  let p = start;
  let value = 0;
  let digit = b[p]! - 48;
  for (; digit >= 0 && digit <= 9; digit = b[++p]! - 48) value = value * 10 + digit;
  let digits = p - start;
  if (digits === 0 || (digits > 1 && b[start] === 48)) return undefined;
  let power = 0;
  if (b[p] === 46) {
    const point = p;
    digit = b[++p]! - 48;
    for (; digit >= 0 && digit <= 9; digit = b[++p]! - 48) value = value * 10 + digit;
    power = p - point - 1;
    digits += power;
    if (power === 0) return undefined;
  }
  if (digits > MOST_DIGITS) return undefined;
  after = p;
  // Both are exact, so the quotient is the nearest number (Clinger, PLDI 1990, section 3).
  return value / POWERS[power]!;
};

const isWord = (b: Buffer, at: number, word: string): boolean => {
  for (let i = 0; i < word.length; i++) if (b[at + i] !== word.charCodeAt(i)) return false;
  after = at + word.length;
  return true;
};

const readValue = (
  reader: FlatReader,
  b: Buffer,
  at: number,
  end: number,
  slot: number,
): unknown => {
  switch (b[at]) {
    case QUOTE:
      return readText(reader, b, at + 1, end, slot);
    case 116:
      return isWord(b, at, 'true') ? true : undefined;
    case 102:
      return isWord(b, at, 'false') ? false : undefined;
    case 110:
      return isWord(b, at, 'null') ? null : undefined;
    default:
      return readNumber(b, at);
  }
};

/** The fields of the row in bytes `start..end` of valid UTF-8, or null when JSON.parse must read it. */
export const readFlatLine = (
  reader: FlatReader,
  b: Buffer,
  start: number,
  end: number,
): NativeRow | null => {
  const { slots } = reader;
  slots.fill(undefined);
  let p = skipBlanks(b, start);
  if (b[p] !== 123) return null;
  for (let names = 0; names < MOST_NAMES; names++) {
    p = skipBlanks(b, p + 1);
    if (b[p] !== QUOTE) return null;
    const name = ++p;
    while (KIND[b[p]!] === 0) p++;
    if (b[p] !== QUOTE) return null;
    const slot = slotOf(b, name, p);
    p = skipBlanks(b, p + 1);
    if (b[p] !== 58) return null;
    const value = readValue(reader, b, skipBlanks(b, p + 1), end, slot);
    if (value === undefined) return null;
    if (slot >= 0) slots[slot] = value;
    p = skipBlanks(b, after);
    if (b[p] === 125) return skipBlanks(b, p + 1) >= end ? rowOf(slots) : null;
    if (b[p] !== 44) return null;
  }
  return null;
};
