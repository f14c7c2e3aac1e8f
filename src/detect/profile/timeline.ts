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

const shrinkToCapacity = (timeline: Timeline): void => {
  while (timeline.bins.keys.length > timeline.capacity) {
    timeline.bins = coarsen(timeline.bins, 2);
    timeline.width *= 2;
  }
};

/** Counts `count` events at `at` (epoch ms), in place. */
export const addTime = (timeline: Timeline, at: number, count = 1): void => {
  addCount(timeline.bins, Math.floor(at / timeline.width), count);
  if (timeline.bins.keys.length > timeline.capacity) shrinkToCapacity(timeline);
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
