/** `stillwatch lab token`: a bearer token for a gateway, a reader or an operator. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { LAB_SCOPES, type LabScope } from '../../serve/lab/http/tokens.ts';

interface Flags {
  readonly data: string;
  readonly scope: readonly LabScope[];
  readonly json?: boolean;
}

export const addTokenCommand = (
  lab: Command,
  output: Pick<NodeJS.WritableStream, 'write'>,
): void => {
  lab
    .command('token')
    .argument('<label>', 'what it is for, such as the name of a gateway')
    .description('make a token; it is shown once and kept as a keyed digest only')
    .option('--data <location>', 'a folder, or postgres://…', 'stillwatch-lab')
    .addOption(
      new Option('--scope <name...>', 'what it allows').choices(LAB_SCOPES).default(['ingest']),
    )
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch lab token gateway-1 --data ./lab --scope ingest\n\nExit status: 0 done, 2 usage, 4 the store cannot be used.',
    )
    .action(async (label: string, flags: Flags) => {
      const { openStore } = await import('../../serve/store/open.ts');
      const { openTokens } = await import('../../serve/lab/http/tokens.ts');
      const isDatabase = /^postgres(ql)?:\/\//.test(flags.data);
      const store = await openStore(isDatabase ? flags.data : join(flags.data, 'store'));
      try {
        const token = await (await openTokens(store)).issue(label, flags.scope, Date.now());
        output.write(
          flags.json
            ? `${JSON.stringify({ label, scopes: flags.scope, token })}\n`
            : `${token}\nnext: send it as "Authorization: Bearer …" to the lab\n`,
        );
      } finally {
        await store.close();
      }
    });
};
