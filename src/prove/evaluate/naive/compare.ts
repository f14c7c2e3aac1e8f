import { hash32 } from '../../../base/hash.ts';
import { quantile } from '../../../base/statistics.ts';
import type { Label, LabelRow } from '../labels.ts';
import { type Proportion, proportion } from '../measures.ts';
import type { AccountTrace, Traces } from './account-trace.ts';
import { classicScore } from './classic-score.ts';
import { mmdVerdicts } from './mmd-detector.ts';

export interface BaselineOptions {
  /** The weighted score looks at no account with fewer exchanges. */
  readonly floor: number;
  /** The weighted score flags from here on. */
  readonly threshold: number;
  /** Share of benign windows or accounts that a calibrated detector may flag, 0 … 1. */
  readonly falsePositives: number;
}

export const BASELINE_OPTIONS: BaselineOptions = {
  floor: 1000,
  threshold: 0.7,
  falsePositives: 0.003,
};

export const DETECTORS = [
  'weighted-score',
  'weighted-score-calibrated',
  'mmd-pooled',
  'mmd-accounts',
] as const;
export type Detector = (typeof DETECTORS)[number];

/** What a naive detector did; on the same accounts and labels as the scan. */
export interface BaselineResult {
  readonly detector: Detector;
  /** Labelled campaigns with at least half of their accounts flagged. */
  readonly campaigns_found: Proportion;
  /** Labelled distillation accounts that were flagged. */
  readonly accounts_flagged: Proportion;
  /** Benign accounts flagged; accounts that set the threshold are not counted. */
  readonly benign_flagged: Proportion;
  readonly resellers_flagged: Proportion;
  readonly benign_groups: Readonly<Record<string, Proportion>>;
}

/** Half of the benign accounts, by a hash of the id, calibrate; the other half is measured. */
const calibrates = (accountId: string): boolean => hash32(accountId, 0x5eed) % 2 === 0;

const count = (
  detector: Detector,
  labels: readonly LabelRow[],
  flagged: ReadonlySet<string>,
): BaselineResult => {
  const share = (rows: readonly LabelRow[]): Proportion =>
    proportion(rows.filter((row) => flagged.has(row.account_id)).length, rows.length);
  const of = (label: Label): LabelRow[] => labels.filter((row) => row.label === label);
  // The fixed threshold owes nothing to any account, so all benign accounts are measured.
  const benign = of('benign').filter(
    (row) => detector === 'weighted-score' || !calibrates(row.account_id),
  );
  const campaigns = [
    ...Map.groupBy(
      of('distillation').filter((row) => row.campaign !== null),
      (row) => row.campaign,
    ).values(),
  ];
  const found = campaigns.filter((rows) => 2 * share(rows).numerator >= rows.length);
  const groups = [...Map.groupBy(benign, (row) => row.group)].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    detector,
    campaigns_found: proportion(found.length, campaigns.length),
    accounts_flagged: share(of('distillation')),
    benign_flagged: share(benign),
    resellers_flagged: share(of('reseller')),
    benign_groups: Object.fromEntries(groups.map(([name, rows]) => [name, share(rows)])),
  };
};

/**
 * The naive detectors on one log. They are given the benign labels to calibrate on, which no
 * operator has: what they reach here is more than they would reach in use.
 */
export const compareBaselines = (
  traces: Traces,
  labels: readonly LabelRow[],
  options: BaselineOptions = BASELINE_OPTIONS,
): BaselineResult[] => {
  const benign = new Set(
    labels.filter((row) => row.label === 'benign').map((row) => row.account_id),
  );
  const calibration = new Set([...benign].filter(calibrates));
  const flaggedBy = (flags: (trace: AccountTrace) => boolean): Set<string> =>
    new Set([...traces].filter(([, trace]) => flags(trace)).map(([id]) => id));
  const mmd = mmdVerdicts(traces, calibration, options.falsePositives);
  const ordinary = [...traces].filter(([id]) => calibration.has(id));
  const learned = quantile(
    ordinary.map(([, trace]) => classicScore(trace)),
    1 - options.falsePositives,
  );
  const flagged: Readonly<Record<Detector, ReadonlySet<string>>> = {
    'weighted-score': flaggedBy(
      (t) => t.exchanges >= options.floor && classicScore(t) >= options.threshold,
    ),
    // Without calibration accounts the quantile is NaN, and nothing exceeds it.
    'weighted-score-calibrated': flaggedBy((t) => classicScore(t) > learned),
    'mmd-pooled': mmd.pooled.flagged,
    'mmd-accounts': mmd.accounts.flagged,
  };
  return DETECTORS.map((detector) => count(detector, labels, flagged[detector]));
};

const add = (some: readonly Proportion[]): Proportion =>
  proportion(
    some.reduce((sum, p) => sum + p.numerator, 0),
    some.reduce((sum, p) => sum + p.denominator, 0),
  );

/** The results of several runs together, detector by detector; counts are added. */
export const poolBaselines = (runs: readonly (readonly BaselineResult[])[]): BaselineResult[] =>
  DETECTORS.flatMap((detector) => {
    const results = runs.flat().filter((result) => result.detector === detector);
    if (results.length === 0) return [];
    const groups = [...new Set(results.flatMap((r) => Object.keys(r.benign_groups)))].sort();
    return [
      {
        detector,
        campaigns_found: add(results.map((r) => r.campaigns_found)),
        accounts_flagged: add(results.map((r) => r.accounts_flagged)),
        benign_flagged: add(results.map((r) => r.benign_flagged)),
        resellers_flagged: add(results.map((r) => r.resellers_flagged)),
        benign_groups: Object.fromEntries(
          groups.map((name) => [name, add(results.flatMap((r) => r.benign_groups[name] ?? []))]),
        ),
      },
    ];
  });
