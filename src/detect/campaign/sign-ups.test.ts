import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom, type Random, uniform } from '../../base/random.ts';
import type { AccountRecord } from '../exchange/exchange.ts';
import { createProfile } from '../profile/profile.ts';
import { CLUMP_CAP } from './clumps.ts';
import { clumpsAmong, clumpsLogP, createNetworkIndex } from './network-evidence.ts';
import { createPopulation, type Population } from './population.ts';
import { findSharedKeys } from './shared-keys.ts';
import { createSignUps, datedMembers, SIGN_UP_SPANS_MS, tightestRuns } from './sign-ups.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const record = (
  accountId: string,
  createdAt: number | null,
  organizationId: string | null = null,
) => ({ accountId, createdAt, organizationId, paymentFingerprint: null }) as AccountRecord;

/** One account for each time; ids keep their order. */
const populationAt = (times: readonly (number | null)[], organization?: (i: number) => string) => {
  const ids = times.map((_, i) => `a${String(i).padStart(5, '0')}`);
  const profile = { ...createProfile(), exchanges: 1, firstSeen: 0, lastSeen: 1 };
  return createPopulation(
    new Map(ids.map((id) => [id, profile])),
    new Map(ids.map((id, i) => [id, record(id, times[i]!, organization?.(i) ?? null)])),
  );
};

const anyTimes = (random: Random, n: number, days: number): number[] =>
  Array.from({ length: n }, () => uniform(random) * days * DAY);

const runsOf = (population: Population, members: readonly number[]) =>
  tightestRuns(datedMembers(population, createSignUps(population), members), CLUMP_CAP);

const logPOf = (population: Population, members: readonly number[]): number => {
  const index = createNetworkIndex(population, findSharedKeys(population));
  return clumpsLogP(clumpsAmong(index, members).find((c) => c.kind === 'sign-up')!);
};

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('runs of sign-ups', () => {
  const random = createRandom(1, 'sign-ups');
  const outside = anyTimes(random, 2_000, 300);

  test('lots over hours are seen at their own span', () => {
    // Ten lots of eight, one sign-up every 50 minutes.
    const lots = range(80).map((i) => ((i >> 3) * 29 + 3) * DAY + (i & 7) * 50 * MINUTE);
    const { span, runs, weight } = runsOf(populationAt([...lots, ...outside]), range(80));
    assert.equal(span, HOUR);
    assert.equal(runs.length, 10);
    assert.equal(weight, 10 * CLUMP_CAP);
  });

  test('one burst is one coincidence, however many joined', () => {
    const burst = range(60).map((i) => 100 * DAY + i * MINUTE);
    const population = populationAt([...burst, ...outside]);
    assert.equal(runsOf(population, range(60)).weight, CLUMP_CAP);
    assert.ok(logPOf(population, range(60)) > Math.log(1e-3));
  });

  test('accounts of one organization are no run', () => {
    const burst = range(20).map((i) => 100 * DAY + i * MINUTE);
    const population = populationAt([...burst, ...outside], (i) => (i < 20 ? 'one' : `own ${i}`));
    assert.equal(runsOf(population, range(20)).runs.length, 0);
  });

  test('unknown times say nothing', () => {
    const population = populationAt([...range(30).map(() => null), ...outside]);
    assert.equal(datedMembers(population, createSignUps(population), range(30)).length, 0);
    assert.equal(logPOf(population, range(30)), 0);
  });

  test('a day on which everybody joined is dense for everybody', () => {
    const launch = (n: number): number[] =>
      range(n).map(() => 50 * DAY + uniform(random) * 6 * HOUR);
    const quiet = logPOf(populationAt([...launch(40), ...outside]), range(40));
    const busy = logPOf(populationAt([...launch(40), ...launch(3_000), ...outside]), range(40));
    assert.ok(quiet < -15, `${quiet}`);
    assert.ok(busy > Math.log(0.05), `${busy}`);
  });
});

describe('the test of sign-ups', () => {
  const share = (level: number, size: number, draws: number): number => {
    const random = createRandom(size, 'null');
    let small = 0;
    for (let draw = 0; draw < draws; draw++) {
      const population = populationAt(anyTimes(random, 1_000, 200));
      if (logPOf(population, range(size)) <= Math.log(level)) small++;
    }
    return small / draws;
  };
  test('null control: small p-values are rarer than they say, for small sets and large', () => {
    for (const size of [10, 60, 150]) assert.ok(share(0.05, size, 60) <= 0.05 + 0.06, `${size}`);
  });
  test('positive control: sixty accounts in lots of five over two hours', () => {
    const random = createRandom(2, 'lots');
    const lots = range(12).map(() => uniform(random) * 200 * DAY);
    const times = range(60).map((i) => lots[i % 12]! + uniform(random) * 2 * HOUR);
    const population = populationAt([...times, ...anyTimes(random, 1_000, 200)]);
    assert.ok(logPOf(population, range(60)) < -20);
  });
  test('every span is paid for', () => {
    const fresh = { weight: 9, expected: 0.5 };
    const once = clumpsLogP({ fresh: { ...fresh, choices: 1 } });
    const three = clumpsLogP({ fresh: { ...fresh, choices: SIGN_UP_SPANS_MS.length } });
    assert.ok(Math.abs(three - once - Math.log(3)) < 1e-12);
  });
});
