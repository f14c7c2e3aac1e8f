import type { Profile } from '../profile/profile.ts';
import { collisionRate } from '../profile/sparse-counts.ts';

/** Measures of one profile, whatever set of exchanges it summarises. NaN where it cannot say. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Chance that two answers have the same length within a quarter octave, 0 … 1. */
export const responseUniformity = (profile: Profile): number =>
  collisionRate(profile.responseLengths);

/** Chance that two prompts share opening words, closing words or skeleton; the largest, 0 … 1. */
export const templateConcentration = (profile: Profile): number =>
  Math.max(
    ...[profile.openings, profile.closings, profile.skeletons].map((counts) =>
      Math.max(0, collisionRate(counts)),
    ),
  );

/**
 * Evenness of activity over the hours of the day, 0 (one hour) … 1 (round the clock): Shannon
 * entropy over ln 24 (Pielou, J. Theor. Biol. 1966).
 */
export const temporalRegularity = (profile: Profile): number => {
  const { width, bins } = profile.activity;
  if (width > HOUR || profile.exchanges < 2) return Number.NaN;
  const hours = new Float64Array(24);
  for (let i = 0; i < bins.keys.length; i++)
    hours[Math.floor(((bins.keys[i]! * width) % DAY) / HOUR)]! += bins.counts[i]!;
  let entropy = 0;
  for (const count of hours)
    if (count > 0) entropy -= (count / profile.exchanges) * Math.log(count / profile.exchanges);
  return entropy / Math.log(24);
};

export const continuedShare = (profile: Profile): number => profile.continued / profile.exchanges;
export const logprobsShare = (profile: Profile): number => profile.withLogprobs / profile.exchanges;
export const samplingShare = (profile: Profile): number => profile.withSeveral / profile.exchanges;

/** When a model was first used by anybody, epoch ms, if that was inside the log. */
export type Releases = ReadonlyMap<string, number>;

/** A model counts as released during the log when it appears this long after the start. */
const RELEASE_MARGIN = 2 * DAY;

export const findReleases = (profiles: readonly Profile[], logStart: number): Releases => {
  const first = new Map<string, number>();
  for (const { models } of profiles)
    for (const { name, activity } of models?.values ?? []) {
      const at = activity.bins.keys[0]! * activity.width;
      const known = first.get(name);
      if (known === undefined || at < known) first.set(name, at);
    }
  return new Map([...first].filter(([, at]) => at - logStart >= RELEASE_MARGIN));
};

/**
 * Largest share of the traffic of the day after a release that goes to the released model, 0 … 1;
 * NaN when nothing was released during the log.
 */
export const releasePivot = (profile: Profile, releases: Releases): number => {
  if (releases.size === 0 || profile.models === null) return Number.NaN;
  let largest = 0;
  for (const { name, activity } of profile.models.values) {
    const released = releases.get(name);
    if (released === undefined) continue;
    let moved = 0;
    activity.bins.keys.forEach((bin, i) => {
      if (bin * activity.width < released + DAY) moved += activity.bins.counts[i]!;
    });
    let all = 0;
    const { width, bins } = profile.activity;
    bins.keys.forEach((bin, i) => {
      const at = bin * width;
      if (at >= released && at < released + DAY) all += bins.counts[i]!;
    });
    if (all > 0) largest = Math.max(largest, Math.min(1, moved / all));
  }
  return largest;
};
