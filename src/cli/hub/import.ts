/** `stillwatch hub import`: takes over a medallion installation. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import type { Takeover } from '../../serve/hub/operations/takeover/takeover.ts';
import { dataShown } from './office.ts';

interface Options {
  readonly data: string;
  readonly users?: string;
  readonly json?: boolean;
}

const read = async (path: string): Promise<Uint8Array> => {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `${path}: ${(cause as NodeJS.ErrnoException).code ?? 'cannot be read'}`,
      'Name a file that can be read.',
      { cause },
    );
  }
};

const lines = ({ objects, ...taken }: Takeover, data: string): readonly string[] => [
  `Taken over: ${taken.apiRoots} API roots, ${taken.collections} collections, ${objects.added} versions of objects, ${taken.statuses} statuses, ${taken.users} users, ${taken.apiKeys} API keys.`,
  `  there already: ${objects.present}; with another content, left as they were: ${objects.differs}; refused: ${objects.refused}`,
  ...taken.warnings.map((warning) => `  note: ${forTerminal(warning)}`),
  '',
  'Next:',
  `  stillwatch hub serve --data ${dataShown(data)}`,
];

export const addHubImportCommand = (hub: Command, output: NodeJS.WritableStream): void => {
  hub
    .command('import')
    .description('take over a medallion installation; again is harmless')
    .argument('<file>', "JSON data file of medallion's memory backend, 2.x to 4.x")
    .requiredOption('--data <where>', 'a folder, or postgres://…; made when it is missing')
    .option('--users <config>', 'configuration of medallion, for its users, passwords and API keys')
    .option('--json', 'print the counts as JSON')
    .addHelpText(
      'after',
      `
Example:
  stillwatch hub import default_data.json --users medallion.conf --data ./hub

Exit status: 0 done, 2 usage, 4 unreadable file or data.`,
    )
    .action(async (file: string, { data, users, json }: Options) => {
      const { parseJsonFile, parseMedallion } = await import(
        '../../serve/hub/operations/takeover/medallion-file.ts'
      );
      const { usersOf } = await import('../../serve/hub/operations/takeover/users.ts');
      const { takeOver } = await import('../../serve/hub/operations/takeover/takeover.ts');
      const { openStore } = await import('../../serve/store/open.ts');
      // All is read before anything is written.
      const medallion = parseMedallion(await read(file));
      const known = users === undefined ? [] : await usersOf(parseJsonFile(await read(users)));
      const store = await openStore(data);
      try {
        const taken = await takeOver(store, medallion, known, Date.now());
        output.write(`${json ? forJson(taken) : lines(taken, data).join('\n')}\n`);
      } finally {
        await store.close();
      }
    });
};
