import { createInterner, HASH_PRIME, HASH_SEED, type Interner, internHashed } from './intern.ts';
import { NATIVE_FIELDS, type NativeRow } from './native-row.ts';
import { parseRfc3339 } from './timestamp.ts';

/**
 * The usual line of a native log read from its bytes: one object whose values are texts, plain
 * numbers, true, false or null. Finds no more than the fields that are known, makes no object but
 * the row, and makes no new text for an identifier that comes back.
 *
 * Whatever is less usual (an object or array inside, an escape in a name, a negative number, an
 * exponent, a mistake) is left to JSON.parse. A property test holds both to the same exchange.
 */
export interface FlatReader {
  readonly texts: Interner;
  /** The slot that followed each slot last time: most lines name their fields in one order. */
  readonly next: Uint8Array;
}

/** Stands before the first name of a line. */
const BEGIN = NATIVE_FIELDS.length;

export const createFlatReader = (): FlatReader => ({
  texts: createInterner(),
  next: new Uint8Array(BEGIN + 1),
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

/** Each name with its quotes and the colon, as it stands where there are no blanks. */
const MEMBER_BYTES = NATIVE_FIELDS.map((name) => Buffer.from(`"${name}":`));

const isMember = (b: Buffer, at: number, slot: number): boolean => {
  const member = MEMBER_BYTES[slot]!;
  for (let i = 0; i < member.length; i++) if (b[at + i] !== member[i]) return false;
  return true;
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

/** What stands after a backslash and what it means (RFC 8259 section 7); 0 for `u` and mistakes. */
const MEANS = new Uint8Array(256);
for (const [name, meaning] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'])
  MEANS[name!.charCodeAt(0)] = meaning!.charCodeAt(0);
/** Room for a text without its escapes; longer ones, and those with \u, are left to JSON.parse. */
const PLAIN = Buffer.alloc(8192);

/** The text from `start`, with its first backslash at `first`, that the quote at `close` ends. */
const unescaped = (b: Buffer, start: number, first: number, close: number): unknown => {
  if (close - start <= PLAIN.length) {
    let length = b.copy(PLAIN, 0, start, first);
    let high = 0;
    let p = first;
    for (; p < close; p++) {
      let c = b[p]!;
      if (c === BACKSLASH) {
        c = MEANS[b[++p]!]!;
        if (c === 0) break;
      } else if (c < 32) return undefined;
      high |= c;
      PLAIN[length++] = c;
    }
    for (let i = 0; high < 128 && i < first - start; i++) high |= PLAIN[i]!;
    if (p === close) return PLAIN.toString(high < 128 ? 'latin1' : 'utf8', 0, length);
  }
  return parseText(b.toString('utf8', start - 1, close + 1));
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
  let hash = HASH_SEED;
  if (slot >= 0 && INTERNED[slot] === 1)
    for (let c = b[p]!; KIND[c]! < 2; c = b[++p]!) hash = Math.imul(hash ^ c, HASH_PRIME);
  else for (let kind = KIND[b[p]!]!; kind < 2; kind = KIND[b[++p]!]!) high |= kind;
  if (b[p] === BACKSLASH) {
    const close = escapedEnd(b, p, end);
    if (close < 0) return undefined;
    after = close + 1;
    return slot < 0 ? undefined : unescaped(b, start, p, close);
  }
  if (b[p] !== QUOTE || p >= end) return undefined;
  after = p + 1;
  if (slot < 0) return '';
  if (INTERNED[slot] === 1) return internHashed(reader.texts, b, start, p, hash);
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
  return power === 0 ? value : value / POWERS[power]!;
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
  const { next } = reader;
  // Locals and no list: a text stored in something older costs the collector a note.
  let timestamp: unknown;
  let account_id: unknown;
  let prompt: unknown;
  let messages: unknown;
  let response_tokens: unknown;
  let response: unknown;
  let exchange_id: unknown;
  let organization_id: unknown;
  let end_user_id: unknown;
  let conversation_id: unknown;
  let model: unknown;
  let prompt_tokens: unknown;
  let reasoning_tokens: unknown;
  let max_tokens: unknown;
  let temperature: unknown;
  let n: unknown;
  let logprobs: unknown;
  let stream: unknown;
  let tools: unknown;
  let system_prompt: unknown;
  let finish_reason: unknown;
  let status: unknown;
  let ip: unknown;
  let asn: unknown;
  let country: unknown;
  let user_agent: unknown;
  let ja4: unknown;
  let prompt_hash: unknown;
  let template_id: unknown;
  let p = skipBlanks(b, start);
  if (b[p] !== 123) return null;
  let before: number = BEGIN;
  for (let names = 0; names < MOST_NAMES; names++) {
    p += 1;
    let slot = next[before]!;
    if (isMember(b, p, slot)) p += MEMBER_BYTES[slot]!.length;
    else {
      p = skipBlanks(b, p);
      if (b[p] !== QUOTE) return null;
      const name = ++p;
      while (KIND[b[p]!] === 0) p++;
      if (b[p] !== QUOTE) return null;
      slot = slotOf(b, name, p);
      p = skipBlanks(b, p + 1);
      if (b[p] !== 58) return null;
      p += 1;
      if (slot >= 0) next[before] = slot;
    }
    const value = readValue(reader, b, skipBlanks(b, p), end, slot);
    if (value === undefined) return null;
    if (slot >= 0) before = slot;
    switch (slot) {
      case 0:
        timestamp = value;
        break;
      case 1:
        account_id = value;
        break;
      case 2:
        prompt = value;
        break;
      case 3:
        messages = value;
        break;
      case 4:
        response_tokens = value;
        break;
      case 5:
        response = value;
        break;
      case 6:
        exchange_id = value;
        break;
      case 7:
        organization_id = value;
        break;
      case 8:
        end_user_id = value;
        break;
      case 9:
        conversation_id = value;
        break;
      case 10:
        model = value;
        break;
      case 11:
        prompt_tokens = value;
        break;
      case 12:
        reasoning_tokens = value;
        break;
      case 13:
        max_tokens = value;
        break;
      case 14:
        temperature = value;
        break;
      case 15:
        n = value;
        break;
      case 16:
        logprobs = value;
        break;
      case 17:
        stream = value;
        break;
      case 18:
        tools = value;
        break;
      case 19:
        system_prompt = value;
        break;
      case 20:
        finish_reason = value;
        break;
      case 21:
        status = value;
        break;
      case 22:
        ip = value;
        break;
      case 23:
        asn = value;
        break;
      case 24:
        country = value;
        break;
      case 25:
        user_agent = value;
        break;
      case 26:
        ja4 = value;
        break;
      case 27:
        prompt_hash = value;
        break;
      case 28:
        template_id = value;
        break;
    }
    p = skipBlanks(b, after);
    if (b[p] === 125) {
      if (skipBlanks(b, p + 1) < end) return null;
      return {
        timestamp,
        account_id,
        prompt,
        messages,
        response_tokens,
        response,
        exchange_id,
        organization_id,
        end_user_id,
        conversation_id,
        model,
        prompt_tokens,
        reasoning_tokens,
        max_tokens,
        temperature,
        n,
        logprobs,
        stream,
        tools,
        system_prompt,
        finish_reason,
        status,
        ip,
        asn,
        country,
        user_agent,
        ja4,
        prompt_hash,
        template_id,
      };
    }
    if (b[p] !== 44) return null;
  }
  return null;
};
