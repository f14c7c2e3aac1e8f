/** `stillwatch hub refusals`: what the firewall and the signatures refused, and why. */
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
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

interface Options extends DataOptions {
  readonly member?: string;
  readonly limit: string;
}

const MOST = 10_000;

const limitOf = (text: string): number => {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST) return limit;
  throw new StillwatchError(
    'USAGE',
    '--limit is not a number of refusals',
    `Give a whole number from 1 to ${MOST}.`,
  );
};

const list = async ({ data, json, member, limit }: Options, output: Output): Promise<void> => {
  const most = limitOf(limit);
  const { memberNamed } = await import('../../serve/hub/members/changes.ts');
  const { refusalsOf } = await import('../../serve/hub/guard/refusals.ts');
  const { refusals, names } = await withOffice(data, async ({ store: { records } }) => ({
    refusals: await refusalsOf(
      records,
      member === undefined ? undefined : (await memberNamed(records, member)).id,
      most,
    ),
    names: new Map((await records.list('member')).map(({ id, value }) => [id, value.name])),
  }));
  const rows = refusals.flatMap(({ at, member: id, objects }) =>
    objects.flatMap(({ id: object, faults }) =>
      faults.map(({ code, path }) => [
        `${at.slice(0, 16)}Z`,
        names.get(id) ?? id,
        code,
        path || '-',
        object || '-',
      ]),
    ),
  );
  tell(output, json, {
    json: { refusals },
    lines:
      rows.length === 0
        ? ['Nothing was refused.']
        : table(['WHEN', 'MEMBER', 'CODE', 'AT', 'OBJECT'], rows),
    next:
      rows.length === 0
        ? undefined
        : `stillwatch hub refusals list --json --data ${dataShown(data)}`,
  });
};

export const addHubRefusalsCommand = (hub: Command, output: Output): void => {
  const refusals = hub
    .command('refusals')
    .description('what was refused of the contributions of members, and why')
    .addHelpText('after', '\nExample:\n  stillwatch hub refusals list --data ./hub');
  refusals
    .command('list')
    .description('refusals, newest first; never any of what was refused')
    .requiredOption('--data <where>', DATA_HELP)
    .option('--member <name>', 'of one member: its name or its id')
    .option('--limit <n>', 'contributions at most', '50')
    .option('--json', 'print it as JSON, each fault with its sentence')
    .addHelpText(
      'after',
      `\nExample:\n  stillwatch hub refusals list --member "Lab A" --data ./hub${EXIT_STATUS}`,
    )
    .action((options: Options) => list(options, output));
};
