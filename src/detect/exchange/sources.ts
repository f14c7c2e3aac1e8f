import { type Stats, statSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { glob, isDynamicPattern } from 'tinyglobby';
import { StillwatchError } from '../../base/errors.ts';

export interface Source {
  /** As the person gave it, or as the glob found it. */
  readonly name: string;
  /** null for standard input. */
  readonly path: string | null;
  /** Bytes on disk; null when unknown (standard input, pipes). */
  readonly bytes: number | null;
}

const folder = (name: string): StillwatchError =>
  new StillwatchError(
    'INPUT_UNREADABLE',
    `${name} is a folder`,
    `Name the files, or a pattern such as '${name.replace(/\/$/, '')}/**/*.jsonl*'.`,
  );

const statOrNull = async (path: string): Promise<Stats | null> => {
  try {
    return await stat(path);
  } catch {
    return null;
  }
};

const fromFile = (path: string, info: Stats): Source => ({
  name: path,
  path,
  bytes: info.isFile() ? info.size : null,
});

const expand = async (pattern: string): Promise<Source[]> => {
  if (pattern === '-') return [{ name: '<stdin>', path: null, bytes: null }];
  const info = await statOrNull(pattern);
  // A file whose real name holds a star or a bracket is that file, not a pattern.
  if (info !== null) {
    if (info.isDirectory()) throw folder(pattern);
    return [fromFile(pattern, info)];
  }
  const found = isDynamicPattern(pattern)
    ? await glob(pattern, {
        onlyFiles: true,
        expandDirectories: false,
        absolute: pattern.startsWith('/'),
      })
    : [];
  if (found.length === 0)
    throw new StillwatchError(
      'INPUT_NOT_FOUND',
      `No file matches ${pattern}`,
      'Check the path; put quotes around a pattern that the shell should not expand.',
    );
  return found.sort().map((path) => fromFile(path, statSync(path)));
};

/**
 * The sources named by paths, globs and '-', in the order given, each file once however often it is
 * matched. Throws INPUT_NOT_FOUND, or INPUT_UNREADABLE for a folder.
 */
export const resolveSources = async (patterns: readonly string[]): Promise<Source[]> => {
  const sources: Source[] = [];
  const known = new Set<string>();
  for (const pattern of patterns)
    for (const source of await expand(pattern)) {
      const identity = source.path === null ? '-' : await realpath(source.path);
      if (!known.has(identity)) sources.push(source);
      known.add(identity);
    }
  return sources;
};
