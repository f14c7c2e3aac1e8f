import type { Embedding } from './embedding/embedding.ts';
import { lexicalEmbedding } from './embedding/lexical.ts';
import type { PromptTable } from './prompt-table.ts';
import { findTopicCommunities } from './topic-communities.ts';
import { countDraws, type TopicDraws } from './topic-draws.ts';
import { growTopicTree, type TopicTree } from './topic-tree.ts';

/** Topics of all sampled prompts, who drew them, and families of topics at several resolutions. */
export interface Families {
  readonly topicOf: Int32Array;
  readonly draws: TopicDraws;
  /** Each family is a list of topics; families of different resolutions overlap. */
  readonly families: readonly (readonly number[])[];
}

export interface FamilyOptions {
  /** Texts to points. */
  readonly embedding: Embedding;
  readonly topicSize: number;
  readonly resolutions: readonly number[];
}

/** Chosen by the comparison in docs/adr/0006-prompt-families.md. */
export const FAMILY_DEFAULTS: FamilyOptions = {
  embedding: lexicalEmbedding(),
  topicSize: 96,
  resolutions: [1, 4, 16],
};

const K_MEANS_ITERATIONS = 8;

/** Prompts that carry a template id from the edge and no text are their template. */
const topicsOfTemplates = (table: PromptTable): TopicTree => {
  const numbered = new Map<string, number>();
  const topicOf = Int32Array.from(table.samples, (sample) => {
    const id = sample.templateId ?? '';
    const known = numbered.get(id) ?? numbered.size;
    numbered.set(id, known);
    return known;
  });
  return { topics: numbered.size, topicOf };
};

const topicsOfTexts = (
  table: PromptTable,
  options: FamilyOptions,
  random: () => number,
): TopicTree => {
  const texts = table.samples.map((sample) => sample.text);
  const { dimensions, rows } = options.embedding.embed(texts, random);
  const { topicSize } = options;
  return growTopicTree(rows, { dimensions, topicSize, iterations: K_MEANS_ITERATIONS, random });
};

/**
 * Prompts to topics to families. Content-free logs, where no prompt has text, use the template ids
 * instead; everything after this step is the same for both.
 */
export const findFamilies = (
  table: PromptTable,
  accounts: number,
  options: FamilyOptions,
  random: () => number,
): Families => {
  const contentFree = table.samples.every((sample) => sample.text === '');
  const tree = contentFree ? topicsOfTemplates(table) : topicsOfTexts(table, options, random);
  const draws = countDraws(table.accountOf, tree.topicOf, accounts, tree.topics);
  const seen = new Set<string>();
  const families: (readonly number[])[] = [];
  for (const resolution of options.resolutions)
    for (const family of findTopicCommunities(draws, resolution, random).families) {
      const name = family.join(',');
      if (!seen.has(name)) families.push(family);
      seen.add(name);
    }
  return { topicOf: tree.topicOf, draws, families };
};
