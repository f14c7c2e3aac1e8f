/** Which campaign or account of a report a person means. */
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import type {
  AccountReport,
  CampaignReport,
  LinkReport,
  ScanReport,
} from '../../detect/report/report.ts';
import { withoutPrefix } from './format.ts';

export type Subject =
  | { readonly kind: 'campaign'; readonly campaign: CampaignReport }
  | {
      readonly kind: 'account';
      readonly id: string;
      /** Its own verdict and scores; null when only its campaign was judged. */
      readonly account: AccountReport | null;
      readonly campaign: CampaignReport | null;
      /** Its links within the campaign, the strongest first. */
      readonly links: readonly LinkReport[];
    };

const campaignSubject = (campaign: CampaignReport): Subject => ({ kind: 'campaign', campaign });

const accountSubject = (report: ScanReport, id: string): Subject => {
  const account = report.accounts.find((one) => one.account_id === id) ?? null;
  const campaign =
    report.campaigns.find((one) => one.id === account?.campaign) ??
    report.campaigns.find((one) => one.accounts.includes(id)) ??
    null;
  const links = (campaign?.links ?? [])
    .filter((link) => link.a === id || link.b === id)
    .toSorted((x, y) => y.llr - x.llr);
  return { kind: 'account', id, account, campaign, links };
};

const shown = (id: string): string => `"${forTerminal(id, 80)}"`;

const ambiguous = (wanted: string, ids: readonly string[]): StillwatchError => {
  const some = ids.slice(0, 5).map(shown).join(', ');
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
  return new StillwatchError(
    'SUBJECT_AMBIGUOUS',
    `${shown(wanted)} is the beginning of ${ids.length} names in the report: ${some}${more}.`,
    'Give more of the name.',
  );
};

const unknown = (report: ScanReport, wanted: string): StillwatchError =>
  new StillwatchError(
    'SUBJECT_UNKNOWN',
    `The report holds no campaign and no account whose name is or begins with ${shown(wanted)}.`,
    report.campaigns.length + report.accounts.length === 0
      ? 'This report holds no findings, so there is nothing to explain.'
      : 'Names are listed by `stillwatch scan`; accounts judged clear are not in the report.',
  );

/**
 * The subject named exactly, or else the only one whose name begins with `wanted`; campaigns also
 * without 'campaign--'.
 * @throws SUBJECT_UNKNOWN, SUBJECT_AMBIGUOUS
 */
export const findSubject = (report: ScanReport, wanted: string): Subject => {
  const { campaigns } = report;
  const accounts = new Set([
    ...report.accounts.map((account) => account.account_id),
    ...campaigns.flatMap((campaign) => campaign.accounts),
  ]);
  const exact = campaigns.find(({ id }) => id === wanted);
  if (exact) return campaignSubject(exact);
  if (accounts.has(wanted)) return accountSubject(report, wanted);
  // An empty word begins every name: that is no choice.
  if (wanted === '') throw unknown(report, wanted);
  const groups = campaigns.filter(
    ({ id }) => id.startsWith(wanted) || withoutPrefix(id).startsWith(wanted),
  );
  const members = [...accounts].filter((id) => id.startsWith(wanted));
  const names = [...groups.map(({ id }) => id), ...members];
  if (names.length === 0) throw unknown(report, wanted);
  if (names.length > 1) throw ambiguous(wanted, names);
  return groups[0] ? campaignSubject(groups[0]) : accountSubject(report, members[0]!);
};
