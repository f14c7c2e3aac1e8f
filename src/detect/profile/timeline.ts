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

const coarsen = (bins: SparseCounts): SparseCounts => {
  const out = emptyCounts();
  for (let i = 0; i < bins.keys.length; i++)
    addCount(out, Math.floor(bins.keys[i]! / 2), bins.counts[i]!);
  return out;
};

const shrinkToCapacity = (timeline: Timeline): void => {
  while (timeline.bins.keys.length > timeline.capacity) {
    timeline.bins = coarsen(timeline.bins);
    timeline.width *= 2;
  }
};

/** Counts one event at `at` (epoch ms), in place. */
export const addTime = (timeline: Timeline, at: number): void => {
  addCount(timeline.bins, Math.floor(at / timeline.width));
  if (timeline.bins.keys.length > timeline.capacity) shrinkToCapacity(timeline);
};

/** The timeline of both sets of events; neither is changed. */
export const mergeTimelines = (a: Timeline, b: Timeline): Timeline => {
  let left = a.bins;
  let right = b.bins;
  for (let w = a.width; w < b.width; w *= 2) left = coarsen(left);
  for (let w = b.width; w < a.width; w *= 2) right = coarsen(right);
  const merged: Timeline = {
    width: Math.max(a.width, b.width),
    capacity: a.capacity,
    bins: mergeCounts(left, right),
  };
  shrinkToCapacity(merged);
  return merged;
};
