import { createPopulation } from '../campaign/population.ts';
import type { Search } from '../campaign/search.ts';
import { readAccounts } from '../exchange/accounts.ts';
import type { AccountRecord } from '../exchange/exchange.ts';
import type { Embedder } from '../family/embedding/embedding.ts';
import type { ScanReport } from '../report/report.ts';
import type { Procedure } from '../verdict/false-discovery.ts';
import { type IntentModel, loadIntentModel } from '../verdict/intent-model.ts';
import { type Judgement, judge } from '../verdict/judge.ts';
import { assertSameEmbedding, BASELINE_VERSION, type Baseline } from './baseline.ts';
import { buildReport } from './build-report.ts';
import { watchTraffic } from './drift-watch.ts';
import { type ProfileLogOptions, profileLog } from './profile-log.ts';
import type { ReadTally } from './read-tally.ts';
import { searchPopulation } from './search-population.ts';

export interface ScanOptions extends ProfileLogOptions {
  /** Path of the accounts file. */
  readonly accounts?: string | undefined;
  readonly baseline?: Baseline | undefined;
  /** The built-in one unless told. */
  readonly model?: IntentModel | undefined;
  readonly embedder?: Embedder | undefined;
  /** False discovery rate, above 0 and below 1. */
  readonly level: number;
  readonly procedure?: Procedure | undefined;
  readonly onStage?: (stage: string) => void;
}

export interface Scan {
  readonly report: ScanReport;
  readonly search: Search;
  readonly judgement: Judgement;
  readonly model: IntentModel;
}

export interface SearchedLog {
  readonly search: Search;
  readonly tally: ReadTally;
}

/** The log and its accounts file to operations, before any verdict. */
export const searchLog = async (
  patterns: readonly string[],
  options: Pick<ScanOptions, 'accounts' | 'embedder' | 'onStage'> & ProfileLogOptions,
): Promise<SearchedLog> => {
  const records: ReadonlyMap<string, AccountRecord> =
    options.accounts === undefined ? new Map() : (await readAccounts(options.accounts)).accounts;
  options.onStage?.('profiles');
  const { profiles, tally } = await profileLog(patterns, options);
  tally.assertReadable();
  const population = createPopulation(profiles, records);
  const search = await searchPopulation(population, options);
  return { search, tally };
};

/**
 * Exchange logs to a report: profiles → prompt families → links → campaigns → findings.
 * @throws StillwatchError for unreadable input; see docs/reference/errors.md.
 */
export const scan = async (patterns: readonly string[], options: ScanOptions): Promise<Scan> => {
  const { search, tally } = await searchLog(patterns, options);
  options.onStage?.('verdicts');
  const { level, baseline, procedure = 'benjamini-hochberg', model = loadIntentModel() } = options;
  if (baseline !== undefined) assertSameEmbedding(baseline, search.embedding);
  const judgement = judge(search, { level, procedure, model, reference: baseline?.reference });
  const found = new Set(judgement.findings.flatMap((f) => f.accounts));
  const groups = `${judgement.reference.groups} ordinary groups`;
  const report = buildReport({
    search,
    judgement,
    tally,
    level,
    procedure,
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
