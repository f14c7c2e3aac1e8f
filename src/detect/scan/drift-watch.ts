import { createRandom, shuffle, uniform } from '../../base/random.ts';
import type { Population } from '../campaign/population.ts';
import type { DriftReport } from '../report/report.ts';
import { ACCOUNT_SIGNALS } from '../verdict/account-signals.ts';
import { type DriftTest, driftAlarm, startDriftTest, watchDrift } from '../verdict/drift.ts';
import { SEGMENTS, type Segment, segmentOf } from '../verdict/segment.ts';

/** Values of honest accounts, by segment and signal. */
export type DriftCalibration = Readonly<
  Partial<Record<Segment, Readonly<Record<string, readonly number[]>>>>
>;

/** Accounts of a segment that are kept, and below which it is not watched. */
const MAX_KEPT = 300;
const MIN_KEPT = 50;
/** Accounts of a segment that are watched in one scan: more would only take longer to say the same. */
const MAX_WATCHED = 5_000;
/** Chance that any of the tests raises an alarm although nothing changed, however long it runs. */
export const FALSE_ALARMS = 0.01;

const bySegment = (population: Population): Map<Segment, number[]> => {
  const found = new Map<Segment, number[]>();
  population.profiles.forEach((profile, a) => {
    const segment = segmentOf(profile, population.records[a]!);
    const list = found.get(segment);
    if (list === undefined) found.set(segment, [a]);
    else list.push(a);
  });
  return found;
};

const spaced = (accounts: readonly number[], most: number): number[] => {
  const stride = Math.max(1, Math.ceil(accounts.length / most));
  return accounts.filter((_, i) => i % stride === 0);
};

const round = (value: number): number => Number(value.toPrecision(6));

/** What the accounts of known-good traffic look like, for later scans to be compared with. */
export const driftCalibration = (population: Population): DriftCalibration => {
  const found = bySegment(population);
  return Object.fromEntries(
    SEGMENTS.flatMap((segment) => {
      const accounts = spaced(found.get(segment) ?? [], MAX_KEPT);
      if (accounts.length < MIN_KEPT) return [];
      const signals = ACCOUNT_SIGNALS.map(({ name, measure }) => [
        name,
        accounts
          .map((a) => measure(population.profiles[a]!))
          .filter((v) => Number.isFinite(v))
          .map(round)
          .sort((x, y) => x - y),
      ]);
      return [[segment, Object.fromEntries(signals)]];
    }),
  );
};

interface Watch {
  readonly segment: Segment;
  readonly signal: string;
  readonly test: DriftTest;
}

const watchSegment = (
  population: Population,
  accounts: readonly number[],
  segment: Segment,
  calibration: Readonly<Record<string, readonly number[]>>,
): Watch[] => {
  const random = createRandom(1, `drift ${segment}`);
  // In any order but that of their first exchange: who asks much is seen early.
  const ordered = shuffle(random, [...accounts]);
  return ACCOUNT_SIGNALS.flatMap(({ name, measure }): Watch[] => {
    const values = calibration[name] ?? [];
    if (values.length < MIN_KEPT) return [];
    const test = startDriftTest(values);
    for (const a of spaced(ordered, MAX_WATCHED)) {
      const value = measure(population.profiles[a]!);
      if (Number.isFinite(value)) watchDrift(test, round(value), uniform(random));
    }
    return [{ segment, signal: name, test }];
  });
};

/**
 * Does this traffic still fit the calibration? `left out` are accounts in findings: that they differ
 * is what was looked for.
 */
export const watchTraffic = (
  population: Population,
  calibration: DriftCalibration,
  leftOut: ReadonlySet<number>,
): DriftReport => {
  const found = bySegment(population);
  const watches = SEGMENTS.flatMap((segment) => {
    const known = calibration[segment];
    const accounts = (found.get(segment) ?? []).filter((a) => !leftOut.has(a));
    return known === undefined ? [] : watchSegment(population, accounts, segment, known);
  });
  return {
    false_alarms: FALSE_ALARMS,
    tests: watches.length,
    alarms: watches
      .filter(({ test }) => driftAlarm(test, FALSE_ALARMS, watches.length))
      .map(({ segment, signal, test }) => ({
        segment,
        signal,
        accounts: test.seen,
        log_evidence: test.highest,
      })),
  };
};
