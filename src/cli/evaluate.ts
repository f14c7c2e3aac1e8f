/** `stillwatch evaluate REPORT --labels FILE [--baselines LOG...]` and `stillwatch evaluate --suite NAME`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forJson } from '../base/safe-text.ts';
import { SUITE_NAMES } from '../prove/evaluate/kit/suites.ts';
import { readLabels } from '../prove/evaluate/labels.ts';
import { measure } from '../prove/evaluate/measures.ts';
import { BASELINE_OPTIONS, compareBaselines } from '../prove/evaluate/naive/compare.ts';
import { traceLogs } from '../prove/evaluate/naive/trace-logs.ts';
import { renderMeasures } from '../prove/evaluate/render.ts';
import { evaluateSuite, type SuiteOptions, suiteText } from './evaluate-suite.ts';
import { readReport } from './read-report.ts';

interface Options extends Omit<SuiteOptions, 'suite'> {
  readonly suite?: string;
  readonly labels?: string;
  readonly baselines?: readonly string[];
}

const HELP = `
Examples:
  stillwatch evaluate report.json --labels out/first-look/labels.jsonl
  stillwatch evaluate report.json --labels labels.jsonl --baselines traffic.jsonl --json
  stillwatch evaluate --suite controls --seeds 1-5 --report out/controls.html
  stillwatch evaluate --suite all --data corpora --seeds 1-20 --out out/evaluation --resume

Exit status: 0 done, 2 usage, 4 unreadable input or an output that cannot be written.
What each measure means: docs/reference/evaluation.md.`;

const usage = (message: string, remedy: string): StillwatchError =>
  new StillwatchError('USAGE', message, remedy);

const whole = (text: string): number => {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number, 1 or more, is expected.');
  return value;
};

const level = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError('a level above 0 and below 1 is expected.');
  return value;
};

const measureReport = async (path: string, options: Options): Promise<string> => {
  if (options.labels === undefined)
    throw usage('a report needs known answers', 'Name the labels of its traffic with --labels.');
  const report = await readReport(path);
  const labels = await readLabels(options.labels);
  const measures = measure(report, labels);
  const baselines = options.baselines
    ? compareBaselines(await traceLogs(options.baselines), labels)
    : null;
  return options.json
    ? forJson({ version: 1, ...measures, baselines, baseline_options: BASELINE_OPTIONS }, 2)
    : renderMeasures(measures, baselines);
};

const run = async (path: string | undefined, options: Options): Promise<string> => {
  const { suite } = options;
  if (path !== undefined && suite !== undefined)
    throw usage(
      'a report and --suite were given',
      'A suite makes its own worlds: give one or the other.',
    );
  if (path !== undefined) return measureReport(path, options);
  if (suite === undefined)
    throw usage('nothing to evaluate', 'Give a report with --labels, or a --suite.');
  const asked = { ...options, suite };
  const report = await evaluateSuite(asked, (line) => process.stderr.write(`${line}\n`));
  return suiteText(report, asked);
};

/** @param output where the measures are written */
export const addEvaluateCommand = (
  program: Command,
  output: NodeJS.WritableStream = process.stdout,
): void => {
  program
    .command('evaluate')
    .description('measure a report against known answers, or the detector on worlds of a suite')
    .argument('[report]', 'a report written by `stillwatch scan --json`; - reads standard input')
    .option('--labels <file>', 'known answers: account_id, label, campaign, group')
    .option('--baselines <log...>', 'also run two naive detectors on the scanned log')
    .addOption(new Option('--suite <name>', 'make worlds and measure on them').choices(SUITE_NAMES))
    .option('--data <dir>', 'corpora: harvest/, everyday/, evaluation/, arrivals/ (grammars)')
    .option('--seeds <a-b>', 'one world of each kind per seed', '1-3')
    .option('--accounts <n>', 'ordinary accounts of each world', whole, 800)
    .option('--level <share>', 'false discovery rate of the scans', level, 0.01)
    .option('--baseline <file>', 'known-good traffic, made by `stillwatch baseline`')
    .option('--model <file>', 'intent model, made by `stillwatch train` (built in)')
    .option('--out <dir>', 'folder that keeps the result of each world')
    .option('--resume', 'continue with the results in --out')
    .option('--worlds <n>', 'stop after so many new worlds', whole)
    .option('--report <file>', 'write one self-contained HTML page')
    .option('--json', 'print the measures as JSON')
    .addHelpText('after', HELP)
    .action(async (path: string | undefined, options: Options) => {
      output.write(`${await run(path, options)}\n`);
    });
};
