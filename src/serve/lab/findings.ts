/** Findings with their history: what looks have found, found again, changed and found no more. */
import { randomUUID } from 'node:crypto';
import type { CampaignReport, ScanReport } from '../../detect/report/report.ts';
import type { Store } from '../store/store.ts';

export interface FindingStep {
  /** RFC 3339. */
  readonly at: string;
  readonly look: number;
  readonly verdict: CampaignReport['verdict'];
  readonly campaign: string;
  readonly accounts: number;
  readonly exchanges: number;
}

export interface LabFinding {
  /** Stays while the campaign grows; the campaign's own id names its set of accounts. */
  readonly id: string;
  readonly first: string;
  readonly last: string;
  /** Whether the last look found it. What is decided is decided for good; a quiet campaign is not seen. */
  readonly seen: boolean;
  /** Changes of verdict or of accounts, the oldest first, at most 200. */
  readonly history: readonly FindingStep[];
  readonly campaign: CampaignReport;
}

export interface FindingsChange {
  readonly at: string;
  readonly look: number;
  readonly opened: readonly LabFinding[];
  readonly changed: readonly LabFinding[];
  /** Not found any more by this look. */
  readonly quiet: readonly LabFinding[];
  readonly all: readonly LabFinding[];
}

export interface Findings {
  readonly list: () => readonly LabFinding[];
  readonly get: (id: string) => LabFinding | undefined;
  readonly update: (report: ScanReport, look: number, at: Date) => Promise<FindingsChange>;
  /** Takes an account's name out of every finding. */
  readonly forget: (account: string) => Promise<number>;
  /** Removes findings that were not seen since. */
  readonly expire: (before: Date) => Promise<void>;
}

/** The same campaign without what names an account. */
export const campaignWithout = (campaign: CampaignReport, account: string): CampaignReport => {
  const row = campaign.timeline.accounts.indexOf(account);
  return {
    ...campaign,
    accounts: campaign.accounts.filter((id) => id !== account),
    links: campaign.links.filter(({ a, b }) => a !== account && b !== account),
    timeline: {
      ...campaign.timeline,
      accounts: campaign.timeline.accounts.filter((_, i) => i !== row),
      counts: campaign.timeline.counts.filter((_, i) => i !== row),
    },
  };
};

const MOST_STEPS = 200;
/** Share of the smaller set of accounts from which two campaigns are one. */
const SAME = 0.5;

const matchOf = (
  campaign: CampaignReport,
  known: readonly LabFinding[],
): LabFinding | undefined => {
  const members = new Set(campaign.accounts);
  let best: LabFinding | undefined;
  let most = 0;
  for (const finding of known) {
    const { accounts } = finding.campaign;
    const both = accounts.filter((id) => members.has(id)).length;
    if (both <= SAME * Math.min(accounts.length, members.size) || both <= most) continue;
    best = finding;
    most = both;
  }
  return best;
};

export const openFindings = async (store: Store): Promise<Findings> => {
  const known = new Map<string, LabFinding>();
  for (const { id, value } of await store.records.list('lab-finding'))
    known.set(id, value as unknown as LabFinding); // written by `save` below
  const save = (findings: readonly LabFinding[]): Promise<void> =>
    store.write(async ({ records }) => {
      for (const finding of findings)
        await records.put('lab-finding', finding.id, finding as unknown as Record<string, unknown>);
    });
  return {
    list: () => [...known.values()].sort((a, b) => (a.first < b.first ? -1 : 1)),
    get: (id) => known.get(id),
    update: async (report, look, time) => {
      const at = time.toISOString();
      const opened: LabFinding[] = [];
      const changed: LabFinding[] = [];
      const quiet: LabFinding[] = [];
      const touched: LabFinding[] = [];
      const free = new Map(known);
      for (const campaign of report.campaigns) {
        const before = matchOf(campaign, [...free.values()]);
        if (before !== undefined) free.delete(before.id);
        const step: FindingStep = {
          at,
          look,
          verdict: campaign.verdict,
          campaign: campaign.id,
          accounts: campaign.accounts.length,
          exchanges: campaign.exchanges,
        };
        const last = before?.history.at(-1);
        const isSame = last?.verdict === step.verdict && last.campaign === step.campaign;
        const finding: LabFinding = {
          id: before?.id ?? `finding--${randomUUID()}`,
          first: before?.first ?? at,
          last: at,
          seen: true,
          history: isSame ? before!.history : [...(before?.history ?? []), step].slice(-MOST_STEPS),
          campaign,
        };
        touched.push(finding);
        if (before === undefined) opened.push(finding);
        else if (!isSame || !before.seen) changed.push(finding);
      }
      for (const before of free.values()) {
        if (!before.seen) continue;
        const finding = { ...before, seen: false };
        quiet.push(finding);
        touched.push(finding);
      }
      for (const finding of touched) known.set(finding.id, finding);
      if (touched.length > 0) await save(touched);
      return { at, look, opened, changed, quiet, all: [...known.values()] };
    },
    forget: async (account) => {
      const touched: LabFinding[] = [];
      for (const finding of known.values()) {
        const { campaign } = finding;
        if (!campaign.accounts.includes(account)) continue;
        touched.push({ ...finding, campaign: campaignWithout(campaign, account) });
      }
      for (const finding of touched) known.set(finding.id, finding);
      if (touched.length > 0) await save(touched);
      return touched.length;
    },
    expire: async (before) => {
      const old = [...known.values()].filter((f) => !f.seen && f.last < before.toISOString());
      for (const { id } of old) known.delete(id);
      if (old.length > 0)
        await store.write(async ({ records }) => {
          for (const { id } of old) await records.remove('lab-finding', id);
        });
    },
  };
};
