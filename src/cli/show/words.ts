/** The words of a report, the same in the terminal and on the page (docs/concepts/words.md). */
import type { Axis, CampaignReport, ScanReport, Verdict } from '../../detect/report/report.ts';
import { formatP, formatScore, plural } from './format.ts';

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
};
export const procedureName = (procedure: string): string => PROCEDURES[procedure] ?? procedure;

/** Both axes of a subject in one sentence. */
export const axesSentence = ({ network, intent }: Pick<CampaignReport, Axis>): string =>
  `Network ${formatScore(network.score)} (p ${formatP(network.p_value, '= ')}), ` +
  `intent ${formatScore(intent.score)} (p ${formatP(intent.p_value, '= ')}).`;

/** Rejected rows by reason, the most frequent first. */
export const reasonsByCount = (report: ScanReport): (readonly [string, number])[] =>
  Object.entries(report.read.reasons).toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
