/**
 * Salted bottom-k sketches (Broder, "On the resemblance and containment of documents", SEQUENCES 1997):
 * the k smallest hashes of a set of shingles are an even sample of it, so the share of them that a prompt
 * also has estimates how much of the set the prompt contains.
 */
import { toBase64Url } from '../../sharing/signing/base64.ts';
import { createWordRow, eachShingle, readWords } from './shingles.ts';
import { createSipHash } from './siphash.ts';

export const SKETCH_ALGORITHM = 'siphash-2-4/word-3/bottom-k';
/** Bytes of a salt, which is the key of the hash. */
export const SALT_BYTES = 16;
/** Hashes that a sketch keeps. */
export const SKETCH_SIZE = 64;
/** With fewer shingles a family cannot be told from ordinary language. */
export const LEAST_SHINGLES = 8;

export interface Sketch {
  readonly algorithm: typeof SKETCH_ALGORITHM;
  /** 16 bytes, base64url. Not secret: it keeps tables from being made once for everybody. */
  readonly salt: string;
  /** Distinct shingles of the family. */
  readonly shingles: number;
  /** The smallest hashes, at most 64, ascending, each 16 hexadecimal digits. */
  readonly values: readonly string[];
}

const hex = (half: number): string => half.toString(16).padStart(8, '0');

/** The distinct salted hashes of a text's shingles, ascending. */
export const shingleHashes = (text: string, salt: Uint8Array): string[] => {
  const row = createWordRow();
  const sip = createSipHash(salt);
  const hashes = new Set<string>();
  readWords(text, row);
  eachShingle(row, (start, end) => {
    sip.hash(row.bytes, start, end);
    hashes.add(hex(sip.high) + hex(sip.low));
  });
  return [...hashes].sort();
};

/** The sketch of a masked template, or undefined where it has too few shingles. */
export const sketchOf = (template: string, salt: Uint8Array): Sketch | undefined => {
  const hashes = shingleHashes(template, salt);
  if (hashes.length < LEAST_SHINGLES) return undefined;
  return {
    algorithm: SKETCH_ALGORITHM,
    salt: toBase64Url(salt),
    shingles: hashes.length,
    values: hashes.slice(0, SKETCH_SIZE),
  };
};
