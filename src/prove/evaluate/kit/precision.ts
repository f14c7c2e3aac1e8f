import { proportion } from '../measures.ts';
import { boundedMean } from './bounded-mean.ts';
import { LEVELS, mixedJobs } from './levels.ts';
import { finished, type Suite } from './suite.ts';
import { briefly, meanText, pointOf, share, sum } from './tables.ts';
import type { AtLevel, LevelsResult } from './work/levels-job.ts';

/** Share of a world's findings that are false; 0 without a finding, as the false discovery rate has it. */
export const falseShare = (at: AtLevel): number => (at.findings === 0 ? 0 : at.false / at.findings);

export const atLevel = (worlds: readonly LevelsResult[], level: number): AtLevel[] =>
  worlds.flatMap((world) => world.levels.filter((at) => at.level === level));

const rowOf = (worlds: readonly LevelsResult[], level: number) => {
  const at = atLevel(worlds, level);
  const findings = sum(at.map((a) => a.findings));
  return {
    level,
    recall: proportion(sum(at.map((a) => a.found)), sum(at.map((a) => a.campaigns))),
    precision: proportion(findings - sum(at.map((a) => a.false)), findings),
    false_discovery_rate: boundedMean(at.map(falseShare)),
    benign_accounts: sum(at.flatMap((a) => Object.values(a.benign))),
  };
};

export const precisionSuite: Suite = {
  name: 'precision-recall',
  title: 'Precision, recall and false discovery by level',
  question: 'What does a stricter or looser level cost?',
  jobs: mixedJobs,
  report: (results, plan) => {
    const worlds = finished(results, mixedJobs(plan));
    const rows = worlds.length === 0 ? [] : LEVELS.map((level) => rowOf(worlds, level));
    const strict = rows.find((row) => row.level === 0.01);
    const loose = rows.at(-1);
    return {
      answers:
        strict === undefined || loose === undefined
          ? []
          : [
              `From level 1 % to 50 % recall goes from ${briefly(strict.recall)} to ${briefly(loose.recall)}, precision of findings from ${briefly(strict.precision)} to ${briefly(loose.precision)}.`,
            ],
      method: [
        'One scan per world at a permissive level; the procedure is applied again to its p-values at every level. A test compares this with scanning at that level.',
        'Worlds have 50, 75 or 90 % unrelated traffic in turn, weak network evidence and a relay beside the campaigns.',
      ],
      limits: [
        'Precision depends on how many campaigns there are; the false discovery rate is the mean over worlds of the share of false findings, 0 where there is no finding.',
      ],
      tables: [
        {
          caption: 'By level; false discovery rate with a Chernoff–Hoeffding interval over worlds',
          head: [
            'level',
            'recall',
            'precision of findings',
            'false discovery rate',
            'benign accounts',
          ],
          rows: rows.map((row) => [
            share(row.level),
            briefly(row.recall),
            briefly(row.precision),
            meanText(row.false_discovery_rate),
            `${row.benign_accounts}`,
          ]),
        },
      ],
      charts: [
        {
          kind: 'lines',
          title: 'Recall and precision by level',
          x: 'level (false discovery rate asked for)',
          y: 'share',
          logX: true,
          points: rows.flatMap((row) => [
            pointOf(row.level, 'recall', row.recall),
            pointOf(row.level, 'precision', row.precision),
          ]),
        },
        {
          kind: 'lines',
          title: 'Realised false discovery rate by level',
          x: 'level (false discovery rate asked for)',
          y: 'false discovery rate',
          logX: true,
          points: rows.flatMap((row) => [
            pointOf(row.level, 'realised', row.false_discovery_rate),
            // What the level allows: a line without an interval.
            { x: row.level, series: 'allowed', value: row.level, low: null, high: null },
          ]),
        },
      ],
      data: rows,
    };
  },
};
