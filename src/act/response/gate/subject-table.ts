import { hash32 } from '../../../base/hash.ts';
import type { EntryStore } from './entry-store.ts';

/** Longer values are nobody's identifier; their hash would cost more than the answer is worth. */
export const LONGEST_VALUE = 4096;

/** In place of a chain: a value stood here, and those behind it are still looked for. */
const GONE = 0xffffffff;
const SMALLEST = 16;

/**
 * Subjects of one kind by value. Most questions are about customers without any decision: they are
 * answered from one bit of a filter that fits the processor's cache (Bloom 1970, with one hash), the rest
 * from an array of 32-bit hashes (open addressing, linear probing; Knuth, TAOCP 3, §6.4), where a `Map`
 * would fetch several objects. A found hash is always checked against the whole value.
 */
export class SubjectTable {
  /** Hash and first entry of the chain, side by side; an entry of 0 is a free slot. */
  #slots = new Uint32Array(2 * SMALLEST);
  #mask = SMALLEST - 1;
  /** The filter goes by the upper bits of the hash, the slots by the lower ones. */
  #shift = 25;
  /** Eight bits for each slot: with slots at most half full, at least fifteen of sixteen misses end here. */
  #filter = new Uint32Array(4);
  /** Slots that are not free, and those with a chain. */
  #used = 0;
  #live = 0;
  readonly #store: EntryStore;
  readonly #seed: number;

  /** A seed that nobody outside knows keeps chosen names from landing in one place. */
  constructor(store: EntryStore, seed: number) {
    this.#store = store;
    this.#seed = seed;
  }

  get size(): number {
    return this.#live;
  }

  /** First entry about a value, or 0. */
  find(value: string): number {
    if (this.#live === 0 || value.length > LONGEST_VALUE) return 0;
    const hash = hash32(value, this.#seed);
    const bit = hash >>> this.#shift;
    if ((this.#filter[bit >>> 5]! & (1 << (bit & 31))) === 0) return 0;
    const at = this.#slotOf(hash, value);
    return at < 0 ? 0 : this.#slots[2 * at + 1]!;
  }

  insert(value: string, entry: number): void {
    const hash = hash32(value, this.#seed);
    const at = this.#slotOf(hash, value);
    if (at >= 0) {
      this.#slots[2 * at + 1] = this.#store.link(this.#slots[2 * at + 1]!, entry);
      return;
    }
    if (this.#used * 2 > this.#mask) this.#rebuild();
    this.#place(hash, entry);
  }

  remove(value: string, entry: number): void {
    const at = this.#slotOf(hash32(value, this.#seed), value);
    if (at < 0) return;
    const head = this.#store.unlink(this.#slots[2 * at + 1]!, entry);
    if (head !== 0) {
      this.#slots[2 * at + 1] = head;
      return;
    }
    this.#live -= 1;
    const last = this.#slots[2 * ((at + 1) & this.#mask) + 1] === 0;
    this.#slots[2 * at + 1] = last ? 0 : GONE;
    if (last) this.#used -= 1;
  }

  /**
   * Looks ahead for many questions at once: each of these loops has waits for memory that do not depend
   * on each other, so the processor waits for many of them at the same time. `hashes` and `entries` are
   * room for as many as there are values; what is found lies in the cache when it is asked for.
   */
  warm(values: readonly string[], hashes: Uint32Array, entries: Uint32Array): void {
    if (this.#live === 0) return;
    let asked = 0;
    for (const value of values)
      if (value.length <= LONGEST_VALUE) hashes[asked++] = hash32(value, this.#seed);
    let maybe = 0;
    for (let i = 0; i < asked; i++) {
      const hash = hashes[i]!;
      const bit = hash >>> this.#shift;
      hashes[maybe] = hash;
      maybe += (this.#filter[bit >>> 5]! >>> (bit & 31)) & 1;
    }
    let found = 0;
    for (let i = 0; i < maybe; i++) {
      const hash = hashes[i]!;
      let at = hash & this.#mask;
      while (this.#slots[2 * at] !== hash && this.#slots[2 * at + 1] !== 0)
        at = (at + 1) & this.#mask;
      const entry = this.#slots[2 * at + 1]!;
      entries[found] = entry;
      found += entry !== 0 && entry !== GONE ? 1 : 0;
    }
    this.#store.warm(entries, found);
  }

  /** Where a value stands, or -1. */
  #slotOf(hash: number, value: string): number {
    const slots = this.#slots;
    for (let at = hash & this.#mask; ; at = (at + 1) & this.#mask) {
      const head = slots[2 * at + 1]!;
      if (head === 0) return -1;
      if (slots[2 * at] === hash && head !== GONE && this.#store.isAbout(head, value)) return at;
    }
  }

  #place(hash: number, head: number): void {
    const bit = hash >>> this.#shift;
    this.#filter[bit >>> 5]! |= 1 << (bit & 31);
    let at = hash & this.#mask;
    while (this.#slots[2 * at + 1] !== 0) at = (at + 1) & this.#mask;
    this.#slots[2 * at] = hash;
    this.#slots[2 * at + 1] = head;
    this.#used += 1;
    this.#live += 1;
  }

  /** Leaves out what has no decision any more, and makes room for twice of what is left. */
  #rebuild(): void {
    const old = this.#slots;
    let capacity = SMALLEST;
    while (capacity < this.#live * 4) capacity *= 2;
    this.#slots = new Uint32Array(2 * capacity);
    this.#mask = capacity - 1;
    const bits = Math.min(32, Math.log2(capacity) + 3);
    this.#shift = 32 - bits;
    this.#filter = new Uint32Array(2 ** (bits - 5));
    this.#used = 0;
    this.#live = 0;
    for (let at = 0; at < old.length; at += 2) {
      const head = old[at + 1]!;
      if (head !== 0 && head !== GONE) this.#place(old[at]!, head);
    }
  }
}
