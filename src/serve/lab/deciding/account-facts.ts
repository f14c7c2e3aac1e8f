/** What a policy is told of the accounts of a look, and of accounts that shared intelligence names. */
import type { AccountFacts, FindingFacts } from '../../../act/response/facts.ts';
import type { AccountRecord } from '../../../detect/exchange/exchange.ts';
import type { AccountReport, ScanReport } from '../../../detect/report/report.ts';
import { segmentOf } from '../../../detect/verdict/segment.ts';
import type { LabFinding } from '../findings.ts';
import type { LabCore } from '../core.ts';

const accountFacts = (
  id: string,
  record: AccountRecord | null,
  segment: string,
  exchanges: number,
  organizations: ReadonlyMap<string, number>,
): AccountFacts => {
  const organization = record?.organizationId ?? null;
  return {
    id,
    tier: record?.tier ?? null,
    segment,
    organization,
    exchanges,
    organization_exchanges:
      organization === null ? null : (organizations.get(organization) ?? null),
    created_at: record?.createdAt ?? null,
    attestation: record?.attestation ?? null,
    known_good: false,
  };
};

/** Accounts of the last look that have a verdict. */
export const lookedFacts = ({ looked }: Pick<LabCore, 'looked'>): Map<string, AccountFacts> => {
  const { accounts, organizations } = looked();
  return new Map(
    accounts.map(({ id, record, segment, exchanges }) => [
      id,
      accountFacts(id, record, segment, exchanges, organizations),
    ]),
  );
};

/** Asked of the profiles; accounts of which there is neither a profile nor a record are not among them. */
export const askedFacts = async (
  core: Pick<LabCore, 'accounts' | 'looked'>,
  ids: readonly string[],
): Promise<AccountFacts[]> => {
  const { organizations } = core.looked();
  return (await core.accounts(ids)).map(({ id, profile, record }) =>
    accountFacts(id, record, segmentOf(profile, record), profile.exchanges, organizations),
  );
};

const ofCampaign = (report: ScanReport | null, { id, campaign }: LabFinding): FindingFacts => ({
  id,
  verdict: campaign.verdict,
  network: campaign.network,
  intent: campaign.intent,
  // Without a level nothing counts as decided: a rule that needs both axes does not fire.
  level: campaign.decided_by?.level ?? report?.fdr ?? 0,
  accounts: campaign.accounts.length,
  exchanges: campaign.exchanges,
});

const ofAccount = (level: number, one: AccountReport): FindingFacts => ({
  id: `finding--${one.account_id}`,
  verdict: one.verdict,
  network: one.network,
  intent: one.intent,
  level,
  accounts: 1,
  exchanges: one.exchanges,
});

/**
 * The finding of the last look, or of the one before a restart, about each account: of its campaign, under the id that stays while the
 * campaign grows, or of the account alone.
 */
export const findingsByAccount = (
  report: ScanReport | null,
  findings: readonly LabFinding[],
): Map<string, FindingFacts> => {
  const found = new Map<string, FindingFacts>();
  for (const one of report?.accounts ?? [])
    if (one.campaign === null) found.set(one.account_id, ofAccount(report!.fdr, one));
  for (const finding of findings) {
    if (!finding.seen) continue;
    const facts = ofCampaign(report, finding);
    for (const account of finding.campaign.accounts) found.set(account, facts);
  }
  return found;
};
