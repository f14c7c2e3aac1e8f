import { addCount, emptyCounts, mergeCounts, type SparseCounts } from './sparse-counts.ts';

/**
 * Activity over time in sparse bins whose width doubles whenever more than `capacity` bins are in
 * use. The width depends only on the set of observed times, not on their order, so merging is
 * exact: a coarser bin is the sum of its two halves, and a set that needed width w needs at least
 * w inside any larger set.
 */
export interface Timeline {
  /** Width of a bin, in milliseconds: the base width times a power of two. */
  width: number;
  readonly capacity: number;
  /** Keys 0 … 2³²−1: the seconds of every year until 2106. */
  bins: SparseCounts;
}

export const createTimeline = (baseWidth: number, capacity: number): Timeline => ({
  width: baseWidth,
  capacity,
  bins: emptyCounts(),
});

/** Bins `factor` times as wide (a power of two): ⌊⌊t/w⌋/f⌋ = ⌊t/wf⌋, so nothing is lost but detail. */
const coarsen = (bins: SparseCounts, factor: number): SparseCounts => {
  if (factor === 1) return bins;
  const out = emptyCounts();
  for (let i = 0; i < bins.keys.length; i++)
    addCount(out, Math.floor(bins.keys[i]! / factor), bins.counts[i]!);
  return out;
};

const splits = new Int32Array(33);

/**
 * How often the width must double until the bins are no more than `capacity`. Halved n times, two
 * keys become one when n is at least the bit length of their difference in bits, so one walk over
 * the neighbours counts the bins of all widths.
 */
const doublingsFor = ({ keys }: SparseCounts, capacity: number): number => {
  splits.fill(0);
  for (let i = 1; i < keys.length; i++) splits[32 - Math.clz32(keys[i - 1]! ^ keys[i]!)]! += 1;
  let bins = keys.length;
  let doublings = 0;
  while (bins > capacity) bins -= splits[++doublings]!;
  return doublings;
};

const shrinkToCapacity = (timeline: Timeline): void => {
  if (timeline.bins.keys.length <= timeline.capacity) return;
  const factor = 2 ** doublingsFor(timeline.bins, timeline.capacity);
  timeline.bins = coarsen(timeline.bins, factor);
  timeline.width *= factor;
};

/** Counts `count` events at `at` (epoch ms), in place. */
export const addTime = (timeline: Timeline, at: number, count = 1): void => {
  addCount(timeline.bins, Math.floor(at / timeline.width), count);
  shrinkToCapacity(timeline);
};

/** The timeline of both sets of events, of one base width and capacity; neither is changed. */
export const mergeTimelines = (a: Timeline, b: Timeline): Timeline => {
  const width = Math.max(a.width, b.width);
  const merged: Timeline = {
    width,
    capacity: a.capacity,
    bins: mergeCounts(coarsen(a.bins, width / a.width), coarsen(b.bins, width / b.width)),
  };
  shrinkToCapacity(merged);
  return merged;
};

/**
 * The timeline with one event more in each of the given bins of its base width; the list is sorted
 * in place. Merging is exact, so a list of any length may be gathered before it is added.
 */
export const addBins = (timeline: Timeline, baseWidth: number, bins: number[]): Timeline => {
  bins.sort((x, y) => x - y);
  const counts = emptyCounts();
  for (const bin of bins) addCount(counts, bin);
  return mergeTimelines(timeline, {
    width: baseWidth,
    capacity: timeline.capacity,
    bins: counts,
  });
};
