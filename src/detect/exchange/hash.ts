/**
 * 32-bit hash of a text, seeded; the mixing steps of MurmurHash3 (Appleby, x86_32) over UTF-16 code
 * units. Not keyed and not for secrets.
 */
export const hashText = (text: string, seed: number): number => {
  let h = seed | 0;
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  return mix(h ^ text.length);
};

/** The finaliser of MurmurHash3: every input bit changes every output bit with probability 1/2. */
export const mix = (value: number): number => {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};
