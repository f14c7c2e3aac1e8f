import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StillwatchError } from '../base/errors.ts';

/**
 * A folder and those above it. Step by step, because the recursive mkdir of Node 24 never returns where a
 * file system answers ENOENT to a mkdir below a folder that is there (/proc does).
 */
const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
};

/** Writes a file, making its folder. @throws StillwatchError OUTPUT_UNWRITABLE. */
export const writeOutput = (path: string, text: string): void => {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text);
  } catch (cause) {
    throw new StillwatchError(
      'OUTPUT_UNWRITABLE',
      `${path} cannot be written: ${(cause as Error).message}`,
      'Choose a folder you may write to.',
      { cause },
    );
  }
};
