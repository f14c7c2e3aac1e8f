/** The words of a report, the same in the terminal and on the page (docs/concepts/words.md). */
import type { Axis, CampaignReport, ScanReport, Verdict } from '../../detect/report/report.ts';
import { formatCount, formatP, formatScore, plural } from './format.ts';

export type Found = Exclude<Verdict, 'clear'>;

interface VerdictWords {
  readonly one: string;
  readonly many: string;
  readonly meaning: string;
}

export const FOUND = ['distillation', 'account-network', 'review'] as const satisfies Found[];

export const VERDICT_WORDS: Readonly<Record<Found, VerdictWords>> = {
  distillation: {
    one: 'distillation campaign',
    many: 'distillation campaigns',
    meaning:
      'Both axes speak: the accounts look run by one operator, and what they ask for looks like the extraction of a model.',
  },
  'account-network': {
    one: 'account network',
    many: 'account networks',
    meaning:
      'The accounts look run by one operator, but what they ask for does not look like extraction. This is not distillation.',
  },
  review: {
    one: 'group to review',
    many: 'groups to review',
    meaning:
      'Something stands out, but not enough for a verdict. A person should look before anything is done.',
  },
};

export const AXIS_WORDS: Readonly<Record<Axis, { name: string; asks: string }>> = {
  network: { name: 'Network', asks: 'Are these accounts run by one operator?' },
  intent: { name: 'Intent', asks: 'Is this the extraction of a model?' },
};

export const countByVerdict = (report: ScanReport): Readonly<Record<Found, number>> => {
  const count = { distillation: 0, 'account-network': 0, review: 0 };
  for (const campaign of report.campaigns) count[campaign.verdict] += 1;
  return count;
};

/** Accounts with a verdict of their own that belong to no reported campaign. */
export const accountsOutside = (report: ScanReport): ScanReport['accounts'] => {
  const known = new Set(report.campaigns.map((campaign) => campaign.id));
  return report.accounts.filter(({ campaign }) => campaign === null || !known.has(campaign));
};

/** 'a', 'a and b', 'a, b and c'. */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;

/** The result in one line: '2 distillation campaigns and 1 account network'. */
export const headline = (report: ScanReport): string => {
  const count = countByVerdict(report);
  const parts = FOUND.filter((verdict) => count[verdict] > 0).map((verdict) =>
    plural(count[verdict], VERDICT_WORDS[verdict].one, VERDICT_WORDS[verdict].many),
  );
  const outside = accountsOutside(report).length;
  if (outside > 0)
    parts.push(plural(outside, 'account outside campaigns', 'accounts outside campaigns'));
  return parts.length > 0 ? listed(parts) : 'No campaign found';
};

/** What an empty result means, and what it does not. */
export const nothingFound = (report: ScanReport): string =>
  `No group of accounts stands out from ordinary traffic at a false discovery rate of ${percent(report.fdr)}. ` +
  'This says that nothing was found in what was read; it does not prove that nothing is there.';

/** The declared level, as it was declared: 0.01 → '1 %', kept on one line. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(4))}\u00a0%`;

const PROCEDURES: Readonly<Record<string, string>> = {
  'benjamini-hochberg': 'Benjamini–Hochberg',
  'benjamini-yekutieli': 'Benjamini–Yekutieli',
  lond: 'LOND',
  'e-lond': 'e-LOND',
};
export const procedureName = (procedure: string): string => PROCEDURES[procedure] ?? procedure;

/** Both axes of a subject in one sentence. */
export const axesSentence = ({ network, intent }: Pick<CampaignReport, Axis>): string =>
  `Network ${formatScore(network.score)} (p ${formatP(network.p_value, '= ')}), ` +
  `intent ${formatScore(intent.score)} (p ${formatP(intent.p_value, '= ')}).`;

/** Rejected rows by reason, the most frequent first. */
export const reasonsByCount = (report: ScanReport): (readonly [string, number])[] =>
  Object.entries(report.read.reasons).toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

/** What the p-values of a finding rest on, in sentences; [] where the report does not say. */
export const decisionSentences = ({ decided_by }: CampaignReport): string[] => {
  if (decided_by === null) return [];
  const { level, axis_level, procedure, network, intent } = decided_by;
  const pool = (pool: string): string =>
    pool === 'all' ? 'groups of all segments' : `groups of the segment ${pool}`;
  const compared = (axis: string, from: NonNullable<typeof network>): string =>
    `${axis}: compared with ${formatCount(from.groups)} benign ${pool(from.pool)}` +
    (from.borrowed ? ', because its own segment had too few' : '') +
    (from.extrapolated ? '; it lies beyond all of them, so its p-value is an extrapolation' : '') +
    '.';
  return [
    `Decided at a false discovery rate of ${percent(level)}, ${percent(axis_level)} for each axis, by ${procedureName(procedure)}.`,
    network === null
      ? 'Network: compared with the accounts outside the set.'
      : compared('Network', network),
    compared('Intent', intent),
  ];
};

/** Whether a scan's traffic still fits its baseline; null without one. */
export const driftSentence = ({ drift }: ScanReport): string | null => {
  if (drift === null) return null;
  const { alarms, tests, false_alarms } = drift;
  const rate = `(${tests} sequential tests, ${percent(false_alarms)} chance of any false alarm)`;
  if (alarms.length === 0) return `none: the baseline still fits ${rate}`;
  const named = alarms.slice(0, 5).map(({ segment, signal }) => `${signal} of ${segment}`);
  const rest = alarms.length > 5 ? ` and ${alarms.length - 5} more` : '';
  return `the baseline no longer fits: ${named.join(', ')}${rest} ${rate}; make a new one with \`stillwatch baseline\``;
};
