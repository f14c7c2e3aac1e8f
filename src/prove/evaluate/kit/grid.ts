import { proportion } from '../measures.ts';
import { centreInWords, type GridCell, gridCells } from './grid-cells.ts';
import { finished, type Plan, type Results, type Suite } from './suite.ts';
import {
  benignHitOf,
  briefly,
  heldOf,
  number,
  pointOf,
  recallOf,
  repeatedIn,
  shareText,
  sum,
  suspectedOf,
  worldsWithBenign,
} from './tables.ts';
import { type Job, job } from './work/job.ts';
import type { ScanResult } from './work/scan-job.ts';

const jobsOf = (cell: GridCell, plan: Plan): Job<'scan'>[] =>
  plan.seeds.map((seed) => job('scan', { world: cell.world }, seed));

/** Worlds that several cells share, such as the centre, count once. */
const distinctWorlds = (results: Results, plan: Plan): ScanResult[] => [
  ...new Set(gridCells(plan).flatMap((cell) => finished(results, jobsOf(cell, plan)))),
];

const groupRows = (worlds: readonly ScanResult[]): string[][] => {
  const benign = worlds.flatMap((w) => w.tally.groups.filter((g) => g.label === 'benign'));
  return [...Map.groupBy(benign, (g) => g.group)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, tallies]) => {
      const accounts = sum(tallies.map((t) => t.accounts));
      const hit = (verdict: 'distillation' | 'account-network' | 'review'): number =>
        sum(tallies.map((t) => t.verdicts[verdict]));
      return [
        group,
        briefly(proportion(hit('distillation'), accounts)),
        number(hit('account-network')),
        number(hit('review')),
      ];
    });
};

const sameText = (results: Results, plan: Plan): string[] => {
  const worlds = (value: string): ScanResult[] =>
    gridCells(plan)
      .filter((cell) => cell.factor === 'same text' && cell.value.includes(value))
      .flatMap((cell) => finished(results, jobsOf(cell, plan)));
  const once = worlds('once');
  const sharded = recallOf(worlds('sharded'));
  const runners = once.flatMap((w) => w.tally.groups.filter((g) => g.group === 'benchmark'));
  if (runners.length === 0 || sharded.value === null) return [];
  const accused = sum(runners.map((g) => g.verdicts.distillation));
  return [
    `The same benchmark: sharded over forty accounts it was found in ${briefly(sharded)} worlds' campaigns; run by accounts of laboratories and researchers, ${accused} of ${sum(runners.map((g) => g.accounts))} of them were called distillation.`,
  ];
};

const answers = (results: Results, plan: Plan): string[] => {
  const all = distinctWorlds(results, plan);
  if (all.length === 0) return [];
  const cells = gridCells(plan)
    .filter((cell) => cell.world.campaigns > 0)
    .map((cell) => ({ cell, recall: recallOf(finished(results, jobsOf(cell, plan))) }))
    .filter(({ recall }) => recall.value !== null);
  const high = cells.filter(({ recall }) => recall.value! >= 0.9).length;
  const lost = cells.filter(({ recall }) => recall.value! < 0.5);
  return [
    `${high} of ${cells.length} cells reach a recall of 90 % or more.`,
    ...(lost.length > 0
      ? [
          `Below one half: ${lost.map(({ cell, recall }) => `${cell.factor} ${cell.value} (${recall.numerator} of ${recall.denominator})`).join('; ')}.`,
        ]
      : []),
    `Benign accounts in distillation findings over all ${all.length} worlds: ${briefly(benignHitOf(all))}; worlds with any: ${briefly(worldsWithBenign(all))}.`,
    ...sameText(results, plan),
  ];
};

export const gridSuite: Suite = {
  name: 'grid',
  title: 'Recall over the grid',
  question: 'Which campaigns are found, which are not, and who is wrongly accused?',
  jobs: (plan) => {
    const jobs = gridCells(plan).flatMap((cell) => jobsOf(cell, plan));
    // One centre for all factors: a world is made once.
    return [...new Map(jobs.map((j) => [JSON.stringify(j), j])).values()];
  },
  report: (results, plan) => {
    const cells = gridCells(plan).map((cell) => ({
      cell,
      worlds: finished(results, jobsOf(cell, plan)),
    }));
    const filled = cells.filter(({ worlds }) => worlds.length > 0);
    const all = distinctWorlds(results, plan);
    return {
      answers: answers(results, plan),
      method: [
        `Centre: ${centreInWords}. One factor is varied at a time; crosses vary the named ones together.`,
        `Each world has ${number(plan.ordinary)} ordinary accounts with every hard benign group, and campaigns on top: one, or up to three where all together stay below 16 % of the ordinary accounts. A campaign is found when at least half of its accounts are in one distillation finding.`,
        'Where no harvest file holds enough prompts for a cell, the campaign harvests a built-in grammar; the column "harvest" says so.',
      ],
      limits: [
        'Campaigns of one world share its ordinary accounts, so they are not fully independent and the exact binomial intervals over campaigns are a little too narrow. Intervals over worlds are not.',
        'A campaign of 1,000 accounts outnumbers the ordinary accounts of a small world, which then is no population to calibrate on: read that row at 3,000 ordinary accounts or more.',
      ],
      tables: [
        {
          caption: 'Recall by cell, 95 % Clopper–Pearson intervals',
          head: [
            'factor',
            'value',
            'worlds',
            'found as distillation',
            'under any verdict',
            'accounts held',
            'benign accused',
            'worlds with benign accused',
            'harvest',
          ],
          rows: filled.map(({ cell, worlds }) => [
            cell.factor,
            cell.value,
            `${worlds.length}`,
            briefly(recallOf(worlds)),
            briefly(suspectedOf(worlds)),
            shareText(heldOf(worlds)),
            briefly(benignHitOf(worlds)),
            briefly(worldsWithBenign(worlds)),
            harvestText(worlds),
          ]),
        },
        {
          caption: 'False findings by benign group, all distinct worlds of the grid',
          head: ['benign group', 'accounts called distillation', 'account-network', 'review'],
          rows: groupRows(all),
        },
      ],
      charts: [
        {
          kind: 'rows',
          title: 'Campaigns found as distillation, by cell',
          x: 'campaigns found',
          y: '',
          target: 0.9,
          points: filled
            .filter(({ cell }) => cell.world.campaigns > 0)
            .map(({ cell, worlds }) => pointOf(cell.value, cell.factor, recallOf(worlds))),
        },
      ],
      data: filled.map(({ cell, worlds }) => ({
        ...cell,
        worlds: worlds.length,
        recall: recallOf(worlds),
        any_verdict: suspectedOf(worlds),
        benign: benignHitOf(worlds),
        worlds_with_benign: worldsWithBenign(worlds),
      })),
    };
  },
};

const harvestText = (worlds: readonly ScanResult[]): string => {
  const names = new Set(worlds.flatMap((w) => w.harvested.map((h) => h.corpus)));
  const kinds = new Set([...names].map((n) => (n.startsWith('grammar:') ? 'grammar' : 'files')));
  const repeated = repeatedIn(worlds);
  const text = [...kinds].sort().join(' and ') || '–';
  return repeated > 0 ? `${text}, ${number(repeated)} prompts asked again` : text;
};
