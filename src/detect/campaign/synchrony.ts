import type { Timeline } from '../profile/timeline.ts';

/**
 * Synchrony: members active in the same ten minutes more often than their daily rhythms explain.
 * The comparison moves each member by a whole number of days of its own, so a shared working day is
 * no evidence and a shared scheduler is.
 */
export interface Synchrony {
  /** Pairs of members active in the same window, summed over windows. */
  readonly pairs: number;
  readonly expected: number;
  readonly deviation: number;
}

const WINDOW_MS = 10 * 60_000;
const DAY_WINDOWS = 144;
const ROUNDS = 24;

const windowsOf = (timeline: Timeline): number[] => {
  const windows: number[] = [];
  for (const bin of timeline.bins.keys) {
    const window = Math.floor((bin * timeline.width) / WINDOW_MS);
    if (windows[windows.length - 1] !== window) windows.push(window);
  }
  return windows;
};

const countPairs = (
  members: readonly (readonly number[])[],
  shiftOf: (member: number) => number,
  origin: number,
  counts: Int32Array,
): number => {
  counts.fill(0);
  let pairs = 0;
  members.forEach((windows, member) => {
    const shift = shiftOf(member) * DAY_WINDOWS;
    for (const window of windows) {
      const at = (window - origin + shift) % counts.length;
      pairs += counts[at]!;
      counts[at]! += 1;
    }
  });
  return pairs;
};

export const measureSynchrony = (
  timelines: readonly Timeline[],
  random: () => number,
): Synchrony => {
  const members = timelines.filter((t) => t.width <= WINDOW_MS).map(windowsOf);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const windows of members) {
    first = Math.min(first, windows[0] ?? first);
    last = Math.max(last, windows[windows.length - 1] ?? last);
  }
  const days = Math.ceil((last - first + 1) / DAY_WINDOWS);
  if (members.length < 2 || !(days >= 3)) return { pairs: 0, expected: 0, deviation: 0 };
  const counts = new Int32Array(days * DAY_WINDOWS);
  const pairs = countPairs(members, () => 0, first, counts);
  let sum = 0;
  let squares = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const shifts = members.map(() => Math.floor(random() * days));
    const shifted = countPairs(members, (member) => shifts[member]!, first, counts);
    sum += shifted;
    squares += shifted * shifted;
  }
  const expected = sum / ROUNDS;
  return {
    pairs,
    expected,
    deviation: Math.sqrt(Math.max(0, squares / ROUNDS - expected * expected)),
  };
};
