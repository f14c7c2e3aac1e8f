/** `stillwatch hub`: the exchange between labs. Each sub-command is a file of its own. */
import type { Command } from 'commander';
import { addHubAuditorCommand } from './auditor.ts';
import { addHubCertificateCommand } from './certificate.ts';
import { addHubHealthCommand } from './health.ts';
import { addHubMemberCommand } from './member.ts';
import { addHubCollectionCommand } from './collection.ts';
import { addHubGroupCommand } from './group.ts';
import { addHubBackupCommand } from './backup.ts';
import { addHubImportCommand } from './import.ts';
import { addHubStreamCommand } from './stream.ts';
import { addHubLedgerCommand } from './ledger.ts';
import { addHubRefusalsCommand } from './refusals.ts';
import { addHubServeCommand } from './serve.ts';
import { addHubStandingCommands } from './standing.ts';

export type AddCommand = (hub: Command, output: NodeJS.WritableStream) => void;

const SUB_COMMANDS: readonly AddCommand[] = [
  addHubServeCommand,
  addHubHealthCommand,
  addHubImportCommand,
  addHubCertificateCommand,
  addHubMemberCommand,
  addHubCollectionCommand,
  addHubGroupCommand,
  addHubBackupCommand,
  addHubStreamCommand,
  addHubLedgerCommand,
  addHubRefusalsCommand,
  addHubAuditorCommand,
  addHubStandingCommands,
];

export const addHubCommand = (
  program: Command,
  output: NodeJS.WritableStream = process.stdout,
): void => {
  const hub = program
    .command('hub')
    .description('run the hub over which labs share indicators')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub serve --listen 127.0.0.1:8080 --data ./hub',
    );
  for (const add of SUB_COMMANDS) add(hub, output);
};
