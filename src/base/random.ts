/**
 * Seeded random numbers: the same seed gives the same world, byte for byte, on the pinned runtime.
 * Never for secrets. State is one small object per stream, so that a hundred thousand independent
 * streams fit in memory and one stream's draws never move another's.
 */
import { hash32, mix32 } from './hash.ts';

/** State of one sfc32 generator (Chris Doty-Humphrey, PractRand): four 32-bit words. */
export interface Random {
  a: number;
  b: number;
  c: number;
  d: number;
}

/** Next 32-bit word, 0 … 2³²−1. */
export const uint32 = (r: Random): number => {
  const t = (((r.a + r.b) | 0) + r.d) | 0;
  r.d = (r.d + 1) | 0;
  r.a = r.b ^ (r.b >>> 9);
  r.b = (r.c + (r.c << 3)) | 0;
  r.c = ((r.c << 21) | (r.c >>> 11)) + t;
  r.c |= 0;
  return t >>> 0;
};

/**
 * A generator for a seed and a path of labels: `createRandom(7, 'campaign', 3)`. Different paths
 * give unrelated streams; the order in which streams are created does not matter.
 */
export const createRandom = (seed: number, ...path: readonly (string | number)[]): Random => {
  let h = mix32((seed ^ 0x9e3779b9) | 0) ^ mix32(Math.floor(seed / 0x1_0000_0000) + 0x7f4a7c15);
  for (const part of path) {
    // A number and its decimal text are different labels.
    h = typeof part === 'number' ? mix32(h + mix32(part + 0x3c6ef372)) : hash32(part, h);
  }
  const r = { a: h | 0, b: mix32(h + 1) | 0, c: mix32(h + 2) | 0, d: 1 };
  // sfc32 needs about a dozen rounds before its state is well mixed.
  for (let i = 0; i < 12; i++) uint32(r);
  return r;
};

/** 0 ≤ u < 1 with 32 bits. */
export const uniform = (r: Random): number => uint32(r) / 0x1_0000_0000;

/** An integer, 0 … n−1. */
export const below = (r: Random, n: number): number => Math.floor(uniform(r) * n);

/** An integer, low … high, both included. */
export const integer = (r: Random, low: number, high: number): number =>
  low + below(r, high - low + 1);

/** A real number, low ≤ x < high. */
export const between = (r: Random, low: number, high: number): number =>
  low + uniform(r) * (high - low);

export const chance = (r: Random, p: number): boolean => uniform(r) < p;

/** Standard normal (Box and Muller 1958); 1 − u keeps the logarithm finite. */
export const normal = (r: Random, mean = 0, deviation = 1): number =>
  mean + deviation * Math.sqrt(-2 * Math.log(1 - uniform(r))) * Math.cos(2 * Math.PI * uniform(r));

/** Log-normal with the given median and the deviation of its logarithm. */
export const logNormal = (r: Random, median: number, sigma: number): number =>
  median * Math.exp(normal(r, 0, sigma));

export const exponential = (r: Random, mean: number): number => -mean * Math.log(1 - uniform(r));

/** Trials up to and with the first success: 1, 2, … with the given mean (at least 1). */
export const geometric = (r: Random, mean: number): number =>
  mean <= 1 ? 1 : 1 + Math.floor(Math.log(1 - uniform(r)) / Math.log(1 - 1 / mean));

/** Knuth's product method below 30; above, a rounded normal (its error is below 1 %). */
export const poisson = (r: Random, mean: number): number => {
  if (mean >= 30) return Math.max(0, Math.round(normal(r, mean, Math.sqrt(mean))));
  const limit = Math.exp(-mean);
  let k = 0;
  for (let p = uniform(r); p > limit; p *= uniform(r)) k++;
  return k;
};

/** One element of a list that is not empty. */
export const choice = <T>(r: Random, list: readonly T[]): T => list[below(r, list.length)]!;

/** Index drawn in proportion to weights (0 or more, not all 0). */
export const weighted = (r: Random, weights: readonly number[]): number => {
  let u = uniform(r) * weights.reduce((sum, w) => sum + w, 0);
  for (let i = 0; i < weights.length; i++) {
    u -= weights[i]!;
    if (u < 0) return i;
  }
  return weights.findLastIndex((w) => w > 0);
};

/** Shuffles in place (Fisher and Yates) and returns the list. */
export const shuffle = <T>(r: Random, list: T[]): T[] => {
  for (let i = list.length - 1; i > 0; i--) {
    const j = below(r, i + 1);
    const kept = list[i]!;
    list[i] = list[j]!;
    list[j] = kept;
  }
  return list;
};
