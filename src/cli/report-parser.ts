/** The parser of a scan report; the compiler holds it to the contract in detect/report. */
import {
  type AccountReport,
  AXES,
  type AxisScore,
  type CampaignReport,
  type EvidenceItem,
  type FamilyReport,
  type LinkReport,
  type ModelsReport,
  type ReadReport,
  type RejectedRow,
  type ScanReport,
  type TimelineReport,
  VERDICTS,
  type Verdict,
} from '../detect/report/report.ts';
import {
  count,
  dictionary,
  fault,
  list,
  nullable,
  number,
  object,
  oneOf,
  type Parser,
  REFUSED,
  text,
  time,
} from '../base/parse.ts';

const name = text();
const found = oneOf(
  VERDICTS.filter((verdict): verdict is Exclude<Verdict, 'clear'> => verdict !== 'clear'),
);
const axisScore = object<AxisScore>({ score: number(0, 1), p_value: number(0, 1) });

const evidence = object<EvidenceItem>({
  signal: name,
  axis: oneOf(AXES),
  value: number(),
  baseline: object<EvidenceItem['baseline']>({ p50: number(), p99: number() }),
  contribution: number(),
  says: text(),
});

const family = object<FamilyReport>({
  template: text(),
  exchanges: count,
  accounts: count,
  distinct_prompts: count,
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

const campaign = object<CampaignReport>({
  id: name,
  verdict: found,
  accounts: list(name),
  exchanges: count,
  first_seen: time,
  last_seen: time,
  segment: name,
  network: axisScore,
  intent: axisScore,
  families: list(family),
  evidence: list(evidence),
  links: list(link),
  timeline,
  would_change: list(text()),
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
  duplicates: count,
  first: nullable(time),
  last: nullable(time),
  reasons: dictionary(count),
  quarantine: list(
    object<RejectedRow>({ source: text(), line: nullable(number(1, 2 ** 53)), reason: text() }),
  ),
});

export const scanReport: Parser<ScanReport> = object<ScanReport>({
  version: oneOf([1] as const),
  tool: name,
  read,
  fdr: number(0, 1),
  calibration: object<ScanReport['calibration']>({ id: name, source: text() }),
  models: object<ModelsReport>({ intent: name, embedding: name }),
  procedure: name,
  campaigns: list(campaign),
  accounts: list(account),
  limits: list(text()),
});
