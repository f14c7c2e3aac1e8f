import { type Block, maskOf } from './address.ts';
import type { EntryStore } from './entry-store.ts';
import { TouchedNetworks } from './touched-networks.ts';

/** A block and the number of its chain, by which `#heads` has the first of its decisions. */
interface NumberedBlock {
  readonly block: Block;
  readonly chain: number;
}

/**
 * Blocks in order of their first address, wider before narrower. Blocks are nested or apart, never
 * half over each other, so the last one that begins at or before an address and its parents are all
 * that can hold it. Never changed once built.
 */
interface Level {
  /** Of each block a row: the words of its first address, then `PREFIX`, `PARENT` and `CHAIN`. */
  readonly rows: Uint32Array;
  readonly count: number;
  /** For each value of the first bits, the first block whose own are not smaller; then the number of blocks. */
  readonly starts: Uint32Array;
  /** The value is the first word shifted by this; 32 of a level with too few blocks to be worth a table. */
  readonly shift: number;
  readonly blocks: readonly NumberedBlock[];
}

/** Words after those of the address. */
const PREFIX = 0;
/** Index + 1 of the narrowest block around it, or 0. */
const PARENT = 1;
const CHAIN = 2;
const EXTRA = 3;

/** Blocks for each entry of `starts`, at most, when they are spread evenly. */
const PER_START = 4;
const MOST_START_BITS = 16;

/** New blocks wait unsorted until there are more than this. */
const WAITING = 32;
/** A level is merged into the next one when that is less than this many times as large. */
const RATIO = 4;

const before = (a: Block, b: Block): number => {
  for (let w = 0; w < a.bits / 32; w++)
    if (a.words[w] !== b.words[w]) return a.words[w]! - b.words[w]!;
  return a.prefix - b.prefix;
};

const holds = (block: Block, words: Uint32Array): boolean => {
  for (let w = 0; 32 * w < block.prefix; w++)
    if (((block.words[w]! ^ words[w]!) & maskOf(block.prefix - 32 * w)) !== 0) return false;
  return true;
};

const merge = (a: readonly NumberedBlock[], b: readonly NumberedBlock[]): NumberedBlock[] => {
  const merged: NumberedBlock[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const first = j >= b.length || (i < a.length && before(a[i]!.block, b[j]!.block) < 0);
    merged.push(first ? a[i++]! : b[j++]!);
  }
  return merged;
};

const build = (blocks: readonly NumberedBlock[], width: number): Level => {
  const stride = width + EXTRA;
  const rows = new Uint32Array(blocks.length * stride);
  for (const [i, { block, chain }] of blocks.entries()) {
    const row = i * stride;
    for (let w = 0; w < width; w++) rows[row + w] = block.words[w]!;
    rows[row + width + PREFIX] = block.prefix;
    rows[row + width + CHAIN] = chain;
    let parent = i;
    while (parent > 0 && !holds(blocks[parent - 1]!.block, block.words))
      parent = rows[(parent - 1) * stride + width + PARENT]!;
    rows[row + width + PARENT] = parent;
  }
  const bits = Math.ceil(Math.log2(Math.max(1, blocks.length / PER_START)));
  const used = Math.min(MOST_START_BITS, bits);
  const starts = startsOf(rows, stride, used);
  return { rows, count: blocks.length, starts, shift: 32 - used, blocks };
};

const startsOf = (rows: Uint32Array, stride: number, bits: number): Uint32Array => {
  const starts = new Uint32Array(2 ** bits + 1);
  let at = 0;
  for (let value = 0; value <= 2 ** bits; value++) {
    // Numbers, not words: the value after the last one has 33 bits.
    while (at < rows.length && rows[at]! < value * 2 ** (32 - bits)) at += stride;
    starts[value] = at / stride;
  }
  return starts;
};

/** The same as `holds` from the level's own row. */
const holdsAt = (rows: Uint32Array, row: number, words: Uint32Array, width: number): boolean => {
  const prefix = rows[row + width + PREFIX]!;
  for (let w = 0; 32 * w < prefix; w++)
    if (((rows[row + w]! ^ words[w]!) & maskOf(prefix - 32 * w)) !== 0) return false;
  return true;
};

