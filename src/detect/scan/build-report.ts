import { createHash } from 'node:crypto';
import type { Search } from '../campaign/search.ts';
import type {
  AccountReport,
  AxisCalibrationReport,
  AxisScore,
  CampaignReport,
  DriftReport,
  ReadReport,
  ScanReport,
} from '../report/report.ts';
import type { AxisFinding } from '../verdict/axes.ts';
import { type AxisCalibration, ENOUGH_GROUPS } from '../verdict/conformal.ts';
import type { IntentModel } from '../verdict/intent-model.ts';
import { axisLevel, type Finding, type Judgement } from '../verdict/judge.ts';
import { type Reference, SIZES } from '../verdict/reference.ts';
import { familiesOf } from './campaign-families.ts';
import { linksOf } from './campaign-links.ts';
import { createObservableIndex, type ObservableIndex } from './campaign-observables.ts';
import { timelineOf } from './campaign-timeline.ts';
import type { ReadCounts } from './read-tally.ts';
import { wouldChange } from './would-change.ts';

export const TOOL = 'stillwatch 0.1.0';

/** Name-based id: a UUID of version 8 (RFC 9562 §5.8) over SHA-256 of the parts. */
const uuidOf = (...parts: readonly string[]): string => {
  const bytes = createHash('sha256').update(parts.join('\0')).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
};

/** The same set of accounts always has the same id. */
export const campaignId = (accounts: readonly string[]): string =>
  `campaign--${uuidOf(...[...accounts].sort())}`;

/** The same benign groups under the same model always have the same id. */
export const calibrationId = (reference: Reference, model: IntentModel): string =>
  `calibration--${uuidOf(model.id, JSON.stringify([reference.intent, reference.network]))}`;

/** Below this a p-value is reported as this: nobody should read more into it. */
const SMALLEST_P = 1e-300;

const axisOf = ({ score, logP }: AxisFinding): AxisScore => ({
  score,
  p_value: Math.max(SMALLEST_P, Math.exp(logP)),
});

const time = (ms: number): string => new Date(ms).toISOString();

const calibrationOf = (from: AxisCalibration): AxisCalibrationReport => ({ ...from });

const campaignOf = (
  input: ReportInput,
  finding: Finding,
  observables: ObservableIndex,
): CampaignReport => {
  const { search, judgement, model } = input;
  const { population } = search;
  const accounts = finding.accounts.map((a) => population.ids[a]!);
  const profiles = finding.accounts.map((a) => population.profiles[a]!);
  const topics =
    finding.topics.length > 0
      ? finding.topics
      : Array.from({ length: search.families.draws.topics }, (_, t) => t);
  return {
    id: campaignId(accounts),
    verdict: finding.verdict,
    accounts,
    exchanges: profiles.reduce((sum, p) => sum + p.exchanges, 0),
    first_seen: time(Math.min(...profiles.map((p) => p.firstSeen))),
    last_seen: time(Math.max(...profiles.map((p) => p.lastSeen))),
    segment: finding.segment,
    network: axisOf(finding.network),
    intent: axisOf(finding.intent),
    families: familiesOf(search, finding.accounts, topics),
    evidence: finding.evidence,
    links: linksOf(population, search.shared, finding.accounts, finding.memberOdds),
    timeline: timelineOf(population, finding.accounts),
    would_change: wouldChange(finding),
    decided_by: {
      level: input.level,
      axis_level: axisLevel(input.level),
      procedure: input.procedure,
      calibration: calibrationId(judgement.reference, model),
      calibration_version: input.calibrationVersion,
      model: model.id,
      network: finding.network.calibration && calibrationOf(finding.network.calibration),
      intent: calibrationOf(finding.intent.calibration),
    },
    observables: observables.of(finding.accounts),
  };
};

const SEVERITY = ['distillation', 'account-network', 'review'] as const;

const accountsOf = (
  search: Search,
  findings: readonly Finding[],
  campaigns: readonly CampaignReport[],
): AccountReport[] => {
  const rows = new Map<number, AccountReport>();
  findings.forEach((finding, i) => {
    const campaign = campaigns[i]!;
    finding.accounts.forEach((a, k) => {
      if (rows.has(a)) return;
      const odds = finding.memberOdds[k];
      // How surely the account belongs scales what its campaign says of it.
      const belongs = odds === undefined ? 1 : 1 / (1 + Math.exp(-odds / 2));
      const scaled = (axis: AxisScore): AxisScore => ({ ...axis, score: axis.score * belongs });
      rows.set(a, {
        account_id: search.population.ids[a]!,
        verdict: finding.verdict,
        campaign: campaign.id,
        exchanges: search.population.profiles[a]!.exchanges,
        network: scaled(campaign.network),
        intent: scaled(campaign.intent),
      });
    });
  });
  return [...rows].sort((x, y) => x[0] - y[0]).map(([, row]) => row);
};

