import { below, createRandom } from '../../../base/random.ts';
import { quantile } from '../../../base/statistics.ts';
import { isotonic, type Step, smallestReaching } from './isotonic.ts';
import { finished, type Plan, type Results, type Suite } from './suite.ts';
import { briefly, number, pointOf, recallOf, share as shareOf } from './tables.ts';
import { type Job, job } from './work/job.ts';
import type { ScanResult } from './work/scan-job.ts';
import { specOf } from './work/world-spec.ts';

/** Found so often counts as detectable. */
const TARGET = 0.8;
const SIZES = [5, 10, 20, 40, 80, 160] as const;
/** Share of a campaign account's traffic that is harvest. */
const SHARES = [1, 0.5, 0.25, 0.1, 0.05] as const;
const RESAMPLES = 400;

const jobsOf = ({ seeds, ordinary }: Plan, share: number, accounts: number): Job<'scan'>[] =>
  seeds.map((seed) =>
    job(
      'scan',
      { world: specOf(ordinary, { accounts, unrelated: Number((1 - share).toFixed(2)) }) },
      seed,
    ),
  );

type BySize = readonly { readonly x: number; readonly worlds: readonly ScanResult[] }[];

const stepsOf = (sizes: BySize): Step[] =>
  sizes.map(({ x, worlds }) => {
    // Counted without intervals: this is done for every resample.
    const campaigns = worlds.flatMap((world) => world.tally.campaigns);
    const hits = campaigns.filter((c) => c.seen_as === 'distillation').length;
    return { x, hits, of: campaigns.length };
  });

/** Percentile interval over resampled worlds; `null` at an end means beyond the largest size. */
const intervalOf = (sizes: BySize): readonly [number | null, number | null] => {
  const random = createRandom(1, 'minimum');
  const values = Array.from({ length: RESAMPLES }, () => {
    const drawn = sizes.map(({ x, worlds }) => ({
      x,
      worlds: worlds.map(() => worlds[below(random, worlds.length)]!),
    }));
    return smallestReaching(stepsOf(drawn), TARGET) ?? Number.MAX_VALUE;
  });
  const at = (q: number): number | null => {
    const value = quantile(values, q);
    return value > 1e9 ? null : value;
  };
  return [at(0.025), at(0.975)];
};

const rowsOf = (results: Results, plan: Plan) =>
  SHARES.map((share) => {
    const sizes = SIZES.map((x) => ({ x, worlds: finished(results, jobsOf(plan, share, x)) }));
    const complete = sizes.every(({ worlds }) => worlds.length > 0);
    const steps = stepsOf(sizes);
    return {
      share,
      recall: sizes.map(({ x, worlds }) => ({ accounts: x, ...recallOf(worlds) })),
      fit: isotonic(steps),
      // Without every size measured, a smallest one cannot be told.
      smallest: complete ? smallestReaching(steps, TARGET) : null,
      interval: complete ? intervalOf(sizes) : ([null, null] as const),
      complete,
    };
  });

const MAX = SIZES.at(-1)!;
const accountsText = (value: number | null): string =>
  value === null ? `more than ${MAX}` : number(value, 0);

export const minimumSuite: Suite = {
  name: 'minimum',
  title: 'Minimum detectable campaign',
  question: `How small may a campaign be and still be found ${100 * TARGET} % of the time?`,
  jobs: (plan) => SHARES.flatMap((share) => SIZES.flatMap((size) => jobsOf(plan, share, size))),
  report: (results, plan) => {
    const rows = rowsOf(results, plan).filter((row) => row.recall.some((r) => r.value !== null));
    return {
      answers: rows
        .filter((row) => row.complete)
        .map(
          (row) =>
            `With ${shareOf(row.share)} harvest: ${accountsText(row.smallest)} accounts [${accountsText(row.interval[0])} – ${accountsText(row.interval[1])}].`,
        ),
      method: [
        `Recall at ${SIZES.join(', ')} accounts and five shares of harvest, everything else at the centre (60 exchanges per account, weak evidence). Per share, recall is fitted as never falling with size (pool adjacent violators); the size that reaches ${100 * TARGET} % is read off on a logarithmic scale between two sizes.`,
        `Interval: 2.5 and 97.5 % of ${RESAMPLES} fits to worlds drawn with replacement.`,
      ],
      limits: [
        'Nothing below 5 accounts or above 160 was measured. Where every world of a size is found the resampled interval has no width at that size: read the number of worlds.',
      ],
      tables: [
        {
          caption: `Smallest campaign found ${100 * TARGET} % of the time, and recall by accounts`,
          head: ['harvest', 'smallest', 'interval', ...SIZES.map((size) => `${size} accounts`)],
          rows: rows.map((row) => [
            shareOf(row.share),
            row.complete ? accountsText(row.smallest) : 'not finished',
            row.complete ? row.interval.map(accountsText).join(' – ') : '',
            ...row.recall.map(briefly),
          ]),
        },
      ],
      charts: [
        {
          kind: 'lines',
          title: 'Recall by size of the campaign',
          x: 'accounts',
          y: 'campaigns found',
          logX: true,
          target: TARGET,
          points: rows.flatMap((row) =>
            row.recall.map((r) => pointOf(r.accounts, `${shareOf(row.share)} harvest`, r)),
          ),
        },
      ],
      data: rows,
    };
  },
};
