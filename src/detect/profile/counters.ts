import { emptyCounts, type SparseCounts } from './sparse-counts.ts';

/**
 * Many small histograms of one account while it is observed, over places 0 … size−1. The first
 * events are only listed; past LISTED of them a place costs one increment in one block of memory.
 * So an account with one exchange takes a hundred bytes, and one with a thousand no search.
 */
export interface Counters {
  listed: number[];
  /** Counts modulo 2¹⁶: half as much memory to fetch for every exchange. */
  dense: Uint16Array | null;
  /** How often a place went over, in the rare account where one does. */
  carries: Map<number, number> | null;
}

/** Entries of the list: as large in memory as the block of a profile. */
const LISTED = 128;
const WRAP = 0x1_0000;

export const createCounters = (): Counters => ({ listed: [], dense: null, carries: null });

/** Counts one event at `place`, in place; `size` is that of the block. */
export const bump = (into: Counters, place: number, size: number): void => {
  const { dense } = into;
  if (dense !== null) {
    dense[place]! += 1;
    if (dense[place] === 0) carry(into, place);
  } else if (into.listed.push(place) >= LISTED) {
    into.dense = Uint16Array.from(blockOf(into, size));
    into.listed = [];
  }
};

const carry = (into: Counters, place: number): void => {
  into.carries ??= new Map();
  into.carries.set(place, (into.carries.get(place) ?? 0) + 1);
};

/** The counts of all places. */
export const blockOf = (from: Counters, size: number): Float64Array => {
  const block = new Float64Array(size);
  if (from.dense !== null) block.set(from.dense);
  for (const place of from.listed) block[place]! += 1;
  for (const [place, times] of from.carries ?? []) block[place]! += times * WRAP;
  return block;
};

/** Places `start … start+length−1` as a histogram, `keyOf` rising with the offset in that range. */
export const histogramOf = (
  block: Float64Array,
  start: number,
  length: number,
  keyOf: (offset: number) => number,
): SparseCounts => {
  const out = emptyCounts();
  for (let offset = 0; offset < length; offset++) {
    const count = block[start + offset]!;
    if (count === 0) continue;
    out.keys.push(keyOf(offset));
    out.counts.push(count);
  }
  // Copied, so that the arrays have no room for more: they never grow again.
  return { keys: out.keys.slice(), counts: out.counts.slice() };
};
