/** `stillwatch hub backup` and `stillwatch hub restore`. */
import type { Command } from 'commander';
import { forTerminal } from '../../base/safe-text.ts';
import type { Manifest } from '../../serve/hub/members/copy.ts';
import { DATA_HELP, type DataOptions, dataShown, type Output, tell, withOffice } from './office.ts';

const contents = ({ contents: { versions, members, ledgerSize } }: Manifest): string =>
  `${versions} versions of objects, ${members} members, ${ledgerSize} entries of the ledger`;

export const addHubBackupCommand = (hub: Command, output: Output): void => {
  hub
    .command('backup <folder>')
    .description('copy a hub into a new folder, also while it runs, and check the copy')
    .requiredOption('--data <where>', DATA_HELP)
    .option('--json', 'print the manifest as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub backup ./backup-2026-11-21 --data ./hub\n\nThe copy holds the keys of the hub and the digests of all tokens: guard it like the hub itself.\n\nExit status: 0 done, 2 usage, 4 data or a folder that cannot be used.',
    )
    .action(async (folder: string, { data, json }: DataOptions) => {
      const { backUp } = await import('../../serve/hub/members/copy.ts');
      const manifest = await withOffice(data, ({ store, clock }) => backUp(store, folder, clock()));
      tell(output, json, {
        json: manifest,
        lines: [`Backed up ${contents(manifest)} to ${forTerminal(folder)}`],
        next: `stillwatch hub restore ${folder} --data NEW-FOLDER`,
      });
    });
  hub
    .command('restore <folder>')
    .description('make a hub of a backup, after checking it')
    .requiredOption('--data <where>', 'a folder without a hub, or an empty postgres://… database')
    .option('--json', 'print the manifest as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub restore ./backup-2026-11-21 --data ./hub-again\n\nStop the old hub first: two hubs that both go on sign two histories of one ledger.\n\nExit status: 0 done, 1 a damaged backup, 2 usage, 4 a folder or database that cannot be used.',
    )
    .action(async (folder: string, { data, json }: DataOptions) => {
      const { restore } = await import('../../serve/hub/members/copy.ts');
      const manifest = await restore(folder, data);
      tell(output, json, {
        json: manifest,
        lines: [`Restored ${contents(manifest)}`],
        next: `stillwatch hub serve --data ${dataShown(data)}`,
      });
    });
};
