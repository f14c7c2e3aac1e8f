/** The corpora worlds are composed from: files of a folder, or the built-in grammars. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StillwatchError } from '../../../../base/errors.ts';
import { type ArrivalTrace, readArrivals } from '../../../simulate/arrivals.ts';
import type { Corpus } from '../../../simulate/corpus.ts';
import { evaluationCorpora, everydayCorpora } from '../../../simulate/grammar/everyday.ts';
import { readPromptFile } from '../../../simulate/prompt-file.ts';

export interface Sources {
  readonly kind: 'files' | 'grammars';
  /** Empty for grammars: the simulator draws families by itself. */
  readonly harvest: readonly Corpus[];
  readonly everyday: readonly Corpus[];
  readonly evaluation: readonly Corpus[];
  readonly arrivals: readonly ArrivalTrace[];
}

const ROLES = ['harvest', 'everyday', 'evaluation'] as const;

const filesIn = (folder: string, ends: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => ends.test(name))
        .sort()
        .map((name) => join(folder, name))
    : [];

/** Recordings of client activity; files that describe features of clients are not recordings. */
const arrivalsIn = (folder: string): ArrivalTrace[] =>
  filesIn(folder, /\.(csv|jsonl)$/).flatMap((path) => {
    try {
      return [readArrivals(path)];
    } catch (error) {
      if (error instanceof StillwatchError && error.code === 'ARRIVALS_UNREADABLE') return [];
      throw error;
    }
  });

/**
 * Reads harvest/, everyday/ and evaluation/ of a folder, and arrivals/ where there is one.
 * @throws INPUT_NOT_FOUND when one of the three holds no JSON-lines file; PROMPTS_UNREADABLE.
 */
export const readSources = (data: string | undefined): Sources => {
  if (data === undefined)
    return {
      kind: 'grammars',
      harvest: [],
      everyday: everydayCorpora(),
      evaluation: evaluationCorpora(),
      arrivals: [],
    };
  const corpora = ROLES.map((role) => {
    const paths = filesIn(join(data, role), /\.jsonl$/);
    if (paths.length === 0)
      throw new StillwatchError(
        'INPUT_NOT_FOUND',
        `${join(data, role)} holds no .jsonl file`,
        'Give a folder with harvest/, everyday/ and evaluation/, or leave --data out to use the built-in grammars.',
      );
    return paths.map(readPromptFile);
  });
  const [harvest, everyday, evaluation] = corpora;
  return {
    kind: 'files',
    harvest: harvest!,
    everyday: everyday!,
    evaluation: evaluation!,
    arrivals: arrivalsIn(join(data, 'arrivals')),
  };
};