/** Groups are compared with groups of their size, so either size may be short of them. */
const shortSizes = ({ intent }: Reference): string[] =>
  SIZES.flatMap((size) => {
    const groups = Object.values(intent[size]).reduce((sum, scores) => sum + scores.length, 0);
    return groups < ENOUGH_GROUPS ? [`${groups} ${size} ones`] : [];
  });

const limitsOf = ({ search, judgement, byBaseline }: ReportInput, perAccount: number): string[] => {
  const { population } = search;
  const { reference } = judgement;
  const limits = [
    `Prompts are compared on a sample of at most ${perAccount} distinct prompts per account; a harvest that is a smaller share of an account than one in ${perAccount} leaves no trace in it.`,
    'The network axis rests on identifiers and sign-up times. An operator with unique cards, unique addresses and sign-ups like everybody else is not called a network here, however alike the prompts are.',
    byBaseline
      ? 'P-values are calibrated on the groups of the baseline: the false discovery rate holds as far as its traffic is honest and the honest part of this log is like it. How accounts outside a set share identifiers is still taken from this log.'
      : 'P-values are calibrated on this population itself, which is assumed to be mostly honest; the false discovery rate holds as far as that is so.',
  ];
  if (population.records.every((r) => r === null))
    limits.push(
      'No accounts file was given: payment instruments, sign-up times and declared organizations are unknown, so most evidence of a network is missing. Give one with --accounts.',
    );
  const short = shortSizes(reference);
  if (short.length > 0)
    limits.push(
      `Too few ordinary groups were found to compare with (${short.join(' and ')}, where ${ENOUGH_GROUPS} would do), so the intent axis also leans on the groups its model was fitted on, which are not this provider's. ${byBaseline ? 'Make the baseline from more traffic.' : 'Scan more traffic or give a --baseline.'}`,
    );
  if (search.table.samples.length > 0 && search.table.samples.every((s) => s.text === ''))
    limits.push(
      'The log is content-free: prompt families are the template ids given at the edge, and signals that need text are silent.',
    );
  return limits;
};

export const readReportOf = (tally: ReadCounts, search: Search): ReadReport => {
  const { population } = search;
  const empty = population.ids.length === 0;
  return {
    exchanges: tally.exchanges,
    accounts: population.ids.length,
    rejected: tally.rejected,
    duplicates: tally.duplicates,
    first: empty ? null : time(population.firstSeen),
    last: empty ? null : time(population.lastSeen),
    reasons: tally.reasons as Readonly<Record<string, number>>,
    quarantine: tally.quarantine,
  };
};

export interface ReportInput {
  readonly search: Search;
  readonly judgement: Judgement;
  readonly tally: ReadCounts;
  readonly level: number;
  readonly model: IntentModel;
  /** Name of what bounded the rate of false findings. */
  readonly procedure: string;
  /** Where the calibration came from, in words. */
  readonly calibratedOn: string;
  /** True where that is a baseline, false where the population is its own reference. */
  readonly byBaseline: boolean;
  /** Version of the format of the calibration. */
  readonly calibrationVersion: number;
  readonly drift: DriftReport | null;
}

export const buildReport = (input: ReportInput): ScanReport => {
  const { search, judgement, model } = input;
  const findings = [...judgement.findings].sort(
    (a, b) =>
      SEVERITY.indexOf(a.verdict) - SEVERITY.indexOf(b.verdict) ||
      b.accounts.length - a.accounts.length,
  );
  const observables = createObservableIndex(search.population);
  const campaigns = findings.map((finding) => campaignOf(input, finding, observables));
  let perAccount = 0;
  for (let a = 0; a < search.population.ids.length; a++)
    perAccount = Math.max(perAccount, search.table.starts[a + 1]! - search.table.starts[a]!);
  return {
    version: 1,
    tool: TOOL,
    read: readReportOf(input.tally, search),
    fdr: input.level,
    calibration: {
      id: calibrationId(judgement.reference, model),
      version: input.calibrationVersion,
      source: input.calibratedOn,
      groups: judgement.reference.groups,
      left_out: judgement.reference.leftOut,
    },
    models: { intent: model.id, embedding: search.embedding },
    procedure: input.procedure,
    drift: input.drift,
    campaigns,
    accounts: accountsOf(search, findings, campaigns),
    limits: limitsOf(input, perAccount),
  };
};
