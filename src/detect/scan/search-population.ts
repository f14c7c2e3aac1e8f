import type { Population } from '../campaign/population.ts';
import { SEARCH_DEFAULTS, type Search, searchCampaigns } from '../campaign/search.ts';
import type { Embedder } from '../family/embedding/embedding.ts';
import { createPromptTable } from '../family/prompt-table.ts';

export interface SearchPopulationOptions {
  readonly embedder?: Embedder | undefined;
  readonly onStage?: ((stage: string) => void) | undefined;
  readonly seed?: number;
}

/** The search of a population, with the vectors of every prompt that it will look at. */
export const searchPopulation = async (
  population: Population,
  { embedder, onStage, seed = SEARCH_DEFAULTS.seed }: SearchPopulationOptions = {},
): Promise<Search> => {
  const options = { ...SEARCH_DEFAULTS, seed, ...(onStage === undefined ? {} : { onStage }) };
  if (embedder === undefined) return searchCampaigns(population, options);
  onStage?.('embeddings');
  const { samples } = createPromptTable(population.profiles, options.promptLimit);
  const embedding = await embedder(samples.map((sample) => sample.text));
  return searchCampaigns(population, { ...options, embedding });
};
