import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StillwatchError } from '../base/errors.ts';

/** Writes a file, making its folder. @throws StillwatchError OUTPUT_UNWRITABLE. */
export const writeOutput = (path: string, text: string): void => {
  try {
    mkdirSync(dirname(path), { recursive: true });
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
