import { featureRows } from '../feature-rows.ts';
import { embedRows, fitLatentSpace } from '../latent-space.ts';
import { type Extractor, extractFeatures } from '../lexical-features.ts';
import { extractBoth, extractCharacters } from './character-features.ts';
import type { Embedding } from './embedding.ts';

/** What is counted in a text: words and their pairs, runs of four characters, or both. */
export const LEXICAL_FEATURES = ['words', 'characters', 'both'] as const;
export type LexicalFeatureKind = (typeof LEXICAL_FEATURES)[number];

export interface LexicalOptions {
  readonly features: LexicalFeatureKind;
  /** Of the latent space; a multiple of 4. */
  readonly dimensions: number;
  /** Prompts used to find its directions; all are embedded. */
  readonly fitRows: number;
}

/** Chosen by the comparison in docs/adr/0006-prompt-families.md. */
export const LEXICAL_DEFAULTS: LexicalOptions = {
  features: 'words',
  dimensions: 64,
  fitRows: 20_000,
};

const POWER_ITERATIONS = 3;

const EXTRACTORS: Readonly<Record<LexicalFeatureKind, Extractor>> = {
  words: extractFeatures,
  characters: extractCharacters,
  both: extractBoth,
};

/** A latent space over hashed lexical features, fitted on the texts themselves: nothing to download. */
export const lexicalEmbedding = (options: LexicalOptions = LEXICAL_DEFAULTS): Embedding => {
  const { features, dimensions, fitRows } = options;
  return {
    id: `lexical-${features}-${dimensions}`,
    embed: (texts, random) => {
      const rows = featureRows(texts, EXTRACTORS[features]);
      const space = fitLatentSpace(rows, {
        dimensions,
        fitRows,
        iterations: POWER_ITERATIONS,
        random,
      });
      return { dimensions, rows: embedRows(rows, space) };
    },
  };
};