/** Index + 1 of the last block that begins at or before the address, or 0. */
const lastFrom = (level: Level, words: Uint32Array, width: number): number => {
  const { rows, starts, shift } = level;
  const stride = width + EXTRA;
  const top = words[0]!;
  // A shift by 32 would be one by 0.
  const value = shift === 32 ? 0 : top >>> shift;
  let low = starts[value]!;
  let high = starts[value + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    let difference = rows[middle * stride]! - top;
    for (let w = 1; difference === 0 && w < width; w++)
      difference = rows[middle * stride + w]! - words[w]!;
    if (difference <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * All blocks of one address family. A change sorts a few blocks, not all: levels grow by a factor, as
 * in a log-structured merge tree (O'Neil et al. 1996), so each block is merged O(log n) times.
 */
export class BlockIndex {
  readonly #store: EntryStore;
  readonly #width: number;
  readonly #byBlock = new Map<string, number>();
  /** First decision of each chain, or 0. */
  #heads = new Uint32Array(64);
  #chains = 0;
  readonly #free: number[] = [];
  #waiting: NumberedBlock[] = [];
  /** Largest first. */
  #levels: Level[] = [];

  /** Of IPv4 only: IPv6 has too many networks for a bit each. */
  readonly #touched: TouchedNetworks | null;

  constructor(store: EntryStore, bits: 32 | 128) {
    this.#store = store;
    this.#width = bits / 32;
    this.#touched = bits === 32 ? new TouchedNetworks() : null;
  }

  insert(block: Block, entry: number): void {
    const key = keyOf(block);
    const found = this.#byBlock.get(key);
    if (found !== undefined) {
      this.#heads[found] = this.#store.link(this.#heads[found]!, entry);
      return;
    }
    const chain = this.#free.pop() ?? this.#chains++;
    if (chain === this.#heads.length) {
      const heads = new Uint32Array(2 * chain);
      heads.set(this.#heads);
      this.#heads = heads;
    }
    this.#heads[chain] = entry;
    this.#byBlock.set(key, chain);
    this.#waiting.push({ block, chain });
    this.#touched?.mark(block);
  }

  /** The empty chain stays until blocks are sorted the next time. */
  remove(block: Block, entry: number): void {
    const chain = this.#byBlock.get(keyOf(block));
    if (chain !== undefined) this.#heads[chain] = this.#store.unlink(this.#heads[chain]!, entry);
  }

  /** Sorts what waits in; called once after a batch of changes. */
  settle(): void {
    if (this.#waiting.length <= WAITING) return;
    let blocks = this.#waiting.sort((a, b) => before(a.block, b.block));
    this.#waiting = [];
    while (this.#levels.length > 0 && this.#levels.at(-1)!.count < RATIO * blocks.length)
      blocks = merge(this.#levels.pop()!.blocks, blocks);
    const kept = blocks.filter(({ block, chain }) => {
      if (this.#heads[chain] !== 0) return true;
      this.#byBlock.delete(keyOf(block));
      this.#free.push(chain);
      return false;
    });
    // What was lifted marks its networks until everything is in one level again.
    if (this.#levels.length === 0) this.#touched?.restart(kept.map(({ block }) => block));
    this.#levels.push(build(kept, this.#width));
  }

  /** The strongest decision in force about any block around the address, of equals the narrowest's; or 0. */
  strongest(words: Uint32Array, now: number, steady: number): number {
    if (this.#touched?.has(words[0]!) === false) return 0;
    const width = this.#width;
    let best = 0;
    let bestPrefix = -1;
    for (const { block, chain } of this.#waiting) {
      if (!holds(block, words)) continue;
      const found = this.#ahead(best, bestPrefix, chain, block.prefix, now, steady);
      if (found === best) continue;
      best = found;
      bestPrefix = block.prefix;
    }
    for (const level of this.#levels) {
      const { rows } = level;
      for (let at = lastFrom(level, words, width); at > 0; ) {
        const row = (at - 1) * (width + EXTRA);
        at = rows[row + width + PARENT]!;
        if (!holdsAt(rows, row, words, width)) continue;
        const prefix = rows[row + width + PREFIX]!;
        const chain = rows[row + width + CHAIN]!;
        const found = this.#ahead(best, bestPrefix, chain, prefix, now, steady);
        if (found === best) continue;
        best = found;
        bestPrefix = prefix;
      }
    }
    return best;
  }

  /** The best so far, or what is in force of a chain when that is stronger, or as strong and narrower. */
  #ahead(
    best: number,
    bestPrefix: number,
    chain: number,
    prefix: number,
    now: number,
    steady: number,
  ): number {
    const found = this.#store.strongest(this.#heads[chain]!, now, steady);
    if (found === 0 || best === 0) return found === 0 ? best : found;
    const ahead = this.#store.rank(found) - this.#store.rank(best);
    return ahead > 0 || (ahead === 0 && prefix > bestPrefix) ? found : best;
  }
}

const keyOf = (block: Block): string => `${block.words.join('.')}/${block.prefix}`;
