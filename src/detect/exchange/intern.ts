/**
 * Texts that come back, made once: a table of the last texts by the hash of their bytes. Looking one
 * up compares bytes with bytes; making a string anew takes several times as long, and two equal
 * strings that are one object are compared in one step by everything that follows.
 */
export interface Interner {
  readonly texts: string[];
  readonly lengths: Uint8Array;
  /** The bytes of each text, LONGEST for each place. */
  readonly bytes: Uint8Array;
}

const PLACES = 1 << 14;
/** Bytes of the longest text that is kept, which bounds the table to 2 MB whatever it is shown. */
const LONGEST = 64;

export const createInterner = (): Interner => ({
  texts: new Array<string>(PLACES).fill(''),
  lengths: new Uint8Array(PLACES),
  bytes: new Uint8Array(PLACES * LONGEST),
});

/** FNV-1a over the bytes of a text. */
export const HASH_SEED = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** The text in bytes `start..end` of valid UTF-8. */
export const intern = (table: Interner, b: Buffer, start: number, end: number): string => {
  let hash = HASH_SEED;
  for (let p = start; p < end; p++) hash = Math.imul(hash ^ b[p]!, HASH_PRIME);
  return internHashed(table, b, start, end, hash);
};

/** As `intern`, for somebody who hashed the bytes when looking for their end. */
export const internHashed = (
  table: Interner,
  b: Buffer,
  start: number,
  end: number,
  hash: number,
): string => {
  const length = end - start;
  if (length > LONGEST) return b.toString('utf8', start, end);
  const at = (hash ^ (hash >>> 15)) & (PLACES - 1);
  const { lengths, bytes, texts } = table;
  const from = at * LONGEST;
  if (lengths[at] === length) {
    let i = 0;
    while (i < length && bytes[from + i] === b[start + i]) i++;
    if (i === length) return texts[at]!;
  }
  const text = b.toString('utf8', start, end);
  texts[at] = text;
  lengths[at] = length;
  for (let i = 0; i < length; i++) bytes[from + i] = b[start + i]!;
  return text;
};
