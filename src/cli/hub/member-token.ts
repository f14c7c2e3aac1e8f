/** `stillwatch hub member token`: issued once, listed without their secret, revoked at once. */
import { type Command, Option } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import { SCOPES, type Scope } from '../../serve/store/records.ts';
import {
  DATA_HELP,
  type DataOptions,
  dataShown,
  EXIT_STATUS,
  type Output,
  parseEnd,
  table,
  tell,
  timeText,
  withOffice,
} from './office.ts';

const parseScopes = (text: string): readonly Scope[] => {
  const named = new Set(text.split(',').map((scope) => scope.trim()));
  const scopes = SCOPES.filter((scope) => named.has(scope));
  if (scopes.length > 0 && scopes.length === named.size) return scopes;
  throw new StillwatchError(
    'USAGE',
    `${forTerminal(text, 40)} are no scopes`,
    `Give some of ${SCOPES.join(',')}.`,
  );
};

export const addMemberTokenCommand = (member: Command, output: Output): void => {
  const token = member
    .command('token')
    .description('issue, list and revoke the tokens of members')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub member token issue "Lab A" --scopes read,write --expires 90d --data ./hub',
    );
  const command = (name: string, description: string, example: string): Command =>
    token
      .command(name)
      .description(description)
      .requiredOption('--data <where>', DATA_HELP)
      .option('--json', 'print the outcome as JSON')
      .addHelpText(
        'after',
        `\nExample:\n  stillwatch hub member token ${example} --data ./hub${EXIT_STATUS}`,
      );

  command(
    'issue <member>',
    'issue a token; it is shown this once, and kept as a digest',
    'issue "Lab A" --scopes read --expires 90d',
  )
    .option('--scopes <list>', 'some of read,write,admin', 'read,write')
    .addOption(new Option('--expires <when>', 'as 90d, 12h, a time, or never').default('90d'))
    .option('--label <text>', 'what it is for', '')
    .action(
      async (
        who: string,
        options: DataOptions & { scopes: string; expires: string; label: string },
      ) => {
        const { issueToken } = await import('../../serve/hub/members/tokens.ts');
        const wish = {
          label: options.label.slice(0, 200),
          scopes: parseScopes(options.scopes),
          expires: parseEnd(options.expires, Date.now()),
        };
        const issued = await withOffice(options.data, (office) =>
          issueToken(office, office.secrets, who, wish),
        );
        tell(output, options.json, {
          json: { ...issued.record, token: issued.token },
          lines: [
            `Token:   ${issued.token}`,
            `Id:      ${issued.record.id}`,
            `Scopes:  ${issued.record.scopes.join(', ')}`,
            `Ends:    ${timeText(issued.record.expires)}`,
            'It is shown this once. Hand it over by a way that nobody else reads.',
          ],
          next: `stillwatch hub member token revoke ${issued.record.id} --data ${dataShown(options.data)}   (when it leaks)`,
        });
      },
    );

  command('list [member]', 'list the tokens of a member, or all', 'list "Lab A"').action(
    async (who: string | undefined, { data, json }: DataOptions) => {
      const { tokensOf } = await import('../../serve/hub/members/tokens.ts');
      const { memberNamed } = await import('../../serve/hub/members/changes.ts');
      const rows = await withOffice(data, async (office) => {
        const { records } = office.store;
        const tokens = await tokensOf(
          office.store,
          who === undefined ? undefined : (await memberNamed(records, who)).id,
        );
        const names = new Map(
          (await records.list('member')).map(({ id, value }) => [id, value.name]),
        );
        return tokens.map((one) => ({ ...one, name: names.get(one.member) ?? one.member }));
      });
      tell(output, json, {
        json: rows,
        lines: table(
          ['MEMBER', 'SCOPES', 'ENDS', 'LABEL', 'ID'],
          rows.map(({ name, scopes, expires, label, id }) => [
            name,
            scopes.join(','),
            timeText(expires),
            label,
            id,
          ]),
        ),
      });
    },
  );

  command('revoke <token>', 'end a token now, also at running hubs', 'revoke TOKEN-ID').action(
    async (id: string, { data, json }: DataOptions) => {
      const { revokeToken } = await import('../../serve/hub/members/tokens.ts');
      const gone = await withOffice(data, (office) => revokeToken(office, id));
      tell(output, json, {
        json: gone,
        lines: [`Revoked ${gone.id}: running hubs refuse it from now on`],
        next: `stillwatch hub member token issue ${gone.member} --data ${dataShown(data)}`,
      });
    },
  );
};
