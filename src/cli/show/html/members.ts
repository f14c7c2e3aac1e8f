/** The accounts of a campaign in the one order that timeline, graph and list share. */
import type { AccountReport, CampaignReport } from '../../../detect/report/report.ts';

export interface Member {
  readonly id: string;
  /** 1-based, by first activity. */
  readonly number: number;
  /** Exchanges per time step; empty when the timeline holds no row for the account. */
  readonly counts: readonly number[];
  readonly own: AccountReport | null;
}

const firstActive = (counts: readonly number[]): number => {
  const step = counts.findIndex((count) => count > 0);
  return step < 0 ? Number.POSITIVE_INFINITY : step;
};

/** By first activity: the shape of accounts that replace each other shows as a staircase. */
export const membersOf = (
  campaign: CampaignReport,
  accounts: ReadonlyMap<string, AccountReport>,
): Member[] => {
  const rows = new Map(
    campaign.timeline.accounts.map((id, i) => [id, campaign.timeline.counts[i] ?? []]),
  );
  return campaign.accounts
    .map((id) => ({ id, counts: rows.get(id) ?? [], own: accounts.get(id) ?? null }))
    .map((member) => ({ ...member, first: firstActive(member.counts) }))
    .toSorted((a, b) => (a.first === b.first ? 0 : a.first < b.first ? -1 : 1))
    .map(({ id, counts, own }, i) => ({ id, counts, own, number: i + 1 }));
};
