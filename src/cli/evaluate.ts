/** `stillwatch evaluate REPORT --labels FILE [--baselines LOG...]`. */
import type { Command } from 'commander';
import { forJson } from '../base/safe-text.ts';
import { readLabels } from '../prove/evaluate/labels.ts';
import { measure } from '../prove/evaluate/measures.ts';
import { BASELINE_OPTIONS, compareBaselines } from '../prove/evaluate/naive/compare.ts';
import { traceLogs } from '../prove/evaluate/naive/trace-logs.ts';
import { renderMeasures } from '../prove/evaluate/render.ts';
import { readReport } from './read-report.ts';

interface Options {
  readonly labels: string;
  readonly json?: boolean;
  readonly baselines?: readonly string[];
}

const HELP = `
Examples:
  stillwatch evaluate report.json --labels out/first-look/labels.jsonl
  stillwatch evaluate report.json --labels labels.jsonl --baselines traffic.jsonl --json

Exit status: 0 done, 2 usage, 4 unreadable input.
What each measure means: docs/reference/evaluation.md.`;

/** @param output where the measures are written */
export const addEvaluateCommand = (
  program: Command,
  output: NodeJS.WritableStream = process.stdout,
): void => {
  program
    .command('evaluate')
    .description('measure a report against the known answers of its traffic')
    .argument('<report>', 'a report written by `stillwatch scan --json`; - reads standard input')
    .requiredOption('--labels <file>', 'known answers: account_id, label, campaign, group')
    .option('--json', 'print the measures as JSON')
    .option('--baselines <log...>', 'also run two naive detectors on the scanned log')
    .addHelpText('after', HELP)
    .action(async (path: string, options: Options) => {
      const report = await readReport(path);
      const labels = await readLabels(options.labels);
      const measures = measure(report, labels);
      const baselines = options.baselines
        ? compareBaselines(await traceLogs(options.baselines), labels)
        : null;
      const shown = options.json
        ? forJson({ version: 1, ...measures, baselines, baseline_options: BASELINE_OPTIONS }, 2)
        : renderMeasures(measures, baselines);
      output.write(`${shown}\n`);
    });
};
