/** Reads a JSON-lines file of prompts into a corpus. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { StillwatchError } from '../../base/errors.ts';
import {
  type Corpus,
  PLAIN_SLICE,
  type Prompt,
  slices,
  type Unit,
  type UnitKind,
} from './corpus.ts';

interface PromptRow extends Prompt {
  readonly person: string | null;
  readonly topic: string | null;
  readonly template: string | null;
  readonly task: string | null;
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

const unreadable = (where: string, why: string, cause?: unknown): StillwatchError =>
  new StillwatchError(
    'PROMPTS_UNREADABLE',
    `${where}: ${why}`,
    'Give a JSON-lines file whose rows hold a "prompt" (docs/reference/worlds.md).',
    { cause },
  );

const parseRow = (line: string, where: string): PromptRow => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw unreadable(where, 'not a JSON object', cause);
  }
  const row = (value ?? {}) as Record<string, unknown>;
  const prompt = text(row.prompt);
  if (prompt === null) throw unreadable(where, 'no "prompt" text');
  const tokens = Number(row.response_tokens ?? Number.NaN);
  return {
    text: prompt,
    responseTokens: Number.isFinite(tokens) && tokens >= 0 ? Math.round(tokens) : null,
    followUp: text(row.follow_up),
    person: text(row.person),
    topic: text(row.topic),
    template: text(row.template),
    task: text(row.task),
  };
};

/** The column that cuts this file into units: the first that nearly every row fills. */
const unitColumn = (rows: readonly PromptRow[]): keyof PromptRow | null => {
  for (const column of ['person', 'template', 'topic', 'task'] as const) {
    const filled = rows.reduce((n, row) => n + (row[column] === null ? 0 : 1), 0);
    if (filled >= 0.9 * rows.length) return column;
  }
  return null;
};

const KIND = { person: 'person', template: 'template', topic: 'topic', task: 'topic' } as const;

/** A corpus over parsed rows; rows of one unit keep their order in the file. */
const corpusOf = (name: string, sha256: string, rows: readonly PromptRow[]): Corpus => {
  const column = unitColumn(rows) as keyof typeof KIND | null;
  const kind: UnitKind = column === null ? 'plain' : KIND[column];
  const groups = Map.groupBy(rows, (row) => (column === null ? '' : (row[column] ?? '')));
  const ordered = [...groups.values()].flat();
  let start = 0;
  const units: Unit[] = [...groups].map(([key, group]) => {
    start += group.length;
    return { key, start: start - group.length, size: group.length };
  });
  return {
    name,
    sha256,
    kind,
    language: null,
    sharedTasks: column === 'person' && rows.every((row) => row.task !== null),
    units: kind === 'plain' ? slices(rows.length, PLAIN_SLICE) : units,
    size: rows.length,
    at: (index) => ordered[index]!,
  };
};

/**
 * Reads one file. Throws PROMPTS_UNREADABLE with the line number of the first row that holds no
 * prompt: a corpus is prepared by its owner, so a silent gap would make a measurement wrong.
 */
export const readPromptFile = (path: string): Corpus => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw unreadable(path, 'cannot be opened', cause);
  }
  const rows = bytes
    .toString('utf8')
    .split('\n')
    .map((line, i) => ({ line, where: `${path}:${i + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, where }) => parseRow(line, where));
  if (rows.length === 0) throw unreadable(path, 'holds no prompts');
  return corpusOf(basename(path), createHash('sha256').update(bytes).digest('hex'), rows);
};
