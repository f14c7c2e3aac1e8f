/** What worlds are composed from, and where each part came from. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StillwatchError } from '../../base/errors.ts';
import {
  dictionary,
  type Faults,
  noFaults,
  object,
  type Parser,
  REFUSED,
  text,
} from '../../base/parse.ts';
import type { ModelSource } from '../../detect/verdict/intent-model.ts';
import type { Corpus } from '../simulate/corpus.ts';
import { readPromptFile } from '../simulate/prompt-file.ts';

export const ROLES = ['harvest', 'everyday', 'evaluation'] as const;
export type Role = (typeof ROLES)[number];

/** Prompts by role; an empty role is spoken by the simulator's grammars. */
export interface Material extends Readonly<Record<Role, readonly Corpus[]>> {
  readonly name: string;
  readonly sources: readonly ModelSource[];
}

/** Origin of everything that the simulator composes itself. */
const GRAMMARS = 'the simulator of Stillwatch';

export const GRAMMAR_MATERIAL: Material = {
  name: 'grammars',
  harvest: [],
  everyday: [],
  evaluation: [],
  sources: [{ name: 'grammars', origin: GRAMMARS, licence: 'Apache-2.0', sha256: null }],
};

/** Names origin and licence of each file of a folder of prompts. */
export const SOURCES_FILE = 'sources.json';

type Declared = Readonly<Record<string, { readonly origin: string; readonly licence: string }>>;

const declared: Parser<Declared> = dictionary(
  object<Declared[string]>({ origin: text(200), licence: text(200) }),
);

const unreadable = (path: string, why: string): StillwatchError =>
  new StillwatchError(
    'PROMPTS_UNREADABLE',
    `${path}: ${why}`,
    'Name each file with its origin and licence, as docs/guides/train.md shows.',
  );

const readDeclared = (folder: string): Declared => {
  const path = join(folder, SOURCES_FILE);
  if (!existsSync(path)) return {};
  const faults: Faults = noFaults();
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw unreadable(path, 'is not JSON');
  }
  const parsed = declared(value, '', faults);
  if (parsed === REFUSED) throw unreadable(path, faults.list.join('; '));
  return parsed;
};

const sourceOf = (corpus: Corpus, known: Declared): ModelSource => ({
  name: corpus.name,
  // A file whose origin nobody declared is an origin of its own. For two files of one publisher that is
  // too careless, so the guide asks for the declaration.
  origin: known[corpus.name]?.origin ?? corpus.name,
  licence: known[corpus.name]?.licence ?? 'not declared',
  sha256: corpus.sha256,
});

/** Folders with harvest/, everyday/ and evaluation/ and, beside them, `sources.json`. */
export const readMaterial = (name: string, folders: readonly string[]): Material => {
  const corpora: Record<Role, Corpus[]> = { harvest: [], everyday: [], evaluation: [] };
  const sources: ModelSource[] = [];
  for (const folder of folders) {
    const known = readDeclared(folder);
    for (const role of ROLES)
      for (const path of promptFiles(join(folder, role))) {
        const corpus = readPromptFile(path);
        corpora[role].push(corpus);
        sources.push(sourceOf(corpus, known));
      }
  }
  if (sources.length === 0)
    throw new StillwatchError(
      'PROMPTS_UNREADABLE',
      `${folders.join(', ')}: no prompt file in ${ROLES.join('/, ')}/`,
      'Lay the files out as docs/guides/train.md shows.',
    );
  return { name, ...corpora, sources: withGrammars(sources, corpora) };
};

const promptFiles = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.jsonl'))
        .sort()
        .map((file) => join(folder, file))
    : [];

/** Files named one by one, as `simulate` takes them. */
export const materialOfFiles = (
  name: string,
  files: Readonly<Record<Role, readonly string[]>>,
): Material => {
  const corpora = {
    harvest: files.harvest.map(readPromptFile),
    everyday: files.everyday.map(readPromptFile),
    evaluation: files.evaluation.map(readPromptFile),
  };
  const sources = ROLES.flatMap((role) => corpora[role].map((c) => sourceOf(c, {})));
  return { name, ...corpora, sources: withGrammars(sources, corpora) };
};

/** Each source once; what no file says, the grammars say. */
const withGrammars = (
  sources: readonly ModelSource[],
  corpora: Readonly<Record<Role, readonly Corpus[]>>,
): ModelSource[] => {
  const byContent = new Map(sources.map((source) => [`${source.name} ${source.sha256}`, source]));
  const silent = ROLES.some((role) => corpora[role].length === 0);
  return [...byContent.values(), ...(silent ? GRAMMAR_MATERIAL.sources : [])];
};

/** Origins on both sides of a measure. */
export const sharedOrigins = (a: Material, b: Material): string[] => {
  const origins = new Set(a.sources.map((s) => s.origin));
  const hashes = new Set(a.sources.map((s) => s.sha256).filter((h) => h !== null));
  return b.sources
    .filter((s) => origins.has(s.origin) || (s.sha256 !== null && hashes.has(s.sha256)))
    .map((s) => s.origin);
};
