/**
 * One scan, judged at many levels. A scan at a permissive level keeps every operation that a stricter
 * level could report, with its p-values; the procedure is then applied again.
 */
import type { Verdict } from '../../../../detect/report/report.ts';
import type { Scan } from '../../../../detect/scan/scan.ts';
import { axisLevel } from '../../../../detect/verdict/judge.ts';

/** Level at which `evidenceOf` wants the scan to be made. */
export const PERMISSIVE = 0.5;

/** What the verdicts of a scan rest on: the only things that depend on how `scan` is built. */
export interface Evidence {
  /** ln p of every set tested on the network axis. */
  readonly hypotheses: readonly number[];
  readonly operations: readonly Operation[];
}

export interface Operation {
  readonly id: string;
  readonly accounts: readonly string[];
  /** ln p. */
  readonly network: number;
  readonly intent: number;
  /** Found by moved conversations; never tested on intent. */
  readonly relay: boolean;
}

export const evidenceOf = ({ judgement, search }: Scan): Evidence => ({
  hypotheses: judgement.hypotheses,
  operations: judgement.findings.map((finding, i) => ({
    id: `operation-${i}`,
    accounts: finding.accounts.map((a) => search.population.ids[a]!),
    network: finding.network.logP,
    intent: finding.intent.logP,
    relay: finding.basis.relay,
  })),
});

/** ln p of the last hypothesis that the step-up procedure rejects (Benjamini & Hochberg 1995, eq. 1). */
export const stepUp = (logP: readonly number[], level: number): number => {
  const ascending = logP.toSorted((a, b) => a - b);
  const last = ascending.findLastIndex((p, i) => p <= Math.log((level * (i + 1)) / logP.length));
  return last < 0 ? Number.NEGATIVE_INFINITY : ascending[last]!;
};

export interface Judged {
  readonly id: string;
  readonly verdict: Exclude<Verdict, 'clear'>;
  readonly accounts: readonly string[];
}

/** The findings at another level: network first, intent among those that pass. */
export const rejudge = ({ hypotheses, operations }: Evidence, declared: number): Judged[] => {
  const level = axisLevel(declared);
  const networkCut = stepUp(hypotheses, level);
  const passed = operations.filter((operation) => operation.network <= networkCut);
  const tested = passed.filter((operation) => !operation.relay);
  const intentCut = stepUp(
    tested.map((operation) => operation.intent),
    level,
  );
  return passed.map(({ id, accounts, intent, relay }) => ({
    id,
    accounts,
    // Which of the two weaker verdicts does not matter here: only distillation is judged by level.
    verdict: relay ? 'account-network' : intent <= intentCut ? 'distillation' : 'review',
  }));
};
