import type { Profile } from '../profile/profile.ts';

/** Bouts of work of one account: runs of activity between silences. Epoch ms, ascending. */
export interface Bouts {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A silence of this length ends a bout. */
export const SILENCE_MS = 20 * 60_000;
/** Timelines coarser than this cannot say when a bout began. */
const FINEST_USEFUL_MS = 5 * 60_000;

export const boutsOf = (profile: Profile): Bouts => {
  const { width, bins } = profile.activity;
  const starts: number[] = [];
  const ends: number[] = [];
  if (width > FINEST_USEFUL_MS) return { starts, ends };
  let previous = Number.NEGATIVE_INFINITY;
  for (const bin of bins.keys) {
    const at = bin * width;
    if (at - previous > SILENCE_MS) {
      if (previous > Number.NEGATIVE_INFINITY) ends.push(previous);
      starts.push(at);
    }
    previous = at;
  }
  if (previous > Number.NEGATIVE_INFINITY) ends.push(previous);
  return { starts, ends };
};
