import { createPopulation } from '../campaign/population.ts';
import type { Search } from '../campaign/search.ts';
import { readAccounts } from '../exchange/accounts.ts';
import type { AccountRecord } from '../exchange/exchange.ts';
import type { Embedder } from '../family/embedding/embedding.ts';
import { type ConcludeOptions, conclude, type Scan } from './conclude.ts';
import { type ProfileLogOptions, profileLog } from './profile-log.ts';
import type { ReadTally } from './read-tally.ts';
import { searchPopulation } from './search-population.ts';

export type { Scan } from './conclude.ts';

export interface ScanOptions extends ProfileLogOptions, Omit<ConcludeOptions, 'decide'> {
  /** Path of the accounts file. */
  readonly accounts?: string | undefined;
  readonly embedder?: Embedder | undefined;
  readonly onStage?: (stage: string) => void;
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
  return conclude(search, tally, options);
};
