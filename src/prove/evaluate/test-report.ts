import type { ScanReport } from '../../detect/report/report.ts';
import type { Label, LabelRow } from './labels.ts';
import type { FindingVerdict } from './tally.ts';

/** The least report that holds the given findings; for tests. */
export const reportOf = (
  campaigns: readonly (readonly [verdict: FindingVerdict, accounts: readonly string[]])[],
  alone: readonly (readonly [verdict: FindingVerdict, account: string])[] = [],
): ScanReport => {
  const axis = { score: 0.9, p_value: 0.001 };
  const accountReport = (account_id: string, verdict: FindingVerdict, campaign: string | null) => ({
    account_id,
    verdict,
    campaign,
    exchanges: 10,
    network: axis,
    intent: axis,
  });
  const instant = '2026-03-01T00:00:00.000Z';
  return {
    version: 1,
    tool: 'stillwatch test',
    read: {
      exchanges: 1000,
      accounts: 100,
      rejected: 0,
      duplicates: 0,
      first: instant,
      last: instant,
      reasons: {},
      quarantine: [],
    },
    fdr: 0.01,
    calibration: { id: 'calibration--test', version: 0, source: 'test', groups: 0, left_out: 0 },
    drift: null,
    models: { intent: 'intent-test', embedding: 'test' },
    procedure: 'benjamini-hochberg',
    campaigns: campaigns.map(([verdict, accounts], i) => ({
      id: `campaign--${i}`,
      verdict,
      accounts,
      exchanges: 10 * accounts.length,
      first_seen: instant,
      last_seen: instant,
      segment: 'all',
      network: axis,
      intent: axis,
      families: [],
      evidence: [],
      links: [],
      timeline: { start: instant, step_ms: 3_600_000, accounts: [], counts: [] },
      would_change: [],
      observables: null,
      decided_by: null,
    })),
    accounts: [
      ...campaigns.flatMap(([verdict, accounts], i) =>
        accounts.map((id) => accountReport(id, verdict, `campaign--${i}`)),
      ),
      ...alone.map(([verdict, id]) => accountReport(id, verdict, null)),
    ],
    limits: [],
  };
};

/** `count` labelled accounts `name-0`, `name-1`, …; for tests. */
export const labelsOf = (
  name: string,
  count: number,
  label: Label,
  campaign: string | null = null,
  group: string = name,
): LabelRow[] =>
  Array.from({ length: count }, (_, i) => ({ account_id: `${name}-${i}`, label, campaign, group }));

export const idsOf = (rows: readonly LabelRow[]): string[] => rows.map((row) => row.account_id);
