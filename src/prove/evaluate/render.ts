import Table from 'cli-table3';
import { forTerminal } from '../../base/safe-text.ts';
import { showMean, showProportion } from './format.ts';
import type { Measures, Proportion } from './measures.ts';
import type { BaselineResult, Detector } from './naive/compare.ts';
import type { CampaignTally } from './tally.ts';

/** Rows of one table; the JSON holds them all. */
const SHOWN = 40;

const DETECTOR_SAYS: Readonly<Record<Detector, string>> = {
  'weighted-score': 'four signals, equal weights; at least 1,000 exchanges, fixed threshold 0.7',
  'weighted-score-calibrated': 'the same without a floor; threshold from half of the benign',
  'mmd-pooled': 'two-sample test per account; threshold from mixed benign windows',
  'mmd-accounts': 'two-sample test per account; threshold from benign accounts',
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const made = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows.slice(0, SHOWN)) made.push(row.map((cell) => forTerminal(cell, 60)));
  const more = rows.length - SHOWN;
  return more > 0 ? `${made.toString()}\n… and ${more} more rows in --json` : made.toString();
};

/** What was asked, and the answer in its own column. */
const sentence = (label: string, value: string): string => `  ${label.padEnd(52)} ${value}`;

const summaryLines = ({ summary: s }: Measures): string[] => [
  'Campaigns',
  sentence('Labelled campaigns found:', showProportion(s.campaigns_found)),
  sentence('Seen as an account network only:', showProportion(s.campaigns_as_network)),
  sentence('Accounts of a found campaign in its finding:', showMean(s.share_of_found)),
  sentence('Purity of distillation findings (own campaign):', showMean(s.purity)),
  sentence('Purity of distillation findings (any campaign):', showMean(s.plain_purity)),
  sentence('Relays found as account network:', showProportion(s.relays_found)),
  '',
  'Wrongly accused',
  sentence('Benign accounts called distillation:', showProportion(s.benign.distillation.overall)),
  sentence(
    'Benign accounts called account-network:',
    showProportion(s.benign['account-network'].overall),
  ),
  sentence('Benign accounts under review:', showProportion(s.benign.review.overall)),
  sentence('Relay accounts called distillation:', showProportion(s.resellers.distillation)),
  sentence(
    'False discoveries among distillation findings:',
    showProportion(s.false_discovery.findings),
  ),
  sentence('False discoveries among accounts in them:', showProportion(s.false_discovery.accounts)),
  ...(s.unlabelled_in_findings > 0
    ? [`  ${s.unlabelled_in_findings} accounts in findings have no label; they are not judged.`]
    : []),
];

const campaignRow = (c: CampaignTally): string[] => [
  c.campaign,
  `${c.accounts}`,
  c.seen_as ?? 'not seen',
  `${c.held}`,
  c.finding ?? '',
];

const groupTable = ({ summary }: Measures): string => {
  const { distillation, 'account-network': network, review } = summary.benign;
  return table(
    ['benign group', 'distillation', 'account-network', 'review'],
    Object.entries(distillation.groups).map(([name, share]) => [
      name,
      showProportion(share),
      `${network.groups[name]!.numerator}`,
      `${review.groups[name]!.numerator}`,
    ]),
  );
};

const baselineTable = (measures: Measures, baselines: readonly BaselineResult[]): string => {
  const { summary } = measures;
  const held = measures.groups.filter((g) => g.label === 'distillation');
  const count = (of: (g: (typeof held)[number]) => number): number =>
    held.reduce((total, g) => total + of(g), 0);
  const share = (p: Proportion): string =>
    p.value === null ? '–' : `${p.numerator} of ${p.denominator}`;
  return table(
    ['detector', 'campaigns found', 'campaign accounts', 'benign accounts'],
    [
      [
        'stillwatch',
        share(summary.campaigns_found),
        `${count((g) => g.verdicts.distillation)} of ${count((g) => g.accounts)}`,
        share(summary.benign.distillation.overall),
      ],
      ...baselines.map((b) => [
        b.detector,
        share(b.campaigns_found),
        share(b.accounts_flagged),
        share(b.benign_flagged),
      ]),
    ],
  );
};

/** The measures for a terminal; text from the report and the labels is escaped. */
export const renderMeasures = (
  measures: Measures,
  baselines: readonly BaselineResult[] | null,
): string => {
  const parts = [summaryLines(measures).join('\n')];
  const known = [...measures.campaigns, ...measures.relays];
  if (known.length > 0) {
    const head = ['labelled campaign', 'accounts', 'seen as', 'in the finding', 'finding'];
    parts.push(table(head, known.map(campaignRow)));
  }
  if (Object.keys(measures.summary.benign.distillation.groups).length > 0) {
    parts.push(groupTable(measures));
  }
  if (baselines) {
    parts.push(
      [
        'Naive detectors on the same log',
        baselineTable(measures, baselines),
        ...baselines.map((b) => `  ${b.detector}: ${DETECTOR_SAYS[b.detector]}`),
      ].join('\n'),
    );
  }
  parts.push('Ranges in brackets are 95 % intervals; docs/reference/evaluation.md defines each.');
  return parts.join('\n\n');
};
