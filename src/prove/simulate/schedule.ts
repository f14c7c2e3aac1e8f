/**
 * When accounts act. A profile is the cumulated activity over a world; a stream walks through it in
 * operational time (0 to 1), so that any number of arrivals follows any rhythm without being stored.
 */
import { type Random, uniform } from '../../base/random.ts';
import type { ArrivalTrace } from './arrivals.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Six windows per hour: sharp enough for office hours, 2,016 numbers for two weeks. */
const STEP = HOUR / 6;

export interface Profile {
  /** Cumulated share of activity at the end of each step; the last is 1. */
  readonly cumulated: Float64Array;
  /** Milliseconds. */
  readonly step: number;
}

export interface Span {
  readonly start: number;
  readonly days: number;
}

const cumulate = (weights: Float64Array, step: number): Profile => {
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i]!;
    weights[i] = total;
  }
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! / total;
  return { cumulated: weights, step };
};

/** A profile from the weight of every step, given its middle in epoch milliseconds. */
export const profileOf = (span: Span, weight: (at: number) => number): Profile => {
  const steps = (span.days * DAY) / STEP;
  const weights = Float64Array.from({ length: steps }, (_, i) =>
    Math.max(0, weight(span.start + (i + 0.5) * STEP)),
  );
  // A class outside a one-day world still meets: an empty rhythm becomes a steady one.
  if (!weights.some((w) => w > 0)) weights.fill(1);
  return cumulate(weights, STEP);
};

export const steadyProfile = (span: Span): Profile => profileOf(span, () => 1);

export const traceProfile = (span: Span, trace: ArrivalTrace): Profile =>
  cumulate(Float64Array.from(trace.weights), (span.days * DAY) / trace.weights.length);

/** Activity of people by local hour, 0 … 23: low at night, two humps, relative to 1. */
export const RHYTHMS = {
  office: [2, 1, 1, 1, 1, 2, 6, 20, 60, 90, 100, 95, 70, 85, 100, 95, 85, 60, 30, 20, 15, 12, 8, 4],
  evening: [
    20, 8, 4, 2, 2, 3, 8, 15, 20, 22, 25, 28, 30, 30, 32, 35, 45, 60, 80, 95, 100, 95, 75, 45,
  ],
  student: [
    45, 30, 15, 6, 3, 2, 4, 10, 25, 45, 60, 65, 60, 65, 75, 80, 75, 65, 60, 70, 85, 100, 90, 70,
  ],
} as const;
export type Rhythm = keyof typeof RHYTHMS;
const WEEKEND = { office: 0.15, evening: 1.3, student: 0.8 } as const;

/** People of one rhythm in one time zone (hours east of UTC). */
export const humanProfile = (span: Span, rhythm: Rhythm, zone: number): Profile =>
  profileOf(span, (at) => {
    const local = new Date(at + zone * HOUR);
    const weekend = local.getUTCDay() % 6 === 0 ? WEEKEND[rhythm] : 1;
    return RHYTHMS[rhythm][local.getUTCHours()]! * weekend;
  });

/** The same rhythm between two moments, milliseconds after the start, and nothing outside. */
export const clippedProfile = (profile: Profile, from: number, until: number): Profile => {
  const { cumulated, step } = profile;
  const weights = Float64Array.from(cumulated, (sum, i) => {
    const inside = (i + 1) * step > from && i * step < until;
    return inside ? sum - (i === 0 ? 0 : cumulated[i - 1]!) : 0;
  });
  // Somebody who sleeps through the whole of it works through it instead.
  if (!weights.some((w) => w > 0))
    weights.forEach((_, i) => {
      if ((i + 1) * step > from && i * step < until) weights[i] = 1;
    });
  return cumulate(weights, step);
};

/** Share of the activity before a moment (milliseconds after the start of the world). */
export const shareBefore = (profile: Profile, offset: number): number => {
  const position = offset / profile.step;
  const i = Math.floor(position);
  if (i < 0) return 0;
  if (i >= profile.cumulated.length) return 1;
  const before = i === 0 ? 0 : profile.cumulated[i - 1]!;
  return before + (profile.cumulated[i]! - before) * (position - i);
};

/** The moment (milliseconds after the start) by which a share of the activity is over. */
export const momentOf = (profile: Profile, share: number): number => {
  const c = profile.cumulated;
  let low = 0;
  let high = c.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (c[middle]! > share) high = middle;
    else low = middle + 1;
  }
  const before = low === 0 ? 0 : c[low - 1]!;
  const width = c[low]! - before;
  return (low + (width > 0 ? (share - before) / width : 0)) * profile.step;
};

/**
 * The smallest of `left` uniform shares that are still to come after `share`: drawing the order
 * statistics one by one (Devroye 1986, V.3.1) needs no list of all arrivals.
 */
export const nextShare = (random: Random, share: number, left: number): number =>
  1 - (1 - share) * (1 - uniform(random)) ** (1 / Math.max(1, left));
