import { percent } from '../format.ts';
import { proportion } from '../measures.ts';
import { type BoundedMean, boundedMean } from './bounded-mean.ts';
import { mixedJobs, nullJobs } from './levels.ts';
import { atLevel, falseShare } from './precision.ts';
import { finished, type Suite } from './suite.ts';
import { briefly, meanText, number, pointOf, share, sum } from './tables.ts';
import { uniformity } from './uniformity.ts';
import type { LevelsResult } from './work/levels-job.ts';

/** The levels that are promised. */
const PROMISED = [0.01, 0.05, 0.1] as const;

/** What the interval allows to say about a promise to stay at or below a level. */
export const promiseKept = ({ low, high }: BoundedMean, level: number): string =>
  low === null || high === null
    ? 'nothing to count'
    : high <= level
      ? 'shown: the whole interval is below'
      : low <= level
        ? 'not refuted: the level is within the interval'
        : 'broken: the whole interval is above';

const rowsOf = (kind: string, worlds: readonly LevelsResult[]) =>
  worlds.length === 0
    ? []
    : PROMISED.map((level) => {
        const at = atLevel(worlds, level);
        return {
          kind,
          level,
          rate: boundedMean(at.map(falseShare)),
          worlds_with_false: proportion(at.filter((a) => a.false > 0).length, at.length),
          benign_accounts: sum(at.flatMap((a) => Object.values(a.benign))),
        };
      });

/** Benign accounts in `distillation` findings by group, at each promised level. */
const groupRows = (worlds: readonly LevelsResult[]): string[][] => {
  const counts = PROMISED.map((level) => atLevel(worlds, level).map((at) => at.benign));
  const groups = [...new Set(counts.flat(2).flatMap((benign) => Object.keys(benign)))].sort();
  return groups.map((group) => [
    group,
    ...counts.map((level) => number(sum(level.map((benign) => benign[group] ?? 0)))),
  ]);
};

/** Samples of one name of all worlds together. */
const pooled = (worlds: readonly LevelsResult[]) =>
  [
    ...Map.groupBy(
      worlds.flatMap((w) => w.nullP),
      (sample) => sample.name,
    ),
  ].map(([name, samples]) => ({ name, ...uniformity(samples.flatMap((s) => s.values)) }));

export const calibrationSuite: Suite = {
  name: 'calibration',
  title: 'Realised false discovery rate and uniformity of p-values',
  question: 'Does the declared level hold?',
  jobs: (plan) => [...nullJobs(plan), ...mixedJobs(plan)],
  report: (results, plan) => {
    const nulls = finished(results, nullJobs(plan));
    const mixed = finished(results, mixedJobs(plan));
    const rows = [
      ...rowsOf('null', nulls),
      ...rowsOf('mixed', mixed),
      ...rowsOf('all', [...nulls, ...mixed]),
    ];
    const samples = pooled(nulls);
    return {
      answers: [
        ...rows
          .filter((row) => row.kind === 'all')
          .map(
            (row) =>
              `At level ${share(row.level)} the realised false discovery rate over ${row.rate.n} worlds is ${percent(row.rate.value!)} [${percent(row.rate.low!)} – ${percent(row.rate.high!)}]: ${promiseKept(row.rate, row.level)}.`,
          ),
        ...samples.map(
          (s) =>
            `${s.name}: ${number(s.n)} p-values, distance from uniform ${s.distance!.toFixed(3)}, of it towards too small ${s.excess!.toFixed(3)}; chance alone reaches ${s.bound!.toFixed(3)} for so many independent ones.`,
        ),
      ],
      method: [
        'Null worlds hold no operator at all; mixed worlds hold campaigns and a relay. The false discovery proportion of a world is the share of its distillation findings without a majority of distillation accounts, 0 without a finding; its mean over worlds is the realised rate.',
        'The interval is that of Chernoff and Hoeffding for means of values between 0 and 1, two-sided 95 %; worlds are independent.',
        'Distance from uniform is that of Kolmogorov and Smirnov; the bound is that of Dvoretzky, Kiefer, Wolfowitz and Massart.',
      ],
      limits: [
        'Sets of one world overlap in accounts, so their p-values are dependent and the bound for independent ones is too strict: a distance above it is no proof of a wrong calibration, a distance below it is good news.',
        'P-values that are too large are safe. Only the excess towards small ones accuses anybody.',
      ],
      tables: [
        {
          caption: 'Realised false discovery rate',
          head: [
            'worlds',
            'level',
            'realised rate',
            'worlds with a false finding',
            'benign accounts',
            'verdict',
          ],
          rows: rows.map((row) => [
            row.kind,
            share(row.level),
            meanText(row.rate),
            briefly(row.worlds_with_false),
            `${row.benign_accounts}`,
            promiseKept(row.rate, row.level),
          ]),
        },
        {
          caption: `Benign accounts in distillation findings, by group, over ${nulls.length + mixed.length} worlds; groups without any are left out`,
          head: ['benign group', ...PROMISED.map((level) => `at level ${share(level)}`)],
          rows: groupRows([...nulls, ...mixed]),
        },
        {
          caption: 'Null p-values against the uniform distribution',
          head: ['sample', 'p-values', 'distance', 'towards small', 'bound at 95 %'],
          rows: samples.map((s) => [
            s.name,
            number(s.n),
            s.distance!.toFixed(3),
            s.excess!.toFixed(3),
            s.bound!.toFixed(3),
          ]),
        },
      ],
      charts: [
        {
          kind: 'rows',
          title: 'Realised false discovery rate by promised level',
          x: 'false discovery rate',
          y: '',
          points: rows.map((row) =>
            pointOf(`level ${share(row.level)}`, `${row.kind} worlds`, row.rate),
          ),
        },
      ],
      data: { rates: rows, p_values: samples },
    };
  },
};
