/** `stillwatch hub member budget`: how many identifiers a member may have blinded. */
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import {
  DATA_HELP,
  EXIT_STATUS,
  type DataOptions,
  type Output,
  tell,
  withOffice,
} from './office.ts';

interface Options extends DataOptions {
  readonly burst?: string;
  readonly perSecond?: string;
  readonly perEpoch?: string;
}

const MOST = 1_000_000_000;

const numberOf = (name: string, given: string | undefined): number | undefined => {
  if (given === undefined) return undefined;
  const value = /^\d{1,10}(\.\d{1,3})?$/.test(given) ? Number(given) : Number.NaN;
  if (value > 0 && value <= MOST) return value;
  throw new StillwatchError('USAGE', `--${name} is no limit`, 'Give a number above 0.');
};

export const addMemberBudgetCommand = (member: Command, output: Output): void => {
  member
    .command('budget <member>')
    .description('show or set how many identifiers a member may have blinded, of each kind')
    .requiredOption('--data <where>', DATA_HELP)
    .option('--burst <n>', 'at once; a batch has up to 256')
    .option('--per-second <n>', 'how fast it fills again')
    .option('--per-epoch <n>', 'in a quarter')
    .option('--json', 'print the limits as JSON')
    .addHelpText(
      'after',
      `\nExample:\n  stillwatch hub member budget "Lab A" --per-epoch 1000000 --data ./hub${EXIT_STATUS}`,
    )
    .action(async (who: string, options: Options) => {
      const { LIMIT_NAMES, limitSetting, limitsOf } = await import(
        '../../serve/hub/blinding/service.ts'
      );
      const { memberNamed } = await import('../../serve/hub/members/changes.ts');
      const wanted = {
        burst: numberOf('burst', options.burst),
        perSecond: numberOf('per-second', options.perSecond),
        perEpoch: numberOf('per-epoch', options.perEpoch),
      };
      const { name, limits } = await withOffice(options.data, ({ store }) =>
        store.write(async ({ records }) => {
          const found = await memberNamed(records, who);
          for (const limit of LIMIT_NAMES)
            if (wanted[limit] !== undefined)
              await records.put('setting', limitSetting(found.id, limit), wanted[limit]);
          return { name: found.name, limits: await limitsOf(records, found.id) };
        }),
      );
      tell(output, options.json, {
        json: limits,
        lines: [
          `${forTerminal(name)}: ${limits.burst} at once, ${limits.perSecond} a second, ${limits.perEpoch} in a quarter, of each kind`,
        ],
      });
    });
};
