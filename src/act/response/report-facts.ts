import type { AccountReport, CampaignReport, ScanReport } from '../../detect/report/report.ts';
import type { AccountFacts, Facts, FindingFacts } from './facts.ts';

const findingOf = (
  report: ScanReport,
  account: AccountReport,
  campaign: CampaignReport | undefined,
): FindingFacts => ({
  id: campaign?.id ?? `finding--${account.account_id}`,
  verdict: account.verdict,
  network: campaign?.network ?? account.network,
  intent: campaign?.intent ?? account.intent,
  level: campaign?.decided_by?.level ?? report.fdr,
  accounts: campaign?.accounts.length ?? 1,
  exchanges: campaign?.exchanges ?? account.exchanges,
});

/** What a report found about each account; those it does not name have no finding. */
export const factsFromReport = (report: ScanReport, accounts: Iterable<AccountFacts>): Facts[] => {
  const found = new Map(report.accounts.map((one) => [one.account_id, one]));
  const campaigns = new Map(report.campaigns.map((one) => [one.id, one]));
  return [...accounts].map((account) => {
    const one = found.get(account.id);
    const finding =
      one === undefined ? null : findingOf(report, one, campaigns.get(one.campaign ?? ''));
    return { account, finding, indicators: [] };
  });
};
