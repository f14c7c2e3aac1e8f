import { quantile } from '../../../base/statistics.ts';
import { proportion } from '../measures.ts';
import type { Point } from './section.ts';
import { finished, type Plan, type Suite } from './suite.ts';
import { briefly, number, pointOf, shareText, sum } from './tables.ts';
import { type Job, job } from './work/job.ts';
import type { Detection, ReplayResult } from './work/replay-job.ts';
import { specOf, type WorldSpec } from './work/world-spec.ts';

/** Shares of the exchanges of all campaigns together at which the log is looked at. */
const LOOKS = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;

/** Early is before this share of its exchanges was made. */
const EARLY = 0.4;

const CASES: readonly (readonly [string, Partial<Omit<WorldSpec, 'ordinary'>>])[] = [
  ['strong evidence, no unrelated traffic', { network: 'strong', unrelated: 0 }],
  ['centre: 40 accounts × 60, 50 % unrelated', {}],
  [
    '150 accounts × 25, own addresses and cards',
    { accounts: 150, exchanges: 25, evade: ['own-cards'] },
  ],
  ['90 % unrelated', { unrelated: 0.9 }],
];

const jobsOf = ({ seeds, ordinary }: Plan, i: number): Job<'replay'>[] =>
  seeds.map((seed) => job('replay', { world: specOf(ordinary, CASES[i]![1]), looks: LOOKS }, seed));

/** Share of campaigns found by the time that they had made each share of their exchanges. */
const curve = (name: string, campaigns: readonly Detection[]): Point[] =>
  LOOKS.map((share) =>
    pointOf(
      share,
      name,
      proportion(
        campaigns.filter((c) => c.share !== null && c.share <= share + 0.025).length,
        campaigns.length,
      ),
    ),
  );

/** A quantile over all campaigns, where one that was never found counts as later than any. */
const censored = (values: readonly (number | null)[], q: number): number | null => {
  const value = quantile(
    values.map((v) => v ?? Number.MAX_VALUE),
    q,
  );
  return value > 1e12 || Number.isNaN(value) ? null : value;
};

const rowOf = (name: string, worlds: readonly ReplayResult[]) => {
  const campaigns = worlds.flatMap((world) => world.campaigns);
  const found = campaigns.filter((c) => c.share !== null);
  return {
    name,
    campaigns: campaigns.length,
    found: proportion(found.length, campaigns.length),
    early: proportion(found.filter((c) => c.share! <= EARLY).length, campaigns.length),
    median_share: censored(
      campaigns.map((c) => c.share),
      0.5,
    ),
    median_exchanges: censored(
      campaigns.map((c) => c.made),
      0.5,
    ),
    median_hours: censored(
      campaigns.map((c) => c.hours),
      0.5,
    ),
    late_hours: censored(
      campaigns.map((c) => c.hours),
      0.9,
    ),
    looks_with_benign: proportion(
      sum(worlds.map((w) => w.looksWithBenign)),
      sum(worlds.map((w) => w.looks)),
    ),
    curve: curve(name, campaigns),
  };
};

const orNever = (value: number | null, digits = 0): string =>
  value === null ? 'not reached' : number(value, digits);

export const timeSuite: Suite = {
  name: 'time-to-detect',
  title: 'Time to detect',
  question: 'How much of a harvest is lost before it is found?',
  jobs: (plan) => CASES.flatMap((_, i) => jobsOf(plan, i)),
  report: (results, plan) => {
    const rows = CASES.map(([name], i) => ({
      name,
      worlds: finished(results, jobsOf(plan, i)),
    }))
      .filter(({ worlds }) => worlds.length > 0)
      .map(({ name, worlds }) => rowOf(name, worlds));
    return {
      answers: rows.map(
        (row) =>
          `${row.name}: found ${briefly(row.found)}, before ${100 * EARLY} % of its exchanges ${briefly(row.early)}; ${row.median_share === null ? 'fewer than half were ever found' : `in the median after ${shareText(row.median_share)} of its exchanges, ${orNever(row.median_exchanges)} of them, ${orNever(row.median_hours)} hours after the first`}.`,
      ),
      method: [
        `The log is replayed in the order of time: prefixes that end where all campaigns together have made ${LOOKS.map((l) => 100 * l).join(', ')} % of their exchanges are scanned, each from nothing, until every campaign was found. The first prefix that finds it counts; it became detectable somewhere after the one before.`,
        'A campaign that is never found counts as later than any other in the medians. Exchanges include unrelated traffic: a provider sees no difference.',
      ],
      limits: [
        'Every look is a scan at the declared level. Looking fourteen times is not one look: the last column counts the looks that accused a benign account. Only a procedure that stays valid under continuous looking may promise more.',
        'The accounts file is the whole one; accounts that have not sent anything yet are ignored by the scan.',
      ],
      tables: [
        {
          caption: 'When campaigns are first found',
          head: [
            'campaign',
            'found at all',
            `before ${100 * EARLY} %`,
            'median share made',
            'median exchanges made',
            'median hours lost',
            '90 % of them within hours',
            'looks that accuse a benign account',
          ],
          rows: rows.map((row) => [
            row.name,
            briefly(row.found),
            briefly(row.early),
            shareText(row.median_share),
            orNever(row.median_exchanges),
            orNever(row.median_hours, 1),
            orNever(row.late_hours, 1),
            briefly(row.looks_with_benign),
          ]),
        },
      ],
      charts: [
        {
          kind: 'lines',
          title: 'Campaigns found by the share of their exchanges made',
          x: 'share of its exchanges made',
          y: 'campaigns found',
          target: 0.5,
          points: rows.flatMap((row) => row.curve),
        },
      ],
      data: rows,
    };
  },
};
