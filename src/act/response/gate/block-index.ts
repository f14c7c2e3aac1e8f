import { type Block, maskOf } from './address.ts';
import { TouchedNetworks } from './touched-networks.ts';
import { type Chain, type Entry, strongest } from './entry.ts';

/** A block and the decisions about it. */
interface BlockChain extends Chain {
  readonly block: Block;
}

/**
 * Blocks in order of their first address, wider before narrower. Blocks are nested or apart, never
 * half over each other, so the last one that begins at or before an address and its parents are all
 * that can hold it. Never changed once built.
 */
interface Level {
  readonly firsts: Uint32Array;
  readonly prefixes: Uint8Array;
  /** Of each block the narrowest one around it, or -1. */
  readonly parents: Int32Array;
  readonly chains: readonly BlockChain[];
}

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

const merge = (a: readonly BlockChain[], b: readonly BlockChain[]): BlockChain[] => {
  const merged: BlockChain[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const first = j >= b.length || (i < a.length && before(a[i]!.block, b[j]!.block) < 0);
    merged.push(first ? a[i++]! : b[j++]!);
  }
  return merged;
};

const build = (chains: readonly BlockChain[], width: number): Level => {
  const firsts = new Uint32Array(chains.length * width);
  const prefixes = new Uint8Array(chains.length);
  const parents = new Int32Array(chains.length);
  for (const [i, { block }] of chains.entries()) {
    for (let w = 0; w < width; w++) firsts[i * width + w] = block.words[w]!;
    prefixes[i] = block.prefix;
    let parent = i - 1;
    while (parent >= 0 && !holds(chains[parent]!.block, block.words)) parent = parents[parent]!;
    parents[i] = parent;
  }
  return { firsts, prefixes, parents, chains };
};

/** The same from the level's own arrays: most questions end here and touch no block. */
const holdsAt = (level: Level, at: number, words: Uint32Array, width: number): boolean => {
  const prefix = level.prefixes[at]!;
  for (let w = 0; 32 * w < prefix; w++)
    if (((level.firsts[at * width + w]! ^ words[w]!) & maskOf(prefix - 32 * w)) !== 0) return false;
  return true;
};

/** Index of the last block that begins at or before the address, or -1. */
const lastFrom = (level: Level, words: Uint32Array, width: number): number => {
  const { firsts } = level;
  const top = words[0]!;
  let low = 0;
  let high = level.chains.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    let difference = firsts[middle * width]! - top;
    for (let w = 1; difference === 0 && w < width; w++)
      difference = firsts[middle * width + w]! - words[w]!;
    if (difference <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/**
 * All blocks of one address family. A change sorts a few blocks, not all: levels grow by a factor, as
 * in a log-structured merge tree (O'Neil et al. 1996), so each block is merged O(log n) times.
 */
export class BlockIndex {
  readonly #width: number;
  readonly #byBlock = new Map<string, BlockChain>();
  #waiting: BlockChain[] = [];
  /** Largest first. */
  #levels: Level[] = [];

  /** Of IPv4 only: IPv6 has too many networks for a bit each. */
  readonly #touched: TouchedNetworks | null;

  constructor(bits: 32 | 128) {
    this.#width = bits / 32;
    this.#touched = bits === 32 ? new TouchedNetworks() : null;
  }

  /** The chain of a block, made when there is none. */
  open(block: Block): Chain {
    const key = keyOf(block);
    const found = this.#byBlock.get(key);
    if (found !== undefined) return found;
    const chain: BlockChain = { head: null, prefix: block.prefix, block };
    this.#byBlock.set(key, chain);
    this.#waiting.push(chain);
    this.#touched?.mark(block);
    return chain;
  }

  /** Sorts what waits in; called once after a batch of changes. */
  settle(): void {
    if (this.#waiting.length <= WAITING) return;
    let chains = this.#waiting.sort((a, b) => before(a.block, b.block));
    this.#waiting = [];
    while (this.#levels.length > 0 && this.#levels.at(-1)!.chains.length < RATIO * chains.length)
      chains = merge(this.#levels.pop()!.chains, chains);
    const kept = chains.filter((chain) => {
      if (chain.head === null) this.#byBlock.delete(keyOf(chain.block));
      return chain.head !== null;
    });
    // What was lifted marks its networks until everything is in one level again.
    if (this.#levels.length === 0) this.#touched?.restart(kept.map(({ block }) => block));
    this.#levels.push(build(kept, this.#width));
  }

  /** The strongest decision in force about any block around the address; of equals the narrowest's. */
  strongest(words: Uint32Array, now: number, steady: number): Entry | null {
    if (this.#touched?.has(words[0]!) === false) return null;
    let best: Entry | null = null;
    for (const chain of this.#waiting)
      if (holds(chain.block, words)) best = stronger(best, chain, now, steady);
    for (const level of this.#levels) {
      let at = lastFrom(level, words, this.#width);
      while (at >= 0) {
        if (holdsAt(level, at, words, this.#width))
          best = stronger(best, level.chains[at]!, now, steady);
        at = level.parents[at]!;
      }
    }
    return best;
  }
}

const stronger = (best: Entry | null, chain: Chain, now: number, steady: number): Entry | null => {
  const found = strongest(chain.head, now, steady);
  if (best === null || found === null) return found ?? best;
  if (found.rank !== best.rank) return found.rank > best.rank ? found : best;
  return chain.prefix > best.holder.prefix ? found : best;
};

const keyOf = (block: Block): string => `${block.words.join('.')}/${block.prefix}`;
