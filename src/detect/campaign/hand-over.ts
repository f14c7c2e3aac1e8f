import { lowerBound } from '../profile/sparse-counts.ts';
import type { Bouts } from './bouts.ts';

/**
 * Limit hand-over: when one member stops, another starts within minutes. Counted against the same
 * members with one side moved by whole days, which keeps everybody's daily rhythm.
 */
export interface HandOver {
  /** Ends of bouts that another member's start follows within REACTION_MS. */
  readonly followed: number;
  /** The same, averaged over the shifted comparisons. */
  readonly expected: number;
  readonly ends: number;
}

export const REACTION_MS = 4 * 60_000;
const DAY_MS = 86_400_000;
const SHIFTS = [-3, -2, -1, 1, 2, 3];

interface Start {
  readonly at: number;
  readonly member: number;
}

const countFollowed = (
  bouts: readonly Bouts[],
  starts: readonly Start[],
  times: readonly number[],
  shift: number,
  window: readonly [number, number],
): { followed: number; asked: number } => {
  let followed = 0;
  let asked = 0;
  bouts.forEach((own, member) => {
    for (const end of own.ends) {
      const at = end + shift;
      if (at < window[0] || at > window[1]) continue;
      asked++;
      for (let i = lowerBound(times, at); i < starts.length; i++) {
        if (times[i]! > at + REACTION_MS) break;
        if (starts[i]!.member !== member) {
          followed++;
          break;
        }
      }
    }
  });
  return { followed, asked };
};

export const measureHandOver = (bouts: readonly Bouts[]): HandOver => {
  const starts: Start[] = bouts
    .flatMap((own, member) => own.starts.map((at) => ({ at, member })))
    .sort((x, y) => x.at - y.at || x.member - y.member);
  const times = starts.map((start) => start.at);
  if (times.length === 0) return { followed: 0, expected: 0, ends: 0 };
  const window = [times[0]!, times[times.length - 1]!] as const;
  const real = countFollowed(bouts, starts, times, 0, window);
  let followed = 0;
  let asked = 0;
  for (const days of SHIFTS) {
    const shifted = countFollowed(bouts, starts, times, days * DAY_MS, window);
    followed += shifted.followed;
    asked += shifted.asked;
  }
  return {
    followed: real.followed,
    expected: asked > 0 ? (followed / asked) * real.asked : 0,
    ends: real.asked,
  };
};
