import { hash32 } from '../../../base/hash.ts';
import type { Chain } from './entry.ts';

/** Longer values are nobody's identifier; their hash would cost more than the answer is worth. */
export const LONGEST_VALUE = 4096;

/**
 * Subjects of one kind by value. Most questions are about customers without any decision: they are
 * answered from one bit of a filter that fits the processor's cache (Bloom 1970, with one hash), the rest
 * from an array of 32-bit hashes (open addressing, linear probing; Knuth, TAOCP 3, §6.4), where a `Map`
 * would fetch several objects. A found hash is always checked against the whole value.
 */
export class SubjectTable {
  /** Hash and index + 1 of the chain, side by side; an index of 0 is a free slot. */
  #slots = new Uint32Array(32);
  #mask = 15;
  /** The filter goes by the upper bits of the hash, the slots by the lower ones. */
  #shift = 25;
  /** Eight bits for each slot: with slots at most half full, at least fifteen of sixteen misses end here. */
  #filter = new Uint32Array(4);
  #values: string[] = [];
  #chains: Chain[] = [];
  readonly #seed: number;

  /** A seed that nobody outside knows keeps chosen names from landing in one place. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  find(value: string): Chain | null {
    if (this.#values.length === 0 || value.length > LONGEST_VALUE) return null;
    const hash = hash32(value, this.#seed);
    const bit = hash >>> this.#shift;
    if ((this.#filter[bit >>> 5]! & (1 << (bit & 31))) === 0) return null;
    const slots = this.#slots;
    for (let at = hash & this.#mask; ; at = (at + 1) & this.#mask) {
      const index = slots[2 * at + 1]!;
      if (index === 0) return null;
      if (slots[2 * at] === hash && this.#values[index - 1] === value)
        return this.#chains[index - 1]!;
    }
  }

  /** The chain of a value, made when there is none. */
  open(value: string): Chain {
    const found = this.find(value);
    if (found !== null) return found;
    if (this.#values.length * 2 > this.#mask) this.#rebuild();
    const chain: Chain = { head: null, prefix: 0 };
    this.#values.push(value);
    this.#chains.push(chain);
    this.#place(hash32(value, this.#seed), this.#values.length);
    return chain;
  }

  #place(hash: number, index: number): void {
    const bit = hash >>> this.#shift;
    this.#filter[bit >>> 5]! |= 1 << (bit & 31);
    let at = hash & this.#mask;
    while (this.#slots[2 * at + 1] !== 0) at = (at + 1) & this.#mask;
    this.#slots[2 * at] = hash;
    this.#slots[2 * at + 1] = index;
  }

  /** Leaves out what has no decision any more, and makes room for twice of what is left. */
  #rebuild(): void {
    const old = this.#slots;
    const values: string[] = [];
    const chains: Chain[] = [];
    const hashes: number[] = [];
    for (let at = 0; at < old.length; at += 2) {
      const index = old[at + 1]!;
      if (index === 0 || this.#chains[index - 1]!.head === null) continue;
      values.push(this.#values[index - 1]!);
      chains.push(this.#chains[index - 1]!);
      hashes.push(old[at]!);
    }
    let capacity = 16;
    while (capacity < values.length * 4) capacity *= 2;
    this.#slots = new Uint32Array(2 * capacity);
    this.#mask = capacity - 1;
    const bits = Math.min(32, Math.log2(capacity) + 3);
    this.#shift = 32 - bits;
    this.#filter = new Uint32Array(2 ** (bits - 5));
    this.#values = values;
    this.#chains = chains;
    for (let i = 0; i < hashes.length; i++) this.#place(hashes[i]!, i + 1);
  }
}
