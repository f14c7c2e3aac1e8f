/** Reads what `stillwatch scan --json` wrote. */
import { createReadStream } from 'node:fs';
import { StillwatchError } from '../base/errors.ts';
import { noFaults, REFUSED } from '../base/parse.ts';
import { forTerminal } from '../base/safe-text.ts';
import type { ScanReport } from '../detect/report/report.ts';
import { scanReport } from './report-parser.ts';

/** Larger than a report of 24 000 reported accounts; smaller than the longest string of the engine. */
export const MAX_REPORT_BYTES = 256 * 1024 * 1024;
const MAKE_ONE = 'Write one with `stillwatch scan LOG --json > REPORT.json`.';

const unreadable = (message: string, remedy = MAKE_ONE, cause?: unknown): StillwatchError =>
  new StillwatchError('REPORT_UNREADABLE', message, remedy, { cause });

type Source = AsyncIterable<Uint8Array | string>;

const readBounded = async (source: Source, called: string, maxBytes: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) {
      throw unreadable(
        `${called} is larger than the ${Math.floor(maxBytes / 1024 / 1024)} MiB a report may have.`,
        'Check that it is a report and not the log.',
      );
    }
    chunks.push(
      typeof chunk === 'string'
        ? Buffer.from(chunk)
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length),
    );
  }
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * A report from its JSON text: parsed, never cast, with all faults named.
 * @param called how messages name the source; safe to print
 * @throws REPORT_UNREADABLE
 */
export const parseReport = (json: string, called: string): ScanReport => {
  if (json.trim() === '') throw unreadable(`${called} is empty.`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw unreadable(
      `${called} is not one JSON object (cut off, or another file?).`,
      MAKE_ONE,
      cause,
    );
  }
  const faults = noFaults();
  const report = scanReport(value, '', faults);
  if (report !== REFUSED) return report;
  const more = faults.count - faults.list.length;
  const list = faults.list.map((fault) => `\n  ${forTerminal(fault, 300)}`).join('');
  throw unreadable(
    `${called} is not a scan report of version 1. ${faults.count} fault${faults.count === 1 ? '' : 's'}:` +
      `${list}${more > 0 ? `\n  and ${more} more` : ''}`,
  );
};

export interface ReadOptions {
  readonly stdin?: Source;
  readonly maxBytes?: number;
}

/**
 * The report in a file; '-' reads standard input.
 * @throws REPORT_UNREADABLE
 */
export const readReport = async (path: string, options: ReadOptions = {}): Promise<ScanReport> => {
  const { stdin = process.stdin, maxBytes = MAX_REPORT_BYTES } = options;
  const called = path === '-' ? 'Standard input' : `"${forTerminal(path, 200)}"`;
  try {
    const source = path === '-' ? stdin : createReadStream(path);
    return parseReport(await readBounded(source, called, maxBytes), called);
  } catch (error) {
    if (error instanceof StillwatchError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw unreadable(
      `${called} cannot be read (${reason}).`,
      'Check the path and its permissions.',
      error,
    );
  }
};
