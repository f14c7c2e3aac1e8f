import { poolBaselines } from '../naive/compare.ts';
import { finished, type Plan, type Suite } from './suite.ts';
import { benignHitOf, briefly, pointOf, recallOf, share } from './tables.ts';
import { type Job, job } from './work/job.ts';
import { specOf } from './work/world-spec.ts';

const SHARES = [0, 0.5, 0.9] as const;

const jobsOf = ({ seeds, ordinary }: Plan, unrelated: number): Job<'scan'>[] =>
  seeds.map((seed) =>
    job('scan', { world: specOf(ordinary, { unrelated }), baselines: true }, seed),
  );

export const naiveSuite: Suite = {
  name: 'naive',
  title: 'The naive detectors on the same worlds',
  question: 'What would the usual detectors have found, and whom would they have accused?',
  jobs: (plan) => SHARES.flatMap((unrelated) => jobsOf(plan, unrelated)),
  report: (results, plan) => {
    const rows = SHARES.flatMap((unrelated) => {
      const worlds = finished(results, jobsOf(plan, unrelated));
      if (worlds.length === 0) return [];
      const label = share(unrelated);
      return [
        {
          unrelated: label,
          detector: 'stillwatch',
          found: recallOf(worlds),
          benign: benignHitOf(worlds),
        },
        ...poolBaselines(worlds.map((world) => world.baselines)).map((b) => ({
          unrelated: label,
          detector: b.detector as string,
          found: b.campaigns_found,
          benign: b.benign_flagged,
        })),
      ];
    });
    return {
      answers: rows
        .filter((row) => row.unrelated === '50 %')
        .map(
          (row) =>
            `${row.detector} at 50 % unrelated: ${briefly(row.found)} campaigns, ${briefly(row.benign)} benign accounts accused.`,
        ),
      method: [
        'Each detector sees the same log as the scan. A campaign counts as found when half of its accounts are flagged. docs/reference/evaluation.md describes the detectors.',
      ],
      limits: [
        'The calibrated detectors are told which half of the benign accounts are benign, which no operator knows; only the other half is measured.',
        'A detector that accuses most accounts finds every campaign: read the two columns together.',
      ],
      tables: [
        {
          caption: 'Campaigns found and benign accounts accused',
          head: ['unrelated', 'detector', 'campaigns found', 'benign accounts accused'],
          rows: rows.map((r) => [r.unrelated, r.detector, briefly(r.found), briefly(r.benign)]),
        },
      ],
      charts: [
        {
          kind: 'rows',
          title: 'Benign accounts accused, by detector',
          x: 'benign accounts accused',
          y: '',
          points: rows.map((r) => pointOf(r.detector, `${r.unrelated} unrelated`, r.benign)),
        },
      ],
      data: rows,
    };
  },
};
