/**
 * Writes the measured part of docs/reference/elicitation.md: how often each elicitation family and
 * language is seen in corpora that are not shipped.
 *
 *   node tools/elicitation-rates.ts CORPUS.jsonl... > table.md
 *   node tools/elicitation-rates.ts --write docs/reference/elicitation.md CORPUS.jsonl...
 *
 * A corpus is JSON lines with a `prompt` field. With --write, what stands between the markers of the
 * document is replaced.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  createPromptScan,
  ELICITATION_FAMILIES,
  LANGUAGES,
  scanPrompt,
} from '../src/detect/profile/prompt-scan/prompt-scan.ts';

export const BEGIN = '<!-- measured: begin -->';
export const END = '<!-- measured: end -->';

export interface Rates {
  readonly corpus: string;
  readonly prompts: number;
  /** Prompts in which each family was seen, in the order of ELICITATION_FAMILIES. */
  readonly families: readonly number[];
  readonly languages: readonly number[];
}

/** Counts families and languages over the prompts of one corpus. */
export const ratesOf = (corpus: string, prompts: Iterable<string>): Rates => {
  const scan = createPromptScan();
  const families = ELICITATION_FAMILIES.map(() => 0);
  const languages = LANGUAGES.map(() => 0);
  let count = 0;
  for (const prompt of prompts) {
    scanPrompt(prompt, scan);
    count++;
    languages[scan.language]!++;
    for (const index of families.keys()) families[index]! += (scan.elicitation >>> index) & 1;
  }
  return { corpus, prompts: count, families, languages };
};

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : ((100 * part) / whole).toFixed(part > 0 && part / whole < 0.1 ? 2 : 1);

const table = (
  rates: readonly Rates[],
  names: readonly string[],
  counts: (rate: Rates) => readonly number[],
): string[] => [
  `| corpus | prompts | ${names.join(' | ')} |`,
  `|---|--:|${names.map(() => '--:|').join('')}`,
  ...rates.map(
    (r) =>
      `| ${r.corpus} | ${r.prompts} | ${counts(r)
        .map((n) => percent(n, r.prompts))
        .join(' | ')} |`,
  ),
];

/** Both tables as Markdown, in percent of prompts. */
export const ratesTable = (rates: readonly Rates[]): string =>
  [
    'Share of prompts in which a family is seen, in percent:',
    '',
    ...table(rates, ELICITATION_FAMILIES, (r) => r.families),
    '',
    'Share of prompts by language, in percent:',
    '',
    ...table(rates, LANGUAGES, (r) => r.languages),
  ].join('\n');

/** Puts a text between the markers of a document. Throws RangeError when they are missing. */
export const replaceMeasured = (document: string, text: string): string => {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new RangeError(`the document lacks ${BEGIN} … ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${document.slice(end)}`;
};

/** The prompts of JSON lines; rows without one are skipped. */
export const promptsOf = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    const row: unknown = JSON.parse(line);
    const prompt = typeof row === 'object' && row !== null && 'prompt' in row ? row.prompt : null;
    return typeof prompt === 'string' ? [prompt] : [];
  });

if (import.meta.main) {
  const argv = process.argv.slice(2);
  const document = argv[0] === '--write' ? argv[1] : undefined;
  const files = document === undefined ? argv : argv.slice(2);
  if (files.length === 0) {
    console.error('usage: node tools/elicitation-rates.ts [--write DOCUMENT.md] CORPUS.jsonl...');
    process.exit(2);
  }
  const text = ratesTable(
    files.map((file) =>
      ratesOf(basename(file).replace(/\.jsonl$/, ''), promptsOf(readFileSync(file, 'utf8'))),
    ),
  );
  if (document === undefined) console.log(text);
  else writeFileSync(document, replaceMeasured(readFileSync(document, 'utf8'), text));
}
