/**
 * Query signatures against one prompt at a time. A prompt's words are read once; its shingles are hashed
 * once for each salt in use, and each hash is looked up among those of all sketches of that salt.
 */
import { fromBase64Url } from '../../sharing/signing/base64.ts';
import type { SignaturePattern } from '../profile/pattern.ts';
import { createWordRow, eachShingle, readWords, SHINGLE_WORDS } from '../sketch/shingles.ts';
import { createSipHash } from '../sketch/siphash.ts';

/** Salts in use at once: each costs the hashing of every prompt. */
export const MOST_SALTS = 256;

export interface HeldSignature {
  readonly pattern: SignaturePattern;
  readonly holder: number;
}

export interface SignatureIndex {
  /** Numbers of the indicators that the prompt holds enough of. */
  readonly of: (prompt: string) => readonly number[];
}

const NONE: readonly number[] = [];

interface SaltGroup {
  readonly sip: ReturnType<typeof createSipHash>;
  /** By the 53 highest bits of a hash: which signatures have it. */
  readonly byHash: ReadonlyMap<number, readonly number[]>;
  /** Bits of the lowest halves of all hashes: most shingles of most prompts stop here. */
  readonly filter: Uint32Array;
  readonly mask: number;
  /** Fewest of its hashes that make a hit of any. */
  readonly least: number;
}

const key = (high: number, low: number): number => high * 0x200000 + (low >>> 11);

/** Bits of the filter for each hash: one in 32 of foreign shingles passes. */
const BITS_PER_HASH = 32;

const groupOf = (
  salt: string,
  held: readonly (HeldSignature & { readonly at: number })[],
  least: number,
): SaltGroup => {
  const byHash = new Map<number, number[]>();
  const hashes = held.reduce((sum, { pattern }) => sum + pattern.sketch.values.length, 0);
  const size = 2 ** Math.ceil(Math.log2(Math.max(1024, hashes * BITS_PER_HASH)));
  const filter = new Uint32Array(size / 32);
  for (const { pattern, at } of held)
    for (const value of pattern.sketch.values) {
      const high = Number.parseInt(value.slice(0, 8), 16);
      const low = Number.parseInt(value.slice(8), 16);
      const k = key(high, low);
      const known = byHash.get(k);
      if (known === undefined) byHash.set(k, [at]);
      else known.push(at);
      const bit = low & (size - 1);
      filter[bit >>> 5]! |= 1 << (bit & 31);
    }
  return { sip: createSipHash(fromBase64Url(salt)!), byHash, filter, mask: size - 1, least };
};

/** @param held at most MOST_SALTS different salts */
export const createSignatureIndex = (held: readonly HeldSignature[]): SignatureIndex => {
  const numbered = held.map((one, at) => ({ ...one, at }));
  const salts = Map.groupBy(numbered, ({ pattern }) => pattern.sketch.salt);
  const needed = Int32Array.from(held, ({ pattern: { sketch, match } }) =>
    Math.ceil(match.min_containment * sketch.values.length),
  );
  const groups = [...salts].map(([salt, list]) =>
    groupOf(salt, list, Math.min(...list.map(({ at }) => needed[at]!))),
  );
  const row = createWordRow();
  const counts = new Int32Array(held.length);
  const seen = new Set<number>();
  const touched: number[] = [];

  const countGroup = ({ sip, byHash, filter, mask, least }: SaltGroup): void => {
    let left = row.count - SHINGLE_WORDS + 1;
    // What the nearest signature is short of: with fewer shingles left, none of the group can be met.
    let short = least;
    if (left < short) return;
    seen.clear();
    eachShingle(row, (start, end) => {
      if (left < short) return false;
      left -= 1;
      sip.hash(row.bytes, start, end);
      const bit = sip.low & mask;
      if ((filter[bit >>> 5]! & (1 << (bit & 31))) === 0) return true;
      const k = key(sip.high, sip.low);
      const holders = byHash.get(k);
      // A shingle that a prompt repeats is still one shingle.
      if (holders === undefined || seen.has(k)) return true;
      seen.add(k);
      for (const at of holders) {
        if (counts[at] === 0) touched.push(at);
        counts[at]! += 1;
        short = Math.min(short, needed[at]! - counts[at]!);
      }
      return true;
    });
  };

  return {
    of: (prompt) => {
      if (groups.length === 0 || prompt === '') return NONE;
      readWords(prompt, row);
      for (const group of groups) countGroup(group);
      if (touched.length === 0) return NONE;
      const found = touched
        .filter((at) => counts[at]! >= needed[at]!)
        .map((at) => held[at]!.holder);
      for (const at of touched) counts[at] = 0;
      touched.length = 0;
      return found;
    },
  };
};
