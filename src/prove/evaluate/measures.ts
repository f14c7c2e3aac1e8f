import { createRandom, uniform } from '../../base/random.ts';
import { bootstrapMean, clopperPearson, mean } from '../../base/statistics.ts';
import type { ScanReport } from '../../detect/report/report.ts';
import type { LabelRow } from './labels.ts';
import {
  type CampaignTally,
  FINDING_VERDICTS,
  type FindingTally,
  type FindingVerdict,
  type GroupTally,
  type Tally,
  tally,
} from './tally.ts';

/** A share with its exact 95 % interval (Clopper–Pearson); all null when there was nothing to count. */
export interface Proportion {
  readonly numerator: number;
  readonly denominator: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** A mean over `n` campaigns or findings with its 95 % bootstrap interval (null below two). */
export interface Mean {
  readonly n: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Exposure {
  readonly overall: Proportion;
  /** By group of users; the groups that look alike are the measure of quality. */
  readonly groups: Readonly<Record<string, Proportion>>;
}

/** What one run, or several pooled runs, reached. Every verdict counts an account once, strongest. */
export interface Summary {
  readonly runs: number;
  /** Labelled campaigns with at least half of their accounts in one `distillation` finding. */
  readonly campaigns_found: Proportion;
  /** Labelled campaigns seen so in one `account-network` finding, but in no `distillation` one. */
  readonly campaigns_as_network: Proportion;
  /** Share of a found campaign's accounts that its finding holds. */
  readonly share_of_found: Mean;
  /** Over `distillation` findings: share of accounts that belong to the finding's main campaign. */
  readonly purity: Mean;
  /** Over `distillation` findings: share of accounts with any distillation label. */
  readonly plain_purity: Mean;
  readonly benign: Readonly<Record<FindingVerdict, Exposure>>;
  readonly resellers: Readonly<Record<FindingVerdict, Proportion>>;
  readonly false_discovery: {
    /** `distillation` findings without a distillation majority. */
    readonly findings: Proportion;
    /** Accounts in `distillation` findings that have another label. */
    readonly accounts: Proportion;
  };
  readonly relays_found: Proportion;
  readonly runs_with_benign: Proportion;
  readonly runs_with_distillation: Proportion;
  readonly runs_with_finding: Proportion;
  readonly unlabelled_in_findings: number;
}

export interface Measures {
  readonly summary: Summary;
  readonly campaigns: readonly CampaignTally[];
  readonly relays: readonly CampaignTally[];
  readonly findings: readonly FindingTally[];
  readonly groups: readonly GroupTally[];
}

export const proportion = (numerator: number, denominator: number): Proportion =>
  denominator === 0
    ? { numerator, denominator, value: null, low: null, high: null }
    : {
        numerator,
        denominator,
        value: numerator / denominator,
        ...clopperPearson(numerator, denominator),
      };

/** Share of `items` that pass. */
const shareOf = <T>(items: readonly T[], passes: (item: T) => boolean): Proportion =>
  proportion(items.filter(passes).length, items.length);

/** Fixed, so that measuring the same report twice gives the same interval to the digit. */
const BOOTSTRAP_SEED = 1;

const meanOf = (values: readonly number[]): Mean => {
  const random = createRandom(BOOTSTRAP_SEED, 'bootstrap');
  const interval = bootstrapMean(values, () => uniform(random));
  return {
    n: values.length,
    value: values.length === 0 ? null : mean(values),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const labelled = (f: FindingTally): number => f.benign + f.reseller + f.distillation;

const exposure = (groups: readonly GroupTally[], verdict: FindingVerdict): Exposure => {
  const share = (some: readonly GroupTally[]): Proportion =>
    proportion(sum(some.map((g) => g.verdicts[verdict])), sum(some.map((g) => g.accounts)));
  const names = [...new Set(groups.map((g) => g.group))].sort();
  return {
    overall: share(groups),
    groups: Object.fromEntries(
      names.map((name) => [name, share(groups.filter((g) => g.group === name))]),
    ),
  };
};

const byVerdict = <T>(make: (verdict: FindingVerdict) => T): Readonly<Record<FindingVerdict, T>> =>
  Object.fromEntries(FINDING_VERDICTS.map((verdict) => [verdict, make(verdict)])) as Record<
    FindingVerdict,
    T
  >;

const hasBenign = (run: Tally): boolean =>
  run.groups.some((g) => g.label === 'benign' && g.verdicts.distillation > 0);

/** Turns counts into measures. Counts of several runs are added, never averaged. */
export const summarise = (runs: readonly Tally[]): Summary => {
  const campaigns = runs.flatMap((run) => run.campaigns);
  const relays = runs.flatMap((run) => run.relays);
  const groups = runs.flatMap((run) => run.groups);
  const found = campaigns.filter((c) => c.seen_as === 'distillation');
  // A finding of accounts that nobody labelled is neither right nor wrong.
  const judged = runs
    .flatMap((run) => run.findings)
    .filter((f) => f.verdict === 'distillation' && labelled(f) > 0);
  const benign = groups.filter((g) => g.label === 'benign');
  const resellers = groups.filter((g) => g.label === 'reseller');
  return {
    runs: runs.length,
    campaigns_found: proportion(found.length, campaigns.length),
    campaigns_as_network: shareOf(campaigns, (c) => c.seen_as === 'account-network'),
    share_of_found: meanOf(found.map((c) => c.held / c.accounts)),
    purity: meanOf(judged.map((f) => f.of_campaign / labelled(f))),
    plain_purity: meanOf(judged.map((f) => f.distillation / labelled(f))),
    benign: byVerdict((verdict) => exposure(benign, verdict)),
    resellers: byVerdict((verdict) => exposure(resellers, verdict).overall),
    false_discovery: {
      findings: shareOf(judged, (f) => 2 * f.distillation <= labelled(f)),
      accounts: proportion(
        sum(judged.map((f) => f.benign + f.reseller)),
        sum(judged.map(labelled)),
      ),
    },
    relays_found: shareOf(relays, (r) => r.seen_as === 'account-network'),
    runs_with_benign: shareOf(runs, hasBenign),
    runs_with_distillation: shareOf(runs, (run) =>
      run.findings.some((f) => f.verdict === 'distillation'),
    ),
    runs_with_finding: shareOf(runs, (run) => run.findings.length > 0),
    unlabelled_in_findings: sum(runs.flatMap((run) => run.findings.map((f) => f.unlabelled))),
  };
};

/** Measures one report against its labels. Pure. @throws LABELS_MISMATCH as `tally` does. */
export const measure = (report: ScanReport, labels: readonly LabelRow[]): Measures => {
  const counts = tally(report, labels);
  return { summary: summarise([counts]), ...counts };
};

/** The measures of many runs together, for instance one world under several seeds. */
export const pool = (measures: readonly Measures[]): Summary => summarise(measures);
