/** `stillwatch lab token`: a bearer token for a gateway, a reader or an operator. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import { LAB_SCOPES, type LabScope, type Tokens } from '../../serve/lab/http/tokens.ts';

interface Flags {
  readonly data: string;
  readonly scope: readonly LabScope[];
  readonly json?: boolean;
}

const withTokens = async <T>(data: string, work: (tokens: Tokens) => Promise<T>): Promise<T> => {
  const { openStore } = await import('../../serve/store/open.ts');
  const { openTokens } = await import('../../serve/lab/http/tokens.ts');
  const isDatabase = /^postgres(ql)?:\/\//.test(data);
  const store = await openStore(isDatabase ? data : join(data, 'store'));
  try {
    return await work(await openTokens(store));
  } finally {
    await store.close();
  }
};

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
      const token = await withTokens(flags.data, (tokens) =>
        tokens.issue(label, flags.scope, Date.now()),
      );
      output.write(
        flags.json
          ? `${JSON.stringify({ label, scopes: flags.scope, token })}\n`
          : `${token}\nnext: send it as "Authorization: Bearer …" to the lab\n`,
      );
    });
};

const TOKENS_EXIT = 'Exit status: 0 done, 2 usage or no such token, 4 the store cannot be used.';

export const addTokensCommand = (
  lab: Command,
  output: Pick<NodeJS.WritableStream, 'write'>,
): void => {
  const tokens = lab.command('tokens').description('which tokens there are, and their end');
  tokens
    .command('list')
    .description('labels, scopes and ages; the tokens themselves are kept nowhere')
    .option('--data <location>', 'a folder, or postgres://…', 'stillwatch-lab')
    .option('--json', 'print them as JSON')
    .addHelpText('after', `\nExample:\n  stillwatch lab tokens list --data ./lab\n\n${TOKENS_EXIT}`)
    .action(async (flags: Pick<Flags, 'data' | 'json'>) => {
      const known = await withTokens(flags.data, (all) => all.list());
      const lines = known.map(
        ({ label, scopes, created }) =>
          `${forTerminal(label, 60)}  ${scopes.join(', ')}  since ${new Date(created).toISOString()}`,
      );
      output.write(`${flags.json ? forJson({ tokens: known }, 2) : lines.join('\n') || 'none'}\n`);
    });
  tokens
    .command('revoke')
    .argument('<label>', 'every token of this label')
    .description(
      'end tokens; a running lab refuses them at once, a running gate within two seconds',
    )
    .option('--data <location>', 'a folder, or postgres://…', 'stillwatch-lab')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      `\nExample:\n  stillwatch lab tokens revoke edge-1 --data ./lab\n\n${TOKENS_EXIT}`,
    )
    .action(async (label: string, flags: Pick<Flags, 'data' | 'json'>) => {
      const revoked = await withTokens(flags.data, (all) => all.revoke(label));
      if (revoked === 0)
        throw new StillwatchError(
          'USAGE',
          `there is no token called ${forTerminal(label, 60)}`,
          '`stillwatch lab tokens list` lists them.',
        );
      output.write(
        flags.json
          ? `${JSON.stringify({ label, revoked })}\n`
          : `revoked: ${revoked}\nnext: stillwatch lab tokens list\n`,
      );
    });
};
