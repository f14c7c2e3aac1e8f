/** The status as metrics of Prometheus. */
import { Gauge, Registry } from 'prom-client';
import type { LabStatus } from './status.ts';

const METRICS: Readonly<Record<string, readonly [string, (status: LabStatus) => number]>> = {
  stillwatch_lab_exchanges_total: ['Exchanges counted', (s) => s.exchanges],
  stillwatch_lab_duplicates_total: ['Deliveries that were counted before', (s) => s.duplicates],
  stillwatch_lab_rejected_total: ['Rows that are no exchange', (s) => s.rejected],
  stillwatch_lab_unjoined_total: ['Halves whose other half never came', (s) => s.unjoined],
  stillwatch_lab_held: ['Halves that wait', (s) => s.held],
  stillwatch_lab_accounts: ['Accounts with a profile', (s) => s.accounts],
  stillwatch_lab_accounts_in_memory: ['Profiles in memory', (s) => s.accounts_in_memory],
  stillwatch_lab_findings: ['Findings of the last look', (s) => s.findings],
  stillwatch_lab_looks_total: ['Looks', (s) => s.looks],
  stillwatch_lab_look_seconds: ['Duration of the last look', (s) => (s.last_look?.ms ?? 0) / 1000],
  stillwatch_lab_journal_bytes: ['Bytes of raw lines on the disk', (s) => s.journal.bytes],
  stillwatch_lab_waiting_bytes: [
    'Bytes not yet counted or written',
    (s) => s.journal.waiting_bytes,
  ],
  stillwatch_lab_journal_healthy: [
    '1 while the disk takes what comes',
    (s) => Number(s.journal.healthy),
  ],
  stillwatch_lab_hub_connected: [
    '1 while the stream of a hub is open',
    (s) => Number(s.hub?.connected ?? false),
  ],
  stillwatch_lab_hub_heard_seconds: [
    'Seconds since the hub was heard; NaN: never since the start',
    (s) => s.hub?.heard_seconds ?? Number.NaN,
  ],
  stillwatch_lab_hub_queue: ['What was released and waits for the hub', (s) => s.hub?.queue ?? 0],
  stillwatch_lab_hub_drafts: ['What waits for a person to release it', (s) => s.hub?.drafts ?? 0],
  stillwatch_lab_hub_indicators: ['Indicators of others', (s) => s.hub?.indicators ?? 0],
  stillwatch_lab_decisions_live: ['Decisions in force', (s) => s.deciding?.live ?? 0],
  stillwatch_lab_decisions_shadow: ['The same in shadow', (s) => s.deciding?.shadow ?? 0],
  stillwatch_lab_cases_waiting: [
    'Cases that wait for a person',
    (s) => Object.values(s.deciding?.cases ?? {}).reduce((sum, n) => sum + n, 0),
  ],
  stillwatch_lab_appeals_waiting: ['Appeals among them', (s) => s.deciding?.cases.appeal ?? 0],
  stillwatch_lab_cases_overdue: ['Cases that are overdue', (s) => s.deciding?.overdue ?? 0],
  stillwatch_lab_effects_waiting: [
    'Cases with an effect that waits, such as for the hub',
    (s) => s.deciding?.effects_waiting ?? 0,
  ],
  stillwatch_lab_policy_fault: [
    '1 while the policy file holds a fault and an older version is in force',
    (s) => Number((s.deciding?.policy_fault ?? null) !== null),
  ],
  process_resident_memory_bytes: ['Resident memory', (s) => s.memory_bytes],
};

export const createMetrics = (status: () => LabStatus): (() => Promise<string>) => {
  const registry = new Registry();
  let now: LabStatus;
  for (const [name, [help, value]] of Object.entries(METRICS))
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(now));
      },
    });
  return () => {
    // Once for all of them: it counts what is in force.
    now = status();
    return registry.metrics();
  };
};
