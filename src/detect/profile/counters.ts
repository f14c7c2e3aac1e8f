import { emptyCounts, type SparseCounts } from './sparse-counts.ts';

/**
 * Many small histograms of one account while it is observed, over places 0 … size−1. The first
 * events are only listed; past LISTED of them a place costs one increment in one block of memory.
 * So an account with one exchange takes a hundred bytes, and one with a thousand no search.
 */
export interface Counters {
  listed: number[];
  dense: Uint32Array | null;
}

/** Entries of the list: as large in memory as half the block of a profile. */
const LISTED = 128;

export const createCounters = (): Counters => ({ listed: [], dense: null });

/** Counts one event at `place`, in place; `size` is that of the block. */
export const bump = (into: Counters, place: number, size: number): void => {
  const { dense } = into;
  if (dense !== null) dense[place]! += 1;
  else if (into.listed.push(place) >= LISTED) {
    into.dense = blockOf(into, size);
    into.listed = [];
  }
};

/** The counts of all places. */
export const blockOf = (from: Counters, size: number): Uint32Array => {
  if (from.dense !== null) return from.dense;
  const block = new Uint32Array(size);
  for (const place of from.listed) block[place]! += 1;
  return block;
};

/** Places `start … start+length−1` as a histogram, `keyOf` rising with the offset in that range. */
export const histogramOf = (
  block: Uint32Array,
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
  return out;
};
