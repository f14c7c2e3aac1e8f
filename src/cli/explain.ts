/** `stillwatch explain REPORT <campaign|account>`. */
import type { Command } from 'commander';
import { forJson } from '../base/safe-text.ts';
import { readReport } from './read-report.ts';
import { renderExplanation } from './show/explain.ts';
import { terminalOptions } from './show/paint.ts';
import { findSubject } from './show/subject.ts';

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

const HELP = `
Examples:
  stillwatch explain report.json campaign--38e1e37e
  stillwatch scan traffic.jsonl --json | stillwatch explain - acct_20

Exit status: 0 done, 2 usage (also: no or several subjects of that name), 4 unreadable report.`;

/** @param output where the explanation is written; its width and colours are respected */
export const addExplainCommand = (program: Command, output: Output = process.stdout): void => {
  program
    .command('explain')
    .description('show why a campaign or an account got its verdict')
    .argument('<report>', 'a report written by `stillwatch scan --json`; - reads standard input')
    .argument('<subject>', 'a campaign or account id, or the beginning of one')
    .option('--json', 'print the subject as JSON')
    .addHelpText('after', HELP)
    .action(async (path: string, wanted: string, options: { json?: boolean }) => {
      const report = await readReport(path);
      const shown = options.json
        ? forJson(findSubject(report, wanted), 2)
        : renderExplanation(report, wanted, terminalOptions(output, process.env));
      output.write(`${shown}\n`);
    });
};
