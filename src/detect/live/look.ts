import { createPopulation } from '../campaign/population.ts';
import type { AccountRecord } from '../exchange/exchange.ts';
import type { Embedder } from '../family/embedding/embedding.ts';
import type { Profile } from '../profile/profile.ts';
import { type ConcludeOptions, conclude, type Scan } from '../scan/conclude.ts';
import type { ReadCounts } from '../scan/read-tally.ts';
import { searchPopulation } from '../scan/search-population.ts';
import { createLook, type LiveProcedure, type LookState } from './lineages.ts';

export interface LookOptions extends Omit<ConcludeOptions, 'decide'> {
  /** What decides over all looks (default lond). */
  readonly live?: LiveProcedure | undefined;
  readonly embedder?: Embedder | undefined;
  readonly onStage?: (stage: string) => void;
}

export interface Look extends Scan {
  /** For the next look; null after one with the procedure of a scan. */
  readonly state: LookState | null;
}

/**
 * One look at the profiles as they are now: the families, links and campaigns of a scan, and verdicts
 * that hold over all looks. `before` is the state that the last look left; null asks for the
 * procedure of a scan, which is made for one look.
 */
export const look = async (
  profiles: ReadonlyMap<string, Profile>,
  records: ReadonlyMap<string, AccountRecord>,
  tally: ReadCounts,
  before: LookState | null,
  options: LookOptions,
): Promise<Look> => {
  const population = createPopulation(profiles, records);
  const search = await searchPopulation(population, options);
  options.onStage?.('verdicts');
  if (before === null) return { ...conclude(search, tally, options), state: null };
  const { live = 'lond' } = options;
  const { decide, after } = createLook(before, population, live);
  const result = conclude(search, tally, { ...options, decide: { name: live, by: decide } });
  return { ...result, state: after() };
};
