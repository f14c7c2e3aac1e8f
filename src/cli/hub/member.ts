/** `stillwatch hub member`: who is a member, in which tier, and what it may do. */
import { type Command, Option } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import { type Contact, type Member, TIERS, type Tier } from '../../serve/store/records.ts';
import { addMemberBudgetCommand } from './member-budget.ts';
import { addMemberKeyCommand } from './member-key.ts';
import { addMemberTokenCommand } from './member-token.ts';
import {
  DATA_HELP,
  type DataOptions,
  dataShown,
  EXIT_STATUS,
  type Output,
  table,
  tell,
  timeText,
  withOffice,
} from './office.ts';

interface ContactOptions {
  readonly contactName?: string;
  readonly email?: string;
  readonly urgent?: string;
}

const contactOf = ({ contactName: name, email, urgent }: ContactOptions): readonly Contact[] =>
  name === undefined && email === undefined && urgent === undefined
    ? []
    : [
        {
          ...(name === undefined ? {} : { name }),
          ...(email === undefined ? {} : { email }),
          ...(urgent === undefined ? {} : { urgent }),
        },
      ];

const line = ({ name, id, tier, vetting }: Member): string =>
  `${forTerminal(name)} (${id}): ${tier}, ${vetting}`;

const contactOptions = (command: Command): Command =>
  command
    .option('--contact-name <name>', 'a person or a desk')
    .option('--email <address>', 'where to write to')
    .option('--urgent <how>', 'where to reach somebody at any hour');

