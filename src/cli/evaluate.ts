/** `stillwatch evaluate REPORT --labels FILE [--baselines LOG...]`. */
import type { Command } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forJson, forTerminal } from '../base/safe-text.ts';
import { openLog } from '../detect/exchange/open-log.ts';
import { createRowReader, type RowReader } from '../detect/exchange/row-reader.ts';
import { readLabels } from '../prove/evaluate/labels.ts';
import { measure } from '../prove/evaluate/measures.ts';
import { createTracer, type Traces } from '../prove/evaluate/naive/account-trace.ts';
import { BASELINE_OPTIONS, compareBaselines } from '../prove/evaluate/naive/compare.ts';
import { renderMeasures } from '../prove/evaluate/render.ts';
import { readReport } from './read-report.ts';

interface Options {
  readonly labels: string;
  readonly json?: boolean;
  readonly baselines?: readonly string[];
}

/** One pass over the logs. @throws what `openLog` throws, and INPUT_MOSTLY_REJECTED. */
const traceLogs = async (patterns: readonly string[]): Promise<Traces> => {
  const tracer = createTracer();
  const readers = new Map<string, RowReader>();
  let read = 0;
  let rejected = 0;
  const reject = (): void => {
    rejected++;
  };
  for await (const chunk of openLog(patterns, { onReject: reject })) {
    const reader = readers.get(chunk.format) ?? createRowReader(chunk.format);
    readers.set(chunk.format, reader);
    reader(
      chunk,
      (exchange) => {
        read++;
        tracer.observe(exchange);
      },
      reject,
    );
  }
  if (rejected > read) {
    throw new StillwatchError(
      'INPUT_MOSTLY_REJECTED',
      `${rejected} of ${read + rejected} rows of ${forTerminal(patterns.join(', '), 200)} cannot be read as exchanges.`,
      'Give the log that was scanned; `stillwatch scan` names the rows and the reasons.',
    );
  }
  return tracer.traces;
};

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
