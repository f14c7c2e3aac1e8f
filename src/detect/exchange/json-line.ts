import { isRow, type Row } from './fields.ts';
import { MAX_DEPTH, MAX_VALUES, type RejectReason } from './reject.ts';

/** Below this size even the worst JSON is harmless, and looking at its shape would cost a third. */
const SMALL_LINE = 4096;

/**
 * Looks at the shape of a long line before JSON.parse does: 64 MB of '[' would otherwise become
 * gigabytes of arrays.
 */
export const shapeFault = (b: Uint8Array, start: number, end: number): RejectReason | null => {
  let depth = 0;
  let values = 0;
  let inside = false;
  for (let p = start; p < end; p++) {
    const c = b[p]!;
    if (inside) {
      if (c === 92) p++;
      else if (c === 34) inside = false;
    } else if (c === 34) inside = true;
    else if (c === 91 || c === 123) {
      if (++depth > MAX_DEPTH) return 'ROW_TOO_DEEP';
    } else if (c === 93 || c === 125) depth--;
    else if (c === 44 && ++values > MAX_VALUES) return 'ROW_TOO_MANY_VALUES';
  }
  return null;
};

/** The row in bytes `start..end` of valid UTF-8, or why there is none. */
export const parseLine = (b: Buffer, start: number, end: number): Row | RejectReason => {
  const fault = end - start > SMALL_LINE ? shapeFault(b, start, end) : null;
  if (fault !== null) return fault;
  try {
    const value: unknown = JSON.parse(b.toString('utf8', start, end));
    return isRow(value) ? value : 'ROW_NOT_JSON';
  } catch {
    return 'ROW_NOT_JSON';
  }
};

/**
 * JSON that a log carries inside a string (a request body, the messages of a span), under the same
 * bounds as a line; undefined when the text is no JSON object or array.
 */
export const parseEmbedded = (text: string): unknown => {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return undefined;
  const bytes = Buffer.from(text);
  if (bytes.length > SMALL_LINE && shapeFault(bytes, 0, bytes.length) !== null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** The value itself, or what its text holds when it is JSON in a string. */
export const unwrap = (value: unknown): unknown =>
  typeof value === 'string' ? (parseEmbedded(value) ?? value) : value;

/** As `unwrap`; an empty row when that is no object. */
export const unwrapRow = (value: unknown): Row => {
  const inner = unwrap(value);
  return isRow(inner) ? inner : {};
};
