/** `stillwatch baseline LOG... --out FILE`: what known-good traffic looks like. */
import { type Command, Option } from 'commander';
import { forJson } from '../base/safe-text.ts';
import { LOG_FORMATS, type LogFormat } from '../detect/exchange/log-chunk.ts';
import { makeBaseline } from '../detect/scan/baseline.ts';
import { searchLog } from '../detect/scan/scan.ts';
import { loadIntentModel } from '../detect/verdict/intent-model.ts';
import { ENOUGH_GROUPS } from '../detect/verdict/reference.ts';
import { createScanProgress } from './scan-progress.ts';
import { writeOutput } from './write-output.ts';

interface Flags {
  readonly out: string;
  readonly accounts?: string;
  readonly format?: LogFormat;
  readonly json?: boolean;
}

export const addBaselineCommand = (
  program: Command,
  output: NodeJS.WritableStream = process.stdout,
): void => {
  program
    .command('baseline')
    .description('measure known-good traffic, to compare later scans with')
    .argument('<log...>', 'files, globs, or - for standard input')
    .requiredOption('--out <file>', 'the baseline file to write')
    .option('--accounts <file>', 'what is known of the accounts (JSON lines or CSV)')
    .addOption(new Option('--format <name>', 'format of the log').choices(LOG_FORMATS))
    .option('--json', 'print a summary as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch baseline last-year/*.jsonl.zst --out baseline.json\n\nThe file holds numbers about groups of accounts; no prompts and no identifiers.\n\nExit status: 0 done, 2 usage, 4 unreadable input or a file that cannot be written.',
    )
    .action(async (logs: string[], flags: Flags) => {
      const progress = await createScanProgress(logs);
      const { search, tally } = await searchLog(logs, {
        ...progress,
        accounts: flags.accounts,
        ...(flags.format === undefined ? {} : { format: flags.format }),
      }).finally(progress.stop);
      const baseline = makeBaseline(search, tally.exchanges, loadIntentModel());
      writeOutput(flags.out, `${JSON.stringify(baseline)}\n`);
      const { id, exchanges, accounts } = baseline;
      const groups = baseline.reference.intent.length;
      const summary = { id, exchanges, accounts, groups, suspicious: search.operations.length };
      output.write(`${flags.json ? forJson(summary) : sentence(flags.out, summary)}\n`);
    });
};

interface Summary {
  readonly id: string;
  readonly exchanges: number;
  readonly accounts: number;
  readonly groups: number;
  readonly suspicious: number;
}

const sentence = (path: string, { id, exchanges, accounts, groups, suspicious }: Summary): string =>
  [
    `${path}: ${id}, from ${exchanges.toLocaleString('en')} exchanges of ${accounts.toLocaleString('en')} accounts, ${groups} ordinary groups.`,
    groups < ENOUGH_GROUPS
      ? `That is fewer than ${ENOUGH_GROUPS}: scans with it also lean on the groups of the intent model. Use more traffic.`
      : null,
    suspicious > 0
      ? `${suspicious} sets of accounts look like an operation and were left out: scan this traffic before you call it known-good.`
      : null,
    `next: stillwatch scan LOG --baseline ${path}`,
  ]
    .filter((line) => line !== null)
    .join('\n');
