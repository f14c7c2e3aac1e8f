import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addBaselineCommand } from './baseline.ts';
import { addDemoCommand } from './demo/demo.ts';
import { addEvaluateCommand } from './evaluate.ts';
import { addExplainCommand } from './explain.ts';
import { addHubCommand } from './hub/hub.ts';
import { addIndicatorsCommand } from './indicators.ts';
import { addLabCommand } from './lab/lab.ts';
import { addGateCommand } from './gate.ts';
import { addLedgerCommand } from './ledger.ts';
import { addPolicyCommand } from './policy.ts';
import { addScanCommand } from './scan.ts';
import { addShareCommand } from './share.ts';
import { addSimulateCommand } from './simulate.ts';
import { addTaxiiCommand } from './taxii.ts';
import { addTrainCommand } from './train.ts';
import { addVerifyCommand } from './verify.ts';

const versionOf = (): string => {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return (manifest as { version: string }).version;
};

/** Sub-commands of sub-commands too. */
const throwInsteadOfExit = (command: Command): void => {
  command.exitOverride();
  for (const sub of command.commands) throwInsteadOfExit(sub);
};

/** The whole command line, as docs/reference/cli.md lists it. It throws instead of exiting. */
export const createProgram = (): Command => {
  const program = new Command('stillwatch')
    .description('Find distillation campaigns in API traffic, with evidence a person can check.')
    .version(versionOf())
    .showHelpAfterError('(see stillwatch --help)')
    .exitOverride();
  addScanCommand(program);
  addExplainCommand(program);
  addVerifyCommand(program);
  addBaselineCommand(program);
  addTrainCommand(program);
  addSimulateCommand(program);
  addEvaluateCommand(program);
  addDemoCommand(program);
  addIndicatorsCommand(program);
  addShareCommand(program);
  addPolicyCommand(program);
  addLedgerCommand(program);
  addGateCommand(program);
  addHubCommand(program);
  addLabCommand(program);
  addTaxiiCommand(program);
  throwInsteadOfExit(program);
  return program;
};
