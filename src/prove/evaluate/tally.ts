import { StillwatchError } from '../../base/errors.ts';
import type { AccountReport, Verdict } from '../../detect/report/report.ts';
import type { Label, LabelRow } from './labels.ts';

/** Strongest first: an account counts under the strongest verdict that touches it. */
export const FINDING_VERDICTS = ['distillation', 'account-network', 'review'] as const;
export type FindingVerdict = Exclude<Verdict, 'clear'>;

/** A verdict and the accounts that it is on: a campaign, or an account that stands alone. */
export interface Finding {
  readonly id: string;
  readonly verdict: FindingVerdict;
  readonly accounts: readonly string[];
}

/** The part of a report that is judged. */
export interface Judged {
  readonly campaigns: readonly Finding[];
  readonly accounts: readonly Pick<AccountReport, 'account_id' | 'verdict'>[];
}

const rank = (verdict: FindingVerdict): number => FINDING_VERDICTS.indexOf(verdict);

/**
 * Every finding of a report. An account's own verdict is a finding of its own only where no campaign
 * already says at least as much about it; otherwise one suspicion would be counted twice.
 */
export const findingsOf = (report: Judged): Finding[] => {
  const findings: Finding[] = report.campaigns.map(({ id, verdict, accounts }) => ({
    id,
    verdict,
    accounts: [...new Set(accounts)],
  }));
  const strongest = new Map<string, number>();
  for (const { verdict, accounts } of findings) {
    for (const account of accounts) {
      const known = strongest.get(account) ?? FINDING_VERDICTS.length;
      strongest.set(account, Math.min(known, rank(verdict)));
    }
  }
  for (const { account_id, verdict } of report.accounts) {
    const covered = strongest.get(account_id);
    if (covered !== undefined && covered <= rank(verdict)) continue;
    findings.push({ id: account_id, verdict, accounts: [account_id] });
    strongest.set(account_id, rank(verdict));
  }
  return findings;
};

/** One labelled campaign, or relay, against the findings. */
export interface CampaignTally {
  readonly campaign: string;
  readonly accounts: number;
  /** The strongest verdict under which one finding holds at least half of the accounts, or null. */
  readonly seen_as: FindingVerdict | null;
  /** That finding, and how many of the campaign's accounts it holds; null and 0 when not seen. */
  readonly finding: string | null;
  readonly held: number;
}

/** One finding against the labels; accounts without a label are counted and judged nowhere else. */
export interface FindingTally {
  readonly finding: string;
  readonly verdict: FindingVerdict;
  readonly accounts: number;
  readonly unlabelled: number;
  readonly benign: number;
  readonly reseller: number;
  readonly distillation: number;
  /** The labelled campaign with most accounts in the finding, and how many; null and 0 for none. */
  readonly campaign: string | null;
  readonly of_campaign: number;
}

export interface GroupTally {
  readonly label: Label;
  readonly group: string;
  readonly accounts: number;
  readonly verdicts: Readonly<Record<FindingVerdict, number>>;
}

/** Everything that is counted about one report; every measure is a function of these numbers. */
export interface Tally {
  readonly campaigns: readonly CampaignTally[];
  readonly relays: readonly CampaignTally[];
  readonly findings: readonly FindingTally[];
  readonly groups: readonly GroupTally[];
}

const tallyCampaign = (
  campaign: string,
  accounts: readonly string[],
  byAccount: ReadonlyMap<string, readonly Finding[]>,
): CampaignTally => {
  const held = new Map<Finding, number>();
  for (const account of accounts) {
    for (const finding of byAccount.get(account) ?? []) {
      held.set(finding, (held.get(finding) ?? 0) + 1);
    }
  }
  // Issue: found when at least half of its accounts are in ONE finding, not scattered over several.
  const best = [...held]
    .filter(([, count]) => 2 * count >= accounts.length)
    .sort(([a, m], [b, n]) => rank(a.verdict) - rank(b.verdict) || n - m)[0];
  return {
    campaign,
    accounts: accounts.length,
    seen_as: best?.[0].verdict ?? null,
    finding: best?.[0].id ?? null,
    held: best?.[1] ?? 0,
  };
};

const tallyCampaigns = (
  labels: readonly LabelRow[],
  label: Label,
  byAccount: ReadonlyMap<string, readonly Finding[]>,
): CampaignTally[] => {
  const named = labels.filter((row) => row.label === label && row.campaign !== null);
  return [...Map.groupBy(named, (row) => row.campaign!)].map(([campaign, rows]) =>
    tallyCampaign(
      campaign,
      rows.map((row) => row.account_id),
      byAccount,
    ),
  );
};

const tallyFinding = (finding: Finding, byId: ReadonlyMap<string, LabelRow>): FindingTally => {
  const count: Record<Label, number> = { benign: 0, reseller: 0, distillation: 0 };
  const campaigns = new Map<string, number>();
  let unlabelled = 0;
  for (const account of finding.accounts) {
    const row = byId.get(account);
    if (row === undefined) unlabelled++;
    else count[row.label]++;
    if (row?.label !== 'distillation' || row.campaign === null) continue;
    campaigns.set(row.campaign, (campaigns.get(row.campaign) ?? 0) + 1);
  }
  const main = [...campaigns].sort(([, m], [, n]) => n - m)[0];
  return {
    finding: finding.id,
    verdict: finding.verdict,
    accounts: finding.accounts.length,
    unlabelled,
    ...count,
    campaign: main?.[0] ?? null,
    of_campaign: main?.[1] ?? 0,
  };
};

const tallyGroups = (
  labels: readonly LabelRow[],
  byAccount: ReadonlyMap<string, readonly Finding[]>,
): GroupTally[] => {
  const groups = Map.groupBy(labels, (row) => JSON.stringify([row.label, row.group]));
  return [...groups.values()].map((rows) => {
    const verdicts = { distillation: 0, 'account-network': 0, review: 0 };
    for (const { account_id } of rows) {
      const ranks = byAccount.get(account_id)?.map(({ verdict }) => rank(verdict));
      if (ranks) verdicts[FINDING_VERDICTS[Math.min(...ranks)]!]++;
    }
    return { label: rows[0]!.label, group: rows[0]!.group, accounts: rows.length, verdicts };
  });
};

/**
 * Counts a report against the known answers.
 * @throws LABELS_MISMATCH when the report names accounts and the labels know none of them.
 */
export const tally = (report: Judged, labels: readonly LabelRow[]): Tally => {
  const byId = new Map(labels.map((row) => [row.account_id, row]));
  const findings = findingsOf(report);
  const byAccount = new Map<string, Finding[]>();
  for (const finding of findings) {
    for (const account of finding.accounts) {
      const known = byAccount.get(account);
      if (known) known.push(finding);
      else byAccount.set(account, [finding]);
    }
  }
  if (byAccount.size > 0 && ![...byAccount.keys()].some((account) => byId.has(account))) {
    throw new StillwatchError(
      'LABELS_MISMATCH',
      `None of the ${byAccount.size} accounts in the report's findings is among the ${labels.length} labelled accounts.`,
      'Give the labels file that was written together with the scanned traffic.',
    );
  }
  return {
    campaigns: tallyCampaigns(labels, 'distillation', byAccount),
    relays: tallyCampaigns(labels, 'reseller', byAccount),
    findings: findings.map((finding) => tallyFinding(finding, byId)),
    groups: tallyGroups(labels, byAccount),
  };
};
