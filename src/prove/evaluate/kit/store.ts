/** Results of finished jobs as JSON lines, so that a long run can be stopped and continued. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StillwatchError } from '../../../base/errors.ts';
import { type Job, type Kind, type Kinds, nameOf } from './work/job.ts';

const FILE = 'worlds.jsonl';

interface Line {
  readonly name: string;
  readonly code: string;
  readonly setting: string;
  readonly seconds: number;
  readonly result: unknown;
}

export interface Store {
  readonly get: <K extends Kind>(job: Job<K>) => Kinds[K]['result'] | undefined;
  readonly put: (job: Job, result: unknown, seconds: number) => void;
  /** Results in the folder that belong to other code, corpora or another level. */
  readonly foreign: number;
}

const unwritable = (folder: string, cause: unknown): StillwatchError =>
  new StillwatchError(
    'OUTPUT_UNWRITABLE',
    `${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Name a folder that can be written with --out.',
    { cause },
  );

/** A line that was cut off when a run was stopped is no result; every other line is one. */
const parse = (text: string): Line | null => {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
};

/**
 * Opens the results in a folder; without one they are kept in memory.
 * @throws USAGE when the folder holds results and `resume` was not asked for; OUTPUT_UNWRITABLE.
 */
export const openStore = (
  folder: string | undefined,
  resume: boolean,
  code: string,
  setting: string,
): Store => {
  const known = new Map<string, unknown>();
  let foreign = 0;
  const path = folder === undefined ? undefined : join(folder, FILE);
  if (path !== undefined && existsSync(path)) {
    if (!resume)
      throw new StillwatchError(
        'USAGE',
        `${folder} already holds results`,
        'Add --resume to continue there, or name another folder with --out.',
      );
    for (const text of readFileSync(path, 'utf8').split('\n')) {
      const line = text === '' ? null : parse(text);
      if (line === null) continue;
      if (line.code === code && line.setting === setting) known.set(line.name, line.result);
      else foreign++;
    }
    // Ends a line that was cut off, so that the next result stands on its own.
    appendFileSync(path, '\n');
  }
  if (folder !== undefined)
    try {
      mkdirSync(folder, { recursive: true });
    } catch (cause) {
      throw unwritable(folder, cause);
    }
  return {
    foreign,
    // The key names the kind, and only a job of that kind wrote the result.
    get: <K extends Kind>(job: Job<K>) => known.get(nameOf(job)) as Kinds[K]['result'] | undefined,
    put: (job, result, seconds) => {
      const name = nameOf(job);
      known.set(name, result);
      if (path === undefined) return;
      const line: Line = { name, code, setting, seconds: Number(seconds.toFixed(1)), result };
      try {
        appendFileSync(path, `${JSON.stringify(line)}\n`);
      } catch (cause) {
        throw unwritable(folder!, cause);
      }
    },
  };
};
