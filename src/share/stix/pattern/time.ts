/** Times of sets of observations (STIX 2.1, section 9.5.1). */
import { compareTimestamps } from '../timestamp.ts';
import type { Observation } from './observation.ts';

/*
 * An observed data says that its observations lie between two times, not when (9.1). A condition holds
 * when it can hold: for observations somewhere in their intervals.
 */

const WHOLE_SECONDS = 'YYYY-MM-DDTHH:MM:SS'.length;

const seconds = (timestamp: string): number =>
  Date.parse(`${timestamp.slice(0, WHOLE_SECONDS).replace(/:60$/, ':59')}Z`) / 1000;

const fraction = (timestamp: string): number =>
  Number(`0${timestamp.slice(WHOLE_SECONDS, -1)}`) || 0;

/** Seconds from `a` to `b`; whole seconds and fractions apart, to lose no digits of small ones. */
export const secondsBetween = (a: string, b: string): number =>
  seconds(b) - seconds(a) + (fraction(b) - fraction(a));

/** Whether all can have happened in less than `window` seconds: the end is not part of it (9.5.1). */
export const canBeWithin = (observations: readonly Observation[], window: number): boolean => {
  let latestStart: string | undefined;
  let earliestEnd: string | undefined;
  for (const { first, last } of observations) {
    if (latestStart === undefined || compareTimestamps(first, latestStart) > 0) latestStart = first;
    if (earliestEnd === undefined || compareTimestamps(last, earliestEnd) < 0) earliestEnd = last;
  }
  if (latestStart === undefined || earliestEnd === undefined) return true;
  return secondsBetween(earliestEnd, latestStart) < window;
};

/** Whether an observation can have happened at or after `start` and before `stop` (9.5.1). */
export const canBeBetween = ({ first, last }: Observation, start: string, stop: string): boolean =>
  compareTimestamps(last, start) >= 0 && compareTimestamps(first, stop) < 0;

/** Whether each of `after` can have happened at or after each of `before` (9.5.2). */
export const canFollow = (
  before: readonly Observation[],
  after: readonly Observation[],
): boolean => {
  let latestStart: string | undefined;
  for (const { first } of before) {
    if (latestStart === undefined || compareTimestamps(first, latestStart) > 0) latestStart = first;
  }
  return (
    latestStart === undefined ||
    after.every(({ last }) => compareTimestamps(last, latestStart) >= 0)
  );
};
