import { FIELD_BOUND } from '../../simulate/world-fields.ts';
import { proportion } from '../measures.ts';
import { finished, type Plan, type Suite } from './suite.ts';
import { benignHitOf, briefly, number, recallOf, worldsWithBenign } from './tables.ts';
import { type Job, job } from './work/job.ts';
import type { ScanResult } from './work/scan-job.ts';
import { nullSpec, specOf, type WorldSpec } from './work/world-spec.ts';

const scans = ({ seeds }: Plan, world: WorldSpec): Job<'scan'>[] =>
  seeds.map((seed) => job('scan', { world }, seed));

const nulls = (plan: Plan): Job<'scan'>[] => scans(plan, nullSpec(plan.ordinary));
/** Networks without a harvest: shared accounts, ordinary content. */
const relays = (plan: Plan): Job<'scan'>[] =>
  scans(plan, specOf(plan.ordinary, { campaigns: 0, relays: 2 }));
/** What must be found, or nothing else can be believed. */
const positives = (plan: Plan): Job<'scan'>[] =>
  scans(
    plan,
    specOf(plan.ordinary, { campaigns: 1, network: 'strong', schedule: 'steady', unrelated: 0 }),
  );

const LEAK_ACCOUNTS = 2000;
/** Fields are measured where nothing is planted, so that whatever tells is a leak. */
const leaks = ({ seeds }: Plan): Job<'leak'>[] =>
  seeds.map((seed) =>
    job(
      'leak',
      {
        world: specOf(LEAK_ACCOUNTS, {
          campaigns: 3,
          accounts: 100,
          network: 'none',
          harvest: 'composed',
        }),
      },
      seed,
    ),
  );

const withFinding = (worlds: readonly ScanResult[], verdicts: readonly string[]) =>
  proportion(
    worlds.filter((w) => w.tally.findings.some((f) => verdicts.includes(f.verdict))).length,
    worlds.length,
  );

export const controlsSuite: Suite = {
  name: 'controls',
  title: 'Controls',
  question: 'Is nothing found where there is nothing, and something where there must be?',
  jobs: (plan) => [...nulls(plan), ...relays(plan), ...positives(plan), ...leaks(plan)],
  report: (results, plan) => {
    const sets = [
      ['null: nobody harvests or resells', finished(results, nulls(plan))],
      ['relays only: networks without a harvest', finished(results, relays(plan))],
      ['positive: strong evidence, nothing unrelated', finished(results, positives(plan))],
    ] as const;
    const filled = sets.filter(([, worlds]) => worlds.length > 0);
    const leaked = finished(results, leaks(plan));
    const fields = leaked.flatMap((l) => l.fields);
    const top = fields.toSorted((a, b) => b.auc - a.auc)[0];
    const planted = leaked.map((l) => l.planted);
    const isQuiet = (name: string): boolean => !name.startsWith('positive');
    return {
      answers: [
        ...filled.map(([name, worlds]) =>
          isQuiet(name)
            ? `${name}: ${briefly(withFinding(worlds, ['distillation']))} worlds with a distillation finding.`
            : `${name}: ${briefly(recallOf(worlds))} campaigns found.`,
        ),
        ...(top === undefined
          ? []
          : [
              `The most telling metadata field alone reaches an area under the curve of ${top.auc.toFixed(2)} (${top.feature}; the bound is ${FIELD_BOUND}); a planted field reaches ${Math.min(...planted).toFixed(2)} or more.`,
            ]),
      ],
      method: [
        'Null and relay worlds hold every hard benign group. The positive control is the plainest campaign there is.',
        'Label leak: for each metadata field, the better of a threshold and a cross-validated look-up table over accounts, in worlds without planted evidence; relays are left out. A field that leans by 0.8 standard deviations is planted to show that the check can fail.',
      ],
      limits: [
        'Content is not metadata: the size of prompts and answers, and the number of exchanges, may tell and are not hidden.',
      ],
      tables: [
        {
          caption: 'Null and positive controls',
          head: [
            'control',
            'worlds',
            'campaigns found',
            'worlds with a distillation finding',
            'worlds with any finding',
            'benign accounts called distillation',
            'worlds with such an account',
          ],
          rows: filled.map(([name, worlds]) => [
            name,
            `${worlds.length}`,
            briefly(recallOf(worlds)),
            briefly(withFinding(worlds, ['distillation'])),
            briefly(withFinding(worlds, ['distillation', 'account-network', 'review'])),
            briefly(benignHitOf(worlds)),
            briefly(worldsWithBenign(worlds)),
          ]),
        },
        {
          caption: 'Most telling single metadata fields, by world',
          head: [
            'world',
            'campaign accounts',
            'fields measured',
            'most telling',
            'area under the curve',
            'planted field',
            'noise',
          ],
          rows: leaked.map((l, i) => [
            `${i + 1}`,
            number(l.positives),
            `${l.measured}`,
            l.fields[0]?.feature ?? '–',
            l.fields[0]?.auc.toFixed(3) ?? '–',
            l.planted.toFixed(3),
            l.noise.toFixed(3),
          ]),
        },
      ],
      charts: [],
      data: {
        controls: filled.map(([name, worlds]) => ({
          name,
          worlds: worlds.length,
          recall: recallOf(worlds),
          distillation: withFinding(worlds, ['distillation']),
          benign: benignHitOf(worlds),
        })),
        leaks: leaked,
      },
    };
  },
};
