/**
 * The parser of a scan report; the compiler holds it to the contract in detect/report. What explains
 * a finding further than its scores and evidence may be missing: such reports can still be read.
 */

import {
  count,
  dictionary,
  fault,
  list,
  nullable,
  number,
  object,
  oneOf,
  orElse,
  type Parser,
  REFUSED,
  text,
  time,
  truth,
} from '../base/parse.ts';
import {
  type AccountReport,
  AXES,
  type AxisCalibrationReport,
  type AxisScore,
  type CampaignReport,
  type DecisionReport,
  type DriftAlarm,
  type DriftReport,
  type EvidenceItem,
  type FamilyAsks,
  type FamilyReport,
  type LinkReport,
  type ModelsReport,
  type ObservablesReport,
  type ReadReport,
  type RejectedRow,
  type ScanReport,
  type SharedObservable,
  SIDES,
  type SignalBaseline,
  type TimelineReport,
  VERDICTS,
  type Verdict,
} from '../detect/report/report.ts';

const name = text();
const found = oneOf(
  VERDICTS.filter((verdict): verdict is Exclude<Verdict, 'clear'> => verdict !== 'clear'),
);
const axisScore = object<AxisScore>({ score: number(0, 1), p_value: number(0, 1) });

const evidence = object<EvidenceItem>({
  signal: name,
  axis: orElse(oneOf(AXES), 'intent'),
  value: number(),
  baseline: object<SignalBaseline>({
    p1: orElse(nullable(number()), null),
    p50: number(),
    p99: number(),
    groups: orElse(nullable(count), null),
  }),
  speaks: orElse(oneOf(SIDES), 'above'),
  contribution: number(),
  says: text(),
});

const family = object<FamilyReport>({
  template: text(),
  exchanges: count,
  accounts: count,
  distinct_prompts: count,
  asks: orElse(
    nullable(
      object<FamilyAsks>({
        word_accounts: count,
        outside_accounts: count,
        languages: list(name, 100),
        elicitation: list(name, 100),
      }),
    ),
    null,
  ),
});

const shared = list(object<SharedObservable>({ value: name, accounts: count, outside: count }), 50);
const observables = object<ObservablesReport>({
  address_blocks: shared,
  autonomous_systems: shared,
  clients: shared,
});

const link = object<LinkReport>({ a: name, b: name, llr: number(), kinds: list(name, 100) });

const timelineFields = object<TimelineReport>({
  start: time,
  step_ms: number(1, 1e13),
  accounts: list(name),
  counts: list(list(count)),
});

/** One row of counts per account. */
const timeline: Parser<TimelineReport> = (value, path, faults) => {
  const parsed = timelineFields(value, path, faults);
  if (parsed === REFUSED || parsed.counts.length === parsed.accounts.length) return parsed;
  const { accounts, counts } = parsed;
  return fault(
    faults,
    `${path}.counts`,
    `${accounts.length} rows, one per account`,
    `${counts.length}`,
  );
};

const NO_TIMELINE: TimelineReport = {
  start: '1970-01-01T00:00:00.000Z',
  step_ms: 1,
  accounts: [],
  counts: [],
};

const axisCalibration = object<AxisCalibrationReport>({
  pool: name,
  groups: count,
  borrowed: truth,
  extrapolated: truth,
});

const decision = object<DecisionReport>({
  level: number(0, 1),
  axis_level: number(0, 1),
  procedure: name,
  calibration: name,
  calibration_version: count,
  model: name,
  network: nullable(axisCalibration),
  intent: axisCalibration,
});

const drift = object<DriftReport>({
  false_alarms: number(0, 1),
  tests: count,
  alarms: list(
    object<DriftAlarm>({ segment: name, signal: name, accounts: count, log_evidence: number() }),
  ),
});

const campaign = object<CampaignReport>({
  id: name,
  verdict: found,
  accounts: list(name),
  exchanges: count,
  first_seen: time,
  last_seen: time,
  segment: orElse(name, 'undeclared'),
  network: axisScore,
  intent: axisScore,
  families: list(family),
  evidence: list(evidence),
  links: orElse(list(link), []),
  timeline: orElse(timeline, NO_TIMELINE),
  would_change: orElse(list(text()), []),
  decided_by: orElse(nullable(decision), null),
  observables: orElse(nullable(observables), null),
});

const account = object<AccountReport>({
  account_id: name,
  verdict: found,
  campaign: nullable(name),
  exchanges: count,
  network: axisScore,
  intent: axisScore,
});

const read = object<ReadReport>({
  exchanges: count,
  accounts: count,
  rejected: count,
  duplicates: orElse(count, 0),
  first: nullable(time),
  last: nullable(time),
  reasons: orElse(dictionary(count), {}),
  quarantine: orElse(
    list(
      object<RejectedRow>({ source: text(), line: nullable(number(1, 2 ** 53)), reason: text() }),
    ),
    [],
  ),
});

const NO_MODELS: ModelsReport = { intent: 'not stated', embedding: 'not stated' };

export const scanReport: Parser<ScanReport> = object<ScanReport>({
  version: oneOf([1] as const),
  tool: name,
  read,
  fdr: number(0, 1),
  calibration: object<ScanReport['calibration']>({
    id: name,
    version: orElse(count, 0),
    source: text(),
    groups: orElse(count, 0),
    left_out: orElse(count, 0),
  }),
  models: orElse(object<ModelsReport>({ intent: name, embedding: name }), NO_MODELS),
  procedure: orElse(name, 'benjamini-hochberg'),
  drift: orElse(nullable(drift), null),
  campaigns: list(campaign),
  accounts: list(account),
  limits: orElse(list(text()), []),
});
