/** Composed harvests: what is sent to obtain a teacher's answers, in six families and eight languages. */
import type { Corpus } from '../corpus.ts';
import { type Grammar, grammar } from './grammar.ts';
import type { LanguagePack } from './language-pack.ts';
import { LANGUAGES, type Language, packOf, slotsOf } from './languages.ts';

export const HARVEST_FAMILIES = [
  'reasoning',
  'grading',
  'rewriting',
  'seeding',
  'roleplay',
  'tools',
] as const;
export type HarvestFamily = (typeof HARVEST_FAMILIES)[number];

export const templatesOf: Readonly<
  Record<HarvestFamily, (pack: LanguagePack) => readonly string[]>
> = {
  reasoning: (pack) => pack.problems.flatMap((p) => [`${p}\n{elicit}`, `{elicit}\n\n${p}`]),
  grading: (pack) => pack.grade,
  rewriting: (pack) => pack.rewrite,
  seeding: (pack) => pack.seed,
  roleplay: (pack) => pack.roleplay,
  tools: (pack) => pack.tools,
};

/** Languages of a world in turn, so that a mixed data set holds all of them evenly. */
const interleave = (parts: readonly Grammar[]): Grammar => ({
  size: parts.length * Math.min(...parts.map((part) => part.size)),
  at: (i) => parts[i % parts.length]!.at(Math.floor(i / parts.length)),
});

const cache = new Map<string, Corpus>();

/** One data set: a family in one language, or in all of them. */
export const harvestCorpus = (family: HarvestFamily, language: Language | 'mix'): Corpus => {
  const name = `grammar:${family}:${language}`;
  const known = cache.get(name);
  if (known !== undefined) return known;
  const spoken = language === 'mix' ? LANGUAGES : [language];
  const text = interleave(
    spoken.map((l) => grammar(templatesOf[family](packOf(l)), slotsOf(packOf(l)))),
  );
  const corpus: Corpus = {
    name,
    sha256: null,
    kind: 'plain',
    language,
    sharedTasks: false,
    units: [{ key: 'all', start: 0, size: text.size }],
    size: text.size,
    at: (i) => ({ text: text.at(i), responseTokens: null, followUp: null }),
  };
  cache.set(name, corpus);
  return corpus;
};
