import { type Proportion, proportion } from '../measures.ts';
import { finished, type Plan, type Suite } from './suite.ts';
import { briefly, pointOf, share, sum } from './tables.ts';
import { type Job, job } from './work/job.ts';
import type { WindowsResult } from './work/windows-job.ts';

const SHARES = [0.05, 0.1, 0.25, 0.5, 1] as const;
const SIZES = [1500, 100] as const;
/** arXiv 2606.05725, MMD on windows of 1,500, mean over its fourteen pairs of corpora. */
const PUBLISHED: Readonly<Record<number, string>> = {
  0.05: '59 %',
  0.1: '94 %',
  0.25: '100 %',
  0.5: '100 %',
  1: '100 %',
};
const PUBLISHED_FALSE = '0.3 %';

const SPEC = {
  sizes: SIZES,
  shares: SHARES,
  falsePositives: 0.003,
  calibration: 1000,
  perShare: 200,
} as const;

const jobsOf = ({ seeds }: Plan): Job<'windows'>[] =>
  seeds.map((seed) => job('windows', SPEC, seed));

/** Windows above the threshold, over pairs; `share` 0 stands for windows without harvest. */
const foundOf = (pairs: readonly WindowsResult[], size: number, at: number): Proportion => {
  const sized = pairs.flatMap((pair) => pair.sizes.filter((s) => s.size === size));
  if (at === 0)
    return proportion(
      sum(sized.map((s) => s.falsePositives)),
      sum(sized.map((s) => s.benignWindows)),
    );
  const shares = sized.flatMap((s) => s.shares.filter((x) => x.share === at));
  return proportion(sum(shares.map((s) => s.found)), sum(shares.map((s) => s.of)));
};

export const windowsSuite: Suite = {
  name: 'windows',
  title: 'The two-sample test on windows of prompts',
  question: 'What does a window test like that of arXiv 2606.05725 reach with our embedding?',
  jobs: jobsOf,
  report: (results, plan) => {
    const pairs = finished(results, jobsOf(plan));
    const kinds = [
      ['one benign corpus', pairs.filter((p) => p.benign !== 'all')],
      ['all benign corpora mixed', pairs.filter((p) => p.benign === 'all')],
    ] as const;
    const rows = kinds.flatMap(([kind, own]) =>
      own.length === 0
        ? []
        : [0, ...SHARES].map((at) => ({
            kind,
            pairs: own.length,
            share: at,
            large: foundOf(own, 1500, at),
            small: foundOf(own, 100, at),
          })),
    );
    return {
      answers: rows
        .filter((row) => row.share === 0.05 || row.share === 0)
        .map((row) =>
          row.share === 0
            ? `${row.kind}, no harvest: ${briefly(row.large)} windows of 1,500 were flagged (published ${PUBLISHED_FALSE}).`
            : `${row.kind}, 5 % harvest: ${briefly(row.large)} windows of 1,500 and ${briefly(row.small)} of 100 were flagged (published ${PUBLISHED[0.05]} of 1,500).`,
        ),
      method: [
        'A pair is one benign and one harvest corpus, taken in turn by the seed. 500 benign prompts are the reference; the rest is halved: 1,000 windows from one half set the threshold that 0.3 % of them exceed, windows from the other half are measured, with and without harvest.',
        'Statistic: unbiased squared maximum mean discrepancy, Gaussian kernel at the median distance of the reference.',
      ],
      limits: [
        'The paper embeds prompts with a sentence model; here words and word pairs are hashed into 128 dimensions, which knows wording and not meaning. Its fourteen pairs of corpora, four scenarios and windows are not ours, so the columns stand beside each other and are no replication.',
        'The threshold comes from one half of the benign prompts and is applied to the other, as it would be in use: where more than 0.3 % of windows without harvest are flagged, it does not carry over, and the shares beside it are at that higher rate.',
        'Windows of one pair are drawn from one pool and overlap, so the intervals over windows are too narrow: pairs are what is independent. A threshold at 0.3 % rests on the three largest of 1,000 windows.',
        'A window has no accounts: the test says that a stream holds something new, not who sent it.',
      ],
      tables: [
        {
          caption: 'Windows flagged',
          head: [
            'benign stream',
            'pairs',
            'harvest in the window',
            'windows of 1,500',
            'published, 1,500',
            'windows of 100',
          ],
          rows: rows.map((row) => [
            row.kind,
            `${row.pairs}`,
            row.share === 0 ? 'none (false positives)' : share(row.share),
            briefly(row.large),
            row.share === 0 ? PUBLISHED_FALSE : PUBLISHED[row.share]!,
            briefly(row.small),
          ]),
        },
      ],
      charts: [
        {
          kind: 'lines',
          title: 'Windows of 1,500 and of 100 prompts flagged, by share of harvest',
          x: 'share of harvest',
          y: 'windows flagged',
          logX: true,
          points: rows
            .filter((row) => row.share > 0)
            .flatMap((row) => [
              pointOf(row.share, `1,500, ${row.kind}`, row.large),
              pointOf(row.share, `100, ${row.kind}`, row.small),
            ]),
        },
      ],
      data: { rows, pairs },
    };
  },
};
