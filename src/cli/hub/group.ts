/** `stillwatch hub group`: closed circles of members. An empty one is nobody. */
import type { Command } from 'commander';
import { forTerminal } from '../../base/safe-text.ts';
import type { SharingGroup } from '../../serve/store/records.ts';
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

const line = ({ id, name, members }: SharingGroup): string =>
  `${forTerminal(name)} (${id}): ${members.length === 0 ? 'nobody' : `${members.length} members`}`;

export const addHubGroupCommand = (hub: Command, output: Output): void => {
  const group = hub
    .command('group')
    .description('make sharing groups, and say who is in them')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub group add "Frontier labs" --data ./hub\n\nAn object is for a group alone when object_marking_refs names marking-definition--ID-OF-THE-GROUP.\nA group without members is nobody.',
    );
  const command = (name: string, description: string, example: string): Command =>
    group
      .command(name)
      .description(description)
      .requiredOption('--data <where>', DATA_HELP)
      .option('--json', 'print the outcome as JSON')
      .addHelpText(
        'after',
        `\nExample:\n  stillwatch hub group ${example} --data ./hub${EXIT_STATUS}`,
      );

  command('add <name>', 'make a group; it has no members yet', 'add "Frontier labs"').action(
    async (name: string, { data, json }: DataOptions) => {
      const { addGroup } = await import('../../serve/hub/members/places.ts');
      const added = await withOffice(data, (office) => addGroup(office, name), 'make');
      tell(output, json, {
        json: added,
        lines: [`Added ${line(added)}`, `Marking: marking-definition--${added.id}`],
        next: `stillwatch hub group join ${added.id} MEMBER --data ${dataShown(data)}`,
      });
    },
  );
  command('list', 'list the groups', 'list').action(async ({ data, json }: DataOptions) => {
    const { groups, names } = await withOffice(data, async ({ store: { records } }) => ({
      groups: (await records.list('group')).map(({ value }) => value),
      names: new Map((await records.list('member')).map(({ id, value }) => [id, value.name])),
    }));
    tell(output, json, {
      json: groups,
      lines: table(
        ['NAME', 'MEMBERS', 'ID'],
        groups.map(({ name, members, id }) => [
          name,
          members.map((one) => names.get(one) ?? one).join(', ') || 'nobody',
          id,
        ]),
      ),
    });
  });
  for (const [name, description] of [
    ['join', 'let a member into a group'],
    ['leave', 'take a member out of a group: it loses sight of what is for the group'],
  ] as const)
    command(`${name} <group> <member>`, description, `${name} "Frontier labs" "Lab A"`).action(
      async (called: string, who: string, { data, json }: DataOptions) => {
        const places = await import('../../serve/hub/members/places.ts');
        const change = name === 'join' ? places.joinGroup : places.leaveGroup;
        const changed = await withOffice(data, (office) => change(office, called, who));
        tell(output, json, {
          json: changed,
          lines: [line(changed)],
          next: `stillwatch hub group list --data ${dataShown(data)}`,
        });
      },
    );
};
