import type { Exchange } from './exchange.ts';
import { hashText, mix } from './hash.ts';

/**
 * Remembers which exchanges were counted, in a fixed size, for several threads at once: a blocked
 * Bloom filter (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", JEA 14,
 * 2009, section 3) with the split blocks of the Parquet format (its BloomFilter.md): a key chooses
 * one block of eight 32-bit words and sets one bit in each. It takes a new key for a seen one at the
 * rate of `falsePositiveRate`.
 *
 * Threads write without locks, because eight atomic writes a row cost a tenth of the whole pass. Two
 * that write the same word within the same few nanoseconds may lose one bit, and a later copy of that
 * very exchange is then counted again: with a row every few microseconds on each thread and 32 million
 * words, less than one bit in 16 million exchanges.
 */
export interface SeenFilter {
  /** Whole blocks of 32 bytes; can be posted to a worker and wrapped again with `wrapSeenFilter`. */
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array<SharedArrayBuffer>;
}

const WORDS = 8;
const BLOCK_BYTES = 32;

/** The eight odd multipliers of the Parquet specification; any odd numbers would do. */
const SALT = new Int32Array([
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
]);

export const wrapSeenFilter = (buffer: SharedArrayBuffer): SeenFilter => ({
  buffer,
  words: new Int32Array(buffer),
});

/** An empty filter of at least `bytes` bytes. */
export const createSeenFilter = (bytes: number): SeenFilter =>
  wrapSeenFilter(new SharedArrayBuffer(Math.max(1, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES));

/**
 * Was the key (two independent 32-bit hashes) added before? Adds it in the same step.
 */
export const seenBefore = (filter: SeenFilter, hashHi: number, hashLo: number): boolean => {
  const { words } = filter;
  const blocks = words.length / WORDS;
  // The high part of hash × blocks: uniform without a division (Parquet BloomFilter.md).
  const base = Math.floor(((hashHi >>> 0) / 0x1_0000_0000) * blocks) * WORDS;
  let seen = true;
  for (let i = 0; i < WORDS; i++) {
    const bit = 1 << (Math.imul(hashLo, SALT[i]!) >>> 27);
    const word = words[base + i]!;
    if ((word & bit) === 0) {
      words[base + i] = word | bit;
      seen = false;
    }
  }
  return seen;
};

/**
 * The rate at which a filter of `bytes` that holds `keys` keys takes a new key for a seen one.
 *
 * Putze et al., equation 3: the load of a block is Poisson with mean keys / blocks, and with i keys
 * in a block each of the eight words has a given bit set with probability 1 - (1 - 1/32)^i.
 */
export const falsePositiveRate = (bytes: number, keys: number): number => {
  const mean = keys / Math.max(1, Math.ceil(bytes / BLOCK_BYTES));
  let rate = 0;
  const spread = 12 * Math.sqrt(mean) + 20;
  for (let i = Math.max(0, Math.floor(mean - spread)); i <= mean + spread; i++) {
    const logProbability = i * Math.log(mean || Number.MIN_VALUE) - mean - logFactorial(i);
    rate += Math.exp(logProbability) * (1 - (1 - 1 / 32) ** i) ** WORDS;
  }
  return Math.min(1, rate);
};

const logFactorial = (n: number): number => {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
};

/** Bytes for `keys` keys at no more than about one false positive in 16,000 (4 bytes a key). */
export const seenFilterBytes = (keys: number): number => Math.max(1 << 16, keys * 4);

/**
 * The key of an exchange, into `out` as [hashHi, hashLo]: account and exchange id where the log has
 * one. Where it has none: account, time, prompt (or its hash and template), model and answer length,
 * so that a retried delivery counts once and n equal requests of the same second do not.
 */
export const exchangeKey = (e: Exchange, out: Uint32Array): void => {
  for (let lane = 0; lane < 2; lane++) {
    let h = hashText(e.accountId, lane === 0 ? 0x9747b28c : 0x3c6ef372);
    if (e.exchangeId !== null) h = hashText(e.exchangeId, h);
    else {
      h = mix(h ^ (e.timestamp | 0));
      h = mix(
        h ^ Math.floor(e.timestamp / 0x1_0000_0000) ^ Math.imul(e.responseTokens, 0x9e3779b1),
      );
      h = hashText(e.promptHash ?? e.prompt, h);
      h = hashText(e.templateId ?? '', hashText(e.model ?? '', h));
    }
    out[lane] = h;
  }
};
