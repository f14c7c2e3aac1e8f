/** Fast non-cryptographic 32-bit hashing, for sketches and tables; never for secrets. */

/** Final avalanche of MurmurHash3 (Austin Appleby, public domain): every input bit moves every output bit. */
export const mix32 = (h: number): number => {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** FNV-1a over UTF-16 code units with a final avalanche; 0 … 2³²−1. */
export const hash32 = (text: string, seed = 0): number => {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix32(h);
};

/** Two 32-bit hashes folded into one exact integer below 2⁵³: wide enough to count distinct values. */
export const key53 = (high: number, low: number): number => (high >>> 0) * 0x200000 + (low >>> 11);

/** A 53-bit key of a text. */
export const hash53 = (text: string): number => {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x5bd1e995);
  }
  return key53(mix32(a), mix32(b ^ text.length));
};
