import { lowerBound } from '../profile/sparse-counts.ts';

/**
 * Does new traffic still look like the calibration? A test that may be looked at after every account:
 * each new value gets a smoothed conformal p-value among the calibration and everything after it
 * (independent and uniform as long as they are exchangeable: Vovk, Gammerman, Shafer 2005, Prop. 2.8),
 * and a martingale bets against their uniformity. It starts at 1; by Ville's inequality it ever
 * reaches 1/α with probability α at most, however long it is watched.
 */
export interface DriftTest {
  /** Ascending: the calibration and the values seen since. */
  readonly values: number[];
  /** ln of the martingale. */
  logCapital: number;
  /** Its largest value so far: once raised, an alarm is not taken back. */
  highest: number;
  /** Values seen since the calibration. */
  seen: number;
  /** Shares of the capital on small p-values, on none, on large ones; they sum to 1. */
  readonly stakes: [number, number, number];
}

export const startDriftTest = (calibration: readonly number[]): DriftTest => ({
  values: [...calibration].sort((a, b) => a - b),
  logCapital: 0,
  highest: 0,
  seen: 0,
  stakes: [1 / 3, 1 / 3, 1 / 3],
});

/** Bets: against small p-values, none, against large ones. */
const BETS = [-1, 0, 1] as const;
/** Share of the capital that changes its bet at each step. */
const JUMP = 0.01;

/** #{larger} and a uniform part of #{equal}, itself included, of n + 1. */
const smoothedP = (values: readonly number[], value: number, uniform: number): number => {
  const first = lowerBound(values, value);
  let equal = 0;
  while (values[first + equal] === value) equal++;
  const larger = values.length - first - equal;
  return (larger + uniform * (equal + 1)) / (values.length + 1);
};

/**
 * Takes the next value: the Simple Jumper martingale (Vovk, "Testing randomness online", Statistical
 * Science 36, 2021, Algorithm 1). `uniform` is a fresh random number in 0 … 1.
 */
export const watchDrift = (test: DriftTest, value: number, uniform: number): void => {
  const p = smoothedP(test.values, value, uniform);
  let capital = 0;
  for (let i = 0; i < BETS.length; i++) {
    const stake = (1 - JUMP) * test.stakes[i]! + JUMP / BETS.length;
    test.stakes[i] = stake * (1 + BETS[i]! * (p - 0.5));
    capital += test.stakes[i]!;
  }
  for (let i = 0; i < BETS.length; i++) test.stakes[i]! /= capital;
  test.logCapital += Math.log(capital);
  test.highest = Math.max(test.highest, test.logCapital);
  test.values.splice(lowerBound(test.values, value), 0, value);
  test.seen++;
};

/** Ville's inequality over `tests` tests that share one rate of false alarms. */
export const driftAlarm = (test: DriftTest, falseAlarms: number, tests: number): boolean =>
  test.highest >= Math.log(tests / falseAlarms);
