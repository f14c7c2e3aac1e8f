/** The `stillwatch` command: one sub-command per file, errors shown as code, message and remedy. */
import { CommanderError } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forTerminal } from '../base/safe-text.ts';
import { createProgram } from './program.ts';

const USAGE_EXIT = 2;

const report = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT;
  if (error instanceof StillwatchError) {
    console.error(`stillwatch: ${error.code}: ${forTerminal(error.message)}\n  ${error.remedy}`);
    return error.exitCode;
  }
  // Anything else is a fault of ours: the stack is what a maintainer needs.
  console.error(error);
  return 1;
};

// A reader that went away (head, less) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}
