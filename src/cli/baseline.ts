/** `stillwatch baseline LOG... --out FILE`: what known-good traffic looks like. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { forJson } from '../base/safe-text.ts';
import { LOG_FORMATS, type LogFormat } from '../detect/exchange/log-chunk.ts';
import { makeBaseline } from '../detect/scan/baseline.ts';
import { searchLog } from '../detect/scan/scan.ts';
import { ENOUGH_GROUPS } from '../detect/verdict/conformal.ts';
import { loadIntentModel } from '../detect/verdict/intent-model.ts';
import { addEmbedderOptions, type EmbedderFlags, embedderOf } from './embedder-options.ts';
import { createScanProgress } from './scan-progress.ts';
import { writeOutput } from './write-output.ts';

interface Flags extends EmbedderFlags {
  readonly out: string;
  readonly accounts?: string;
  readonly model?: string;
  readonly format?: LogFormat;
  readonly resamples: number;
  readonly json?: boolean;
}

const resamples = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value > 100)
    throw new InvalidArgumentError('a whole number from 0 to 100 is expected.');
  return value;
};

export const addBaselineCommand = (
  program: Command,
  output: NodeJS.WritableStream = process.stdout,
): void => {
  const command = program
    .command('baseline')
    .description('measure known-good traffic, to compare later scans with')
    .argument('<log...>', 'files, globs, or - for standard input')
    .requiredOption('--out <file>', 'the baseline file to write')
    .option('--accounts <file>', 'what is known of the accounts (JSON lines or CSV)')
    .addOption(new Option('--format <name>', 'format of the log').choices(LOG_FORMATS))
    .option('--model <file>', 'intent model, made by `stillwatch train` (built in)')
    .option(
      '--resamples <n>',
      'random halves of the traffic on which the search is run again',
      resamples,
      4,
    )
    .option('--json', 'print a summary as JSON');
  addEmbedderOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch baseline last-year/*.jsonl.zst --out baseline.json\n\nThe file holds numbers about groups of accounts; no prompts and no identifiers.\n\nExit status: 0 done, 2 usage, 4 unreadable input or a file that cannot be written.',
    )
    .action(async (logs: string[], flags: Flags) => {
      const model = loadIntentModel(flags.model);
      const embedder = embedderOf(flags, process.env);
      const progress = await createScanProgress(logs);
      const baseline = await (async () => {
        const { search, tally } = await searchLog(logs, {
          ...progress,
          accounts: flags.accounts,
          embedder,
          ...(flags.format === undefined ? {} : { format: flags.format }),
        });
        return makeBaseline(search, tally.exchanges, model, {
          resamples: flags.resamples,
          embedder,
          onResample: (done) => progress.onStage(`random half ${done} of ${flags.resamples}`),
        });
      })().finally(progress.stop);
      writeOutput(flags.out, `${JSON.stringify(baseline)}\n`);
      const { id, exchanges, accounts, reference } = baseline;
      const summary = {
        id,
        exchanges,
        accounts,
        groups: reference.groups,
        left_out: reference.leftOut,
      };
      output.write(`${flags.json ? forJson(summary) : sentence(flags.out, summary)}\n`);
    });
};

interface Summary {
  readonly id: string;
  readonly exchanges: number;
  readonly accounts: number;
  readonly groups: number;
  readonly left_out: number;
}

const sentence = (path: string, { id, exchanges, accounts, groups, left_out }: Summary): string =>
  [
    `${path}: ${id}, from ${exchanges.toLocaleString('en')} exchanges of ${accounts.toLocaleString('en')} accounts, ${groups} ordinary groups.`,
    groups < ENOUGH_GROUPS
      ? `That is fewer than ${ENOUGH_GROUPS}: scans with it also lean on the groups of the intent model. Use more traffic.`
      : null,
    left_out > 0
      ? `${left_out} groups look like distillation and were left out: scan this traffic before you call it known-good.`
      : null,
    `next: stillwatch scan LOG --baseline ${path}`,
  ]
    .filter((line) => line !== null)
    .join('\n');