export const addHubMemberCommand = (hub: Command, output: Output): void => {
  const member = hub
    .command('member')
    .description('add, vet, suspend and revoke members, their tokens and keys')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub member add "Lab A" --tier member --vetted --data ./hub\n\nA member is named by its id, or by its name. All of it works while the hub runs on the same data.\n\nExit status: 0 done, 2 usage or an unknown name, 4 data that cannot be opened.',
    );
  const command = (name: string, description: string, example: string): Command =>
    member
      .command(name)
      .description(description)
      .requiredOption('--data <where>', DATA_HELP)
      .option('--json', 'print the outcome as JSON')
      .addHelpText(
        'after',
        `\nExample:\n  stillwatch hub member ${example} --data ./hub${EXIT_STATUS}`,
      );

  contactOptions(command('add <name>', 'add a member', 'add "Lab A" --tier member --vetted'))
    .addOption(new Option('--tier <tier>', 'what it is').choices(TIERS).default('member'))
    .option('--vetted', 'you have checked who they are; otherwise they may do nothing yet')
    .action(
      async (
        name: string,
        options: DataOptions & ContactOptions & { tier: Tier; vetted?: boolean },
      ) => {
        if (name.trim() === '' || name.length > 200)
          throw new StillwatchError('USAGE', 'The name is empty or too long', 'Give a name.');
        const added = await withOffice(
          options.data,
          async (office) => {
            const { addMember } = await import('../../serve/hub/members/changes.ts');
            const { tier, vetted = false } = options;
            return addMember(office, { name, tier, vetted, contacts: contactOf(options) });
          },
          'make',
        );
        tell(output, options.json, {
          json: added,
          lines: [`Added ${line(added)}`],
          next:
            added.vetting === 'vetted'
              ? `stillwatch hub member token issue ${added.id} --data ${dataShown(options.data)}`
              : `stillwatch hub member vet ${added.id} --data ${dataShown(options.data)}`,
        });
      },
    );

  command('list', 'list the members', 'list').action(async ({ data, json }: DataOptions) => {
    const members = await withOffice(data, async ({ store }) =>
      (await store.records.list('member')).map(({ value }) => value),
    );
    tell(output, json, {
      json: members,
      lines: table(
        ['NAME', 'TIER', 'VETTING', 'SINCE', 'ID'],
        members.map(({ name, tier, vetting, created, id }) => [
          name,
          tier,
          vetting,
          timeText(created),
          id,
        ]),
      ),
    });
  });

  command('show <member>', 'show a member with its tokens, keys and groups', 'show "Lab A"').action(
    async (name: string, { data, json }: DataOptions) => {
      const { describeMember } = await import('../../serve/hub/members/describe.ts');
      const shown = await withOffice(data, ({ store }) => describeMember(store, name));
      const { contacts, tokens, keys, groups, rights } = shown;
      tell(output, json, {
        json: shown,
        lines: [
          line(shown),
          ...contacts.map(
            ({ name: who = '', email = '', urgent = '' }) =>
              `  contact  ${forTerminal([who, email, urgent].filter(Boolean).join(', '))}`,
          ),
          ...Object.entries(rights).map(
            ([id, { read, write }]) =>
              `  rights   ${id}: ${[read && 'read', write && 'write'].filter(Boolean).join(', ') || 'none'}`,
          ),
          ...groups.map(({ id, name: called }) => `  group    ${id} ${forTerminal(called)}`),
          ...tokens.map(
            ({ id, label, scopes, expires }) =>
              `  token    ${id} ${scopes.join(',')} until ${timeText(expires)} ${forTerminal(label)}`,
          ),
          ...keys.map(
            ({ id, validUntil, revokedAt }) =>
              `  key      ${id} ${revokedAt === undefined ? `until ${timeText(validUntil)}` : `revoked ${timeText(revokedAt)}`}`,
          ),
        ],
      });
    },
  );

  for (const [name, vetting, description] of [
    ['vet', 'vetted', 'let a member in: you have checked who they are'],
    ['suspend', 'suspended', 'shut a member out until it is vetted again'],
    ['revoke', 'revoked', 'shut a member out for ever, and drop its tokens'],
  ] as const)
    command(`${name} <member>`, description, `${name} "Lab A"`).action(
      async (who: string, { data, json }: DataOptions) => {
        const { setVetting } = await import('../../serve/hub/members/changes.ts');
        const changed = await withOffice(data, (office) => setVetting(office, who, vetting));
        tell(output, json, {
          json: changed,
          lines: [line(changed)],
          next:
            name === 'vet'
              ? `stillwatch hub member token issue ${changed.id} --data ${dataShown(data)}`
              : `stillwatch hub member show ${changed.id} --data ${dataShown(data)}`,
        });
      },
    );

  command('tier <member>', 'give a member another tier', 'tier "Lab A" --to observer')
    .addOption(new Option('--to <tier>', 'the new tier').choices(TIERS).makeOptionMandatory())
    .action(async (who: string, { data, json, to }: DataOptions & { to: Tier }) => {
      const { setTier } = await import('../../serve/hub/members/changes.ts');
      const changed = await withOffice(data, (office) => setTier(office, who, to));
      tell(output, json, { json: changed, lines: [line(changed)] });
    });

  contactOptions(
    command(
      'contact <member>',
      'set the contact points of a member',
      'contact "Lab A" --email abuse@lab-a.example --urgent "+1 555 0100"',
    ),
  )
    .option('--add', 'keep the ones there are')
    .action(async (who: string, options: DataOptions & ContactOptions & { add?: boolean }) => {
      const { memberNamed, setContacts } = await import('../../serve/hub/members/changes.ts');
      const changed = await withOffice(options.data, async (office) => {
        const before = options.add ? (await memberNamed(office.store.records, who)).contacts : [];
        return setContacts(office, who, [...before, ...contactOf(options)]);
      });
      tell(output, options.json, {
        json: changed,
        lines: [`${forTerminal(changed.name)} has ${changed.contacts.length} contact points`],
      });
    });

  command(
    'grant <member> <collection>',
    'what a member may do in one collection',
    'grant "Lab A" exchange --rights read',
  )
    .addOption(
      new Option('--rights <rights>', "`default` is the collection's own rule for members")
        .choices(['read', 'write', 'read,write', 'none', 'default'])
        .makeOptionMandatory(),
    )
    .action(
      async (
        who: string,
        where: string,
        { data, json, rights }: DataOptions & { rights: string },
      ) => {
        const { grant } = await import('../../serve/hub/members/changes.ts');
        const { collectionNamed } = await import('../../serve/hub/members/places.ts');
        const changed = await withOffice(data, async (office) => {
          const { id } = await collectionNamed(office.store.records, where);
          const given =
            rights === 'default'
              ? undefined
              : { read: rights.includes('read'), write: rights.includes('write') };
          return grant(office, who, id, given);
        });
        tell(output, json, {
          json: changed,
          lines: [`${forTerminal(changed.name)}: ${rights} in ${forTerminal(where)}`],
        });
      },
    );

  addMemberTokenCommand(member, output);
  addMemberKeyCommand(member, output);
  addMemberBudgetCommand(member, output);
};
