/**
 * JSON from strangers (RFC 8259), bounded before it is parsed. `JSON.parse` alone keeps the last of two
 * equal names, so two readers of one text may see two objects; it takes any depth; and it makes
 * `__proto__` a property that careless copying turns into a prototype. All three are refused.
 */

export interface JsonBounds {
  /** Longest text in bytes of UTF-8 (of a string: in UTF-16 code units). */
  readonly maxBytes: number;
  /** Deepest nesting of lists and objects; a plain value has depth 0. */
  readonly maxDepth: number;
  /** Most members of objects and items of lists, together. */
  readonly maxValues: number;
}

export const JSON_BOUNDS: JsonBounds = { maxBytes: 8 << 20, maxDepth: 64, maxValues: 1_000_000 };

export const JSON_FAULTS = {
  JSON_TOO_LARGE: 'The text is longer than the bound.',
  JSON_NOT_UTF8: 'The bytes are not UTF-8.',
  JSON_SYNTAX: 'The text is not JSON.',
  JSON_TOO_DEEP: 'Values are nested deeper than the bound.',
  JSON_TOO_MANY_VALUES: 'The text holds more values than the bound.',
  JSON_DUPLICATE_NAME: 'An object has two members of the same name.',
  JSON_PROTO_NAME: 'A member is named __proto__.',
} as const;

export interface JsonFault {
  readonly code: keyof typeof JSON_FAULTS;
  readonly message: string;
}

export type JsonParsed =
  | { readonly value: unknown; readonly fault?: undefined }
  | { readonly fault: JsonFault; readonly value?: undefined };

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const refuse = (code: JsonFault['code'], detail?: string): JsonParsed => ({
  fault: {
    code,
    message: detail === undefined ? JSON_FAULTS[code] : `${JSON_FAULTS[code]} ${detail}`,
  },
});

/** Index of the quote that ends the string begun at `start`, or -1. */
const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    // An even number of backslashes escape each other and leave the quote alone.
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return -1;
};

/** Members (colons outside strings), or the fault that makes parsing pointless. */
const prescan = (text: string, bounds: JsonBounds): number | JsonFault['code'] => {
  let depth = 0;
  let members = 0;
  let commas = 0;
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        if (i < 0) return 'JSON_SYNTAX';
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        if (depth > bounds.maxDepth) return 'JSON_TOO_DEEP';
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COLON:
        members += 1;
        break;
      case COMMA:
        commas += 1;
        if (commas >= bounds.maxValues) return 'JSON_TOO_MANY_VALUES';
        break;
    }
  }
  return members;
};

/** Members that a parsed value has, or -1 when one of them is named `__proto__`. */
const countMembers = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      const inside = countMembers(item);
      if (inside < 0) return -1;
      count += inside;
    }
    return count;
  }
  // A parsed value has no inherited enumerable properties.
  for (const name in value) {
    if (name === '__proto__') return -1;
    const inside = countMembers((value as { readonly [name: string]: unknown })[name]);
    if (inside < 0) return -1;
    count += 1 + inside;
  }
  return count;
};

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    // RFC 8259, 8.1: no byte order mark. Kept here, it is then refused as a syntax error.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** Parses a text, or says in one sentence why not. Never throws; linear in the length of the text. */
export const parseJsonText = (
  input: string | Uint8Array,
  given: Partial<JsonBounds> = {},
): JsonParsed => {
  const bounds = { ...JSON_BOUNDS, ...given };
  if (input.length > bounds.maxBytes) {
    return refuse('JSON_TOO_LARGE', `It has ${input.length}; the bound is ${bounds.maxBytes}.`);
  }
  const text = typeof input === 'string' ? input : decode(input);
  if (text === undefined) return refuse('JSON_NOT_UTF8');
  const members = prescan(text, bounds);
  if (typeof members === 'string') return refuse(members);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the input; they stay here.
    return refuse('JSON_SYNTAX');
  }
  const kept = countMembers(value);
  if (kept < 0) return refuse('JSON_PROTO_NAME');
  // Each member of the text has one colon. Of two with one name only one is kept, however the names
  // are escaped: fewer members than colons means that a name came twice.
  if (kept !== members) return refuse('JSON_DUPLICATE_NAME');
  return { value };
};
