/**
 * SipHash-2-4 (Aumasson & Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012): 64 bits under a
 * key of 16 bytes. Sketches use it because every language has it and short inputs cost little. Pairs of
 * 32-bit halves stand for the 64-bit words of the paper.
 */

/** The hash of the last call: read both before the next. */
export interface SipHash {
  /** @param end exclusive */
  readonly hash: (bytes: Uint8Array, start: number, end: number) => void;
  high: number;
  low: number;
}

const word = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

export const createSipHash = (key: Uint8Array): SipHash => {
  const k0l = word(key, 0);
  const k0h = word(key, 4);
  const k1l = word(key, 8);
  const k1h = word(key, 12);
  let v0h = 0;
  let v0l = 0;
  let v1h = 0;
  let v1l = 0;
  let v2h = 0;
  let v2l = 0;
  let v3h = 0;
  let v3l = 0;

  // Section 2.1, SipRound. A carry shows as a sum smaller than one of its parts.
  const round = (): void => {
    let sum = (v0l >>> 0) + (v1l >>> 0);
    v0h = (v0h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
    v0l = sum | 0;
    let t = (v1h << 13) | (v1l >>> 19);
    v1l = ((v1l << 13) | (v1h >>> 19)) ^ v0l;
    v1h = t ^ v0h;
    t = v0h;
    v0h = v0l;
    v0l = t;
    sum = (v2l >>> 0) + (v3l >>> 0);
    v2h = (v2h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
    v2l = sum | 0;
    t = (v3h << 16) | (v3l >>> 16);
    v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
    v3h = t ^ v2h;
    sum = (v0l >>> 0) + (v3l >>> 0);
    v0h = (v0h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
    v0l = sum | 0;
    t = (v3h << 21) | (v3l >>> 11);
    v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
    v3h = t ^ v0h;
    sum = (v2l >>> 0) + (v1l >>> 0);
    v2h = (v2h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
    v2l = sum | 0;
    t = (v1h << 17) | (v1l >>> 15);
    v1l = ((v1l << 17) | (v1h >>> 15)) ^ v2l;
    v1h = t ^ v2h;
    t = v2h;
    v2h = v2l;
    v2l = t;
  };

  const absorb = (high: number, low: number): void => {
    v3h ^= high;
    v3l ^= low;
    round();
    round();
    v0h ^= high;
    v0l ^= low;
  };

  const self: SipHash = {
    high: 0,
    low: 0,
    hash: (bytes, start, end) => {
      // Section 2.2: the four constants spell "somepseudorandomlygeneratedbytes".
      v0h = k0h ^ 0x736f6d65;
      v0l = k0l ^ 0x70736575;
      v1h = k1h ^ 0x646f7261;
      v1l = k1l ^ 0x6e646f6d;
      v2h = k0h ^ 0x6c796765;
      v2l = k0l ^ 0x6e657261;
      v3h = k1h ^ 0x74656462;
      v3l = k1l ^ 0x79746573;
      let at = start;
      for (; at + 8 <= end; at += 8) absorb(word(bytes, at + 4), word(bytes, at));
      // The last word: what is left, and the length modulo 256 in its highest byte.
      let high = (end - start) << 24;
      let low = 0;
      for (let i = 0; at + i < end; i++) {
        if (i < 4) low |= bytes[at + i]! << (8 * i);
        else high |= bytes[at + i]! << (8 * (i - 4));
      }
      absorb(high, low);
      v2l ^= 0xff;
      round();
      round();
      round();
      round();
      self.high = (v0h ^ v1h ^ v2h ^ v3h) >>> 0;
      self.low = (v0l ^ v1l ^ v2l ^ v3l) >>> 0;
    },
  };
  return self;
};
