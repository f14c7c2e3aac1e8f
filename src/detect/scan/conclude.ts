import type { Search } from '../campaign/search.ts';
import type { ScanReport } from '../report/report.ts';
import type { Procedure } from '../verdict/false-discovery.ts';
import { type IntentModel, loadIntentModel } from '../verdict/intent-model.ts';
import { type Decide, type Judgement, judge } from '../verdict/judge.ts';
import { assertSameEmbedding, BASELINE_VERSION, type Baseline } from './baseline.ts';
import { buildReport } from './build-report.ts';
import { watchTraffic } from './drift-watch.ts';
import type { ReadCounts } from './read-tally.ts';

export interface ConcludeOptions {
  readonly baseline?: Baseline | undefined;
  /** The built-in one unless told. */
  readonly model?: IntentModel | undefined;
  /** False discovery rate, above 0 and below 1. */
  readonly level: number;
  readonly procedure?: Procedure | undefined;
  /** What decides in place of `procedure`, by its name. */
  readonly decide?: { readonly name: string; readonly by: Decide } | undefined;
}

export interface Scan {
  readonly report: ScanReport;
  readonly search: Search;
  readonly judgement: Judgement;
  readonly model: IntentModel;
}

/** From operations to verdicts and their report: what a scan ends with, and every look of a lab. */
export const conclude = (search: Search, tally: ReadCounts, options: ConcludeOptions): Scan => {
  const { level, baseline, procedure = 'benjamini-hochberg', model = loadIntentModel() } = options;
  if (baseline !== undefined) assertSameEmbedding(baseline, search.embedding);
  const { decide } = options;
  const reference = baseline?.reference;
  const judgement = judge(search, { level, procedure, decide: decide?.by, model, reference });
  const found = new Set(judgement.findings.flatMap((f) => f.accounts));
  const groups = `${judgement.reference.groups} ordinary groups`;
  const report = buildReport({
    search,
    judgement,
    tally,
    level,
    procedure: decide?.name ?? procedure,
    model,
    byBaseline: baseline !== undefined,
    calibratedOn:
      baseline === undefined
        ? `this population (${groups})`
        : `baseline ${baseline.id} (${groups} of known-good traffic and ${baseline.resamples} random halves of it)`,
    calibrationVersion: BASELINE_VERSION,
    drift: baseline === undefined ? null : watchTraffic(search.population, baseline.drift, found),
  });
  return { report, search, judgement, model };
};
