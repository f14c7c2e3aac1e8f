/** The `stillwatch` command: one sub-command per file, errors shown as code, message and remedy. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forTerminal } from '../base/safe-text.ts';
import { addBaselineCommand } from './baseline.ts';
import { addEvaluateCommand } from './evaluate.ts';
import { addExplainCommand } from './explain.ts';
import { addScanCommand } from './scan.ts';
import { addSimulateCommand } from './simulate.ts';
import { addVerifyCommand } from './verify.ts';

const USAGE_EXIT = 2;

const versionOf = (): string => {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return (manifest as { version: string }).version;
};

const createProgram = (): Command => {
  const program = new Command('stillwatch')
    .description('Find distillation campaigns in API traffic, with evidence a person can check.')
    .version(versionOf())
    .showHelpAfterError('(see stillwatch --help)')
    .exitOverride();
  addScanCommand(program);
  addExplainCommand(program);
  addVerifyCommand(program);
  addBaselineCommand(program);
  addSimulateCommand(program);
  addEvaluateCommand(program);
  for (const command of program.commands) command.exitOverride();
  return program;
};

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
