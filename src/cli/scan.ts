/** `stillwatch scan LOG...`: the campaigns in exchange logs, with evidence. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { forJson } from '../base/safe-text.ts';
import { LOG_FORMATS, type LogFormat } from '../detect/exchange/log-chunk.ts';
import { type ScanReport, VERDICTS, type Verdict } from '../detect/report/report.ts';
import { readBaseline } from '../detect/scan/baseline.ts';
import { scan } from '../detect/scan/scan.ts';
import { PROCEDURES, type Procedure } from '../detect/verdict/false-discovery.ts';
import { loadIntentModel } from '../detect/verdict/intent-model.ts';
import { addEmbedderOptions, type EmbedderFlags, embedderOf } from './embedder-options.ts';
import { writeEvidence } from './evidence-folder.ts';
import { createScanProgress } from './scan-progress.ts';
import { renderHtml } from './show/html/page.ts';
import { terminalOptions } from './show/paint.ts';
import { renderScan } from './show/terminal.ts';
import { writeOutput } from './write-output.ts';

interface Flags extends EmbedderFlags {
  readonly accounts?: string;
  readonly baseline?: string;
  readonly model?: string;
  readonly fdr: number;
  readonly procedure: Procedure;
  readonly report?: string;
  readonly evidence?: string;
  readonly output?: string;
  readonly format?: LogFormat;
  readonly failOn?: Verdict;
  readonly threads?: number;
  readonly json?: boolean;
}

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Exit status of --fail-on when there is such a finding. */
const FOUND = 3;

const rate = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError('a rate above 0 and below 1 is expected, such as 0.01.');
  return value;
};

const threads = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value > 64)
    throw new InvalidArgumentError('a whole number from 0 to 64 is expected.');
  return value;
};

/** A finding counts for --fail-on when it is as severe as the one named. */
const isAtLeast = (report: ScanReport, verdict: Verdict): boolean =>
  report.campaigns.some((c) => VERDICTS.indexOf(c.verdict) <= VERDICTS.indexOf(verdict));

const HELP = `
Examples:
  stillwatch scan traffic.jsonl --accounts accounts.jsonl --report report.html
  stillwatch scan 'logs/*.jsonl.gz' --json > report.json
  zcat log.gz | stillwatch scan - --format litellm --fail-on distillation

Exit status: 0 done, 2 usage, 3 a finding as severe as --fail-on names, 4 unreadable input or
output that cannot be written.
Formats and fields: docs/reference/exchange-log.md. The JSON: docs/reference/report.md.`;

export const addScanCommand = (program: Command, output: Output = process.stdout): void => {
  const command = program
    .command('scan')
    .description('find distillation campaigns in exchange logs')
    .argument('<log...>', 'files, globs, or - for standard input')
    .option('--accounts <file>', 'what is known of the accounts (JSON lines or CSV)')
    .option('--baseline <file>', 'known-good traffic, made by `stillwatch baseline`')
    .option('--model <file>', 'intent model, made by `stillwatch train` (built in)')
    .option('--fdr <rate>', 'false discovery rate of the findings', rate, 0.01)
    .addOption(
      new Option('--procedure <name>', 'what bounds the rate; the second under any dependence')
        .choices(PROCEDURES)
        .default('benjamini-hochberg'),
    )
    .option('--report <file>', 'write one self-contained HTML page')
    .option('--evidence <folder>', 'write what the verdicts can be recomputed from')
    .option('--output <file>', 'write the JSON report to a file')
    .addOption(new Option('--format <name>', 'format of the log').choices(LOG_FORMATS))
    .addOption(
      new Option('--fail-on <verdict>', 'exit with 3 when there is such a finding').choices(
        VERDICTS.slice(0, 3),
      ),
    )
    .option(
      '--threads <n>',
      'threads that read the log (default: one per core, at most 4)',
      threads,
    )
    .option('--json', 'print the report as JSON');
  addEmbedderOptions(command)
    .addHelpText('after', HELP)
    .action(async (logs: string[], flags: Flags) => {
      const model = loadIntentModel(flags.model);
      const embedder = embedderOf(flags, process.env);
      const baseline =
        flags.baseline === undefined ? undefined : readBaseline(flags.baseline, model);
      const progress = await createScanProgress(logs);
      const result = await scan(logs, {
        ...progress,
        accounts: flags.accounts,
        baseline,
        model,
        embedder,
        level: flags.fdr,
        procedure: flags.procedure,
        ...(flags.format === undefined ? {} : { format: flags.format }),
        ...(flags.threads === undefined ? {} : { threads: flags.threads }),
      }).finally(progress.stop);
      const { report } = result;
      if (flags.output !== undefined) writeOutput(flags.output, `${forJson(report, 2)}\n`);
      if (flags.report !== undefined) writeOutput(flags.report, renderHtml(report));
      if (flags.evidence !== undefined) writeEvidence(flags.evidence, result);
      const shown = flags.json
        ? forJson(report, 2)
        : renderScan(report, terminalOptions(output, process.env));
      output.write(`${shown}\n`);
      if (flags.failOn !== undefined && isAtLeast(report, flags.failOn)) process.exitCode = FOUND;
    });
};
