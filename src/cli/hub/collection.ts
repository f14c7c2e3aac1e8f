/** `stillwatch hub collection`: where objects are shared. */
import { type Command, Option } from 'commander';
import { forTerminal } from '../../base/safe-text.ts';
import {
  DATA_HELP,
  type DataOptions,
  dataShown,
  EXIT_STATUS,
  type Output,
  table,
  tell,
  withOffice,
} from './office.ts';

interface AddOptions extends DataOptions {
  readonly kind: 'guarded' | 'plain';
  readonly rights: string;
  readonly unlisted?: boolean;
  readonly alias?: string;
  readonly description?: string;
  readonly apiRoot?: string;
}

export const addHubCollectionCommand = (hub: Command, output: Output): void => {
  const collection = hub
    .command('collection')
    .description('add and list collections')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub collection add "Imported" --kind plain --rights read --data ./hub',
    );
  collection
    .command('add <title>')
    .description('add a collection')
    .requiredOption('--data <where>', DATA_HELP)
    .addOption(
      new Option('--kind <kind>', 'guarded: signed and filtered; plain: ordinary TAXII')
        .choices(['guarded', 'plain'])
        .default('guarded'),
    )
    .addOption(
      new Option('--rights <rights>', 'what every vetted member may do')
        .choices(['read', 'write', 'read,write', 'none'])
        .default('read,write'),
    )
    .option('--unlisted', 'members without any right are not told that it exists')
    .option('--alias <word>', 'a word for it in URLs')
    .option('--description <text>', 'what it is for')
    .option('--api-root <path>', 'path of its API root')
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      `\nExample:\n  stillwatch hub collection add "Exchange" --kind guarded --data ./hub${EXIT_STATUS}`,
    )
    .action(async (title: string, options: AddOptions) => {
      const { addCollection } = await import('../../serve/hub/members/places.ts');
      const { alias, description, apiRoot } = options;
      const added = await withOffice(
        options.data,
        (office) =>
          addCollection(office, {
            title,
            kind: options.kind,
            listed: !options.unlisted,
            members: {
              read: options.rights.includes('read'),
              write: options.rights.includes('write'),
            },
            ...(alias === undefined ? {} : { alias }),
            ...(description === undefined ? {} : { description }),
            ...(apiRoot === undefined ? {} : { apiRoot }),
          }),
        'make',
      );
      tell(output, options.json, {
        json: added,
        lines: [`Added ${added.kind} collection ${forTerminal(added.title)} (${added.id})`],
        next: `stillwatch hub member grant MEMBER ${added.id} --rights read,write --data ${dataShown(options.data)}`,
      });
    });
  collection
    .command('list')
    .description('list the collections')
    .requiredOption('--data <where>', DATA_HELP)
    .option('--json', 'print them as JSON')
    .addHelpText('after', `\nExample:\n  stillwatch hub collection list --data ./hub${EXIT_STATUS}`)
    .action(async ({ data, json }: DataOptions) => {
      const { collectionsIn } = await import('../../serve/hub/members/places.ts');
      const all = await withOffice(data, ({ store }) => collectionsIn(store.records));
      tell(output, json, {
        json: all,
        lines: table(
          ['TITLE', 'KIND', 'MEMBERS', 'API ROOT', 'ALIAS', 'ID'],
          all.map(({ title, kind, members: { read, write }, apiRoot, alias, id }) => [
            title,
            kind,
            [read && 'read', write && 'write'].filter(Boolean).join(',') || 'none',
            apiRoot,
            alias ?? '',
            id,
          ]),
        ),
      });
    });
};
