/** What deciding needs of a lab, on a real store and without traffic: findings are what a test says. */
import type { AccountRecord } from '../../../detect/exchange/exchange.ts';
import { createProfile } from '../../../detect/profile/profile.ts';
import type { CampaignReport } from '../../../detect/report/report.ts';
import type { Store } from '../../store/store.ts';
import { DEFAULT_CONFIG } from '../config/config.ts';
import type { FindingsChange, LabFinding } from '../findings.ts';
import type { LabAccount, LabCore } from '../core.ts';

export const findingOf = (
  id: string,
  accounts: readonly string[],
  p_value = 1e-3,
  seen = true,
): LabFinding => ({
  id,
  first: '2026-11-01T00:00:00.000Z',
  last: '2026-11-01T00:00:00.000Z',
  seen,
  history: [],
  // Of a campaign only what deciding reads.
  campaign: {
    id: `campaign--of-${id}`,
    verdict: 'distillation',
    accounts,
    exchanges: accounts.length * 100,
    network: { score: 0.9, p_value },
    intent: { score: 0.9, p_value },
    decided_by: { level: 0.01 },
  } as unknown as CampaignReport,
});

export interface TestCore {
  readonly core: LabCore;
  /** As a look would, with these findings. */
  readonly look: (findings: readonly LabFinding[]) => Promise<void>;
  readonly looks: () => number;
  readonly leftOut: () => readonly string[];
}

export const testCore = (
  store: Store,
  records: ReadonlyMap<string, AccountRecord> = new Map(),
): TestCore => {
  let found: readonly LabFinding[] = [];
  let looks = 0;
  let without: () => readonly string[] = () => [];
  const listeners: ((change: FindingsChange) => void | Promise<void>)[] = [];
  const accountsOf = (): string[] => [
    ...new Set(found.filter(({ seen }) => seen).flatMap(({ campaign }) => campaign.accounts)),
  ];
  const core: Partial<LabCore> = {
    store,
    config: DEFAULT_CONFIG,
    onFindings: (listener) => void listeners.push(listener),
    findings: () => found,
    report: () => null,
    accounts: async (ids) =>
      ids.map(
        (id): LabAccount => ({ id, profile: createProfile(), record: records.get(id) ?? null }),
      ),
    looked: () => ({
      accounts: accountsOf().map((id) => ({
        id,
        record: records.get(id) ?? null,
        segment: 'people',
        exchanges: 100,
      })),
      organizations: new Map(),
    }),
    onForget: () => undefined,
    showDeciding: () => undefined,
    leaveOut: (source) => {
      without = source;
    },
    lookNow: async () => {
      looks += 1;
    },
  };
  return {
    core: core as LabCore,
    look: async (findings) => {
      found = findings;
      const at = new Date().toISOString();
      const change = { at, look: 1, opened: [], changed: [], quiet: [], all: findings };
      for (const listener of listeners) await listener(change);
    },
    looks: () => looks,
    leftOut: () => without(),
  };
};
