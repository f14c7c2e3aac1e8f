import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { Blocks } from './raw-bytes.ts';
import type { RejectReason } from './reject.ts';

export interface CsvOptions {
  readonly delimiter: string;
  readonly maxLineBytes: number;
  readonly onReject: (line: number, reason: RejectReason) => void;
}

/** Any one of these in the first line makes it a CSV header. */
const KNOWN =
  /^(timestamp|account_id|prompt|messages|starttime|created_at|attributes|gen_ai\..*)$/i;

const unquote = (cell: string): string => cell.trim().replace(/^"(.*)"$/, '$1');

/** The delimiter of a CSV with a header that names a known column, or null when it is no such. */
export const csvDelimiter = (head: string): string | null => {
  const line = head.slice(0, 65_536).split(/\r?\n/, 1)[0] ?? '';
  for (const delimiter of [',', '\t', ';'])
    if (
      line
        .split(delimiter)
        .map(unquote)
        .some((cell) => KNOWN.test(cell))
    )
      return delimiter;
  return null;
};

/** Columns that hold JSON where other columns hold text. */
const NESTED =
  /^(messages|tools|attributes|metadata|response|request|model_parameters|error_information)$/;

const cellJson = (column: string, cell: string): string => {
  if (NESTED.test(column) && /^\s*[[{]/.test(cell)) {
    try {
      return JSON.stringify(JSON.parse(cell));
    } catch {
      // Text that only looks like JSON stays text.
    }
  }
  return JSON.stringify(cell);
};

/** One record as a JSON object; '' cells are left out, as CSV has no other way to say "unknown". */
const recordJson = (header: readonly string[], cells: readonly string[]): string => {
  const fields: string[] = [];
  for (let i = 0; i < header.length && i < cells.length; i++)
    if (cells[i] !== '')
      fields.push(`${JSON.stringify(header[i])}:${cellJson(header[i]!, cells[i]!)}`);
  return `{${fields.join(',')}}`;
};

/** Text of the bytes that csv-parse carried as Latin-1; null when they are not UTF-8. */
const decode = (cells: readonly string[]): string[] | null => {
  const bytes = cells.map((cell) => Buffer.from(cell, 'latin1'));
  return bytes.every((b) => isUtf8(b)) ? bytes.map((b) => b.toString('utf8')) : null;
};

/** Where the lines of a stream begin, forgotten as they are read. */
const lineIndex = () => {
  const feeds: number[] = [];
  let bytes = 0;
  let forgotten = 0;
  return {
    add: (block: Uint8Array): void => {
      for (let p = block.indexOf(10); p >= 0; p = block.indexOf(10, p + 1)) feeds.push(bytes + p);
      bytes += block.length;
    },
    /** Number of the line that holds byte `at`, from 1. */
    lineAt: (at: number): number => {
      let low = 0;
      let high = feeds.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (feeds[middle]! < at) low = middle + 1;
        else high = middle;
      }
      return forgotten + low + 1;
    },
    forget: (line: number): void => {
      if (line - forgotten < 65_536) return;
      feeds.splice(0, line - forgotten - 1);
      forgotten = line - 1;
    },
  };
};

const countFeeds = (cells: readonly string[]): number => {
  let n = 0;
  for (const cell of cells)
    for (let p = cell.indexOf('\n'); p >= 0; p = cell.indexOf('\n', p + 1)) n++;
  return n;
};

/**
 * CSV (RFC 4180, with a header) as JSON lines. Each record stands on the line where it begins, blank
 * lines fill the gaps: the line numbers of the output are those of the input.
 */
export async function* csvToJsonLines(blocks: Blocks, options: CsvOptions): Blocks {
  const index = lineIndex(); // the parser's own count takes a CRLF inside quotes for two lines
  async function* indexed(): AsyncGenerator<Buffer> {
    for await (const block of blocks) {
      index.add(block);
      yield Buffer.from(block); // the parser keeps what it is given
    }
  }
  const input = Readable.from(indexed(), { objectMode: false });
  const parser = parse({
    delimiter: options.delimiter,
    encoding: 'latin1', // bytes pass unharmed, so that UTF-8 can be checked record by record
    info: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: options.maxLineBytes,
    on_skip: (error) => {
      const fault = error as { code?: string; bytes?: number } | undefined;
      const line = index.lineAt(fault?.bytes ?? 0);
      if (fault?.code === 'CSV_MAX_RECORD_SIZE') {
        options.onReject(line, 'ROW_TOO_LONG');
        return undefined;
      }
      // A quote that is never closed takes the rest of the file: every line of it is counted.
      const last = index.lineAt(Number.POSITIVE_INFINITY);
      for (let lost = line; lost === line || lost < last; lost++)
        options.onReject(lost, 'ROW_NOT_CSV');
      return undefined;
    },
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let header: string[] | null = null;
  let written = 0;
  let text = '';
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { bytes: number };
    }>) {
      const line = index.lineAt(info.bytes - 1) - countFeeds(record);
      index.forget(line);
      const cells = decode(record);
      if (header === null) {
        header = (cells ?? []).map((name) => name.trim());
        continue;
      }
      if (cells === null) {
        options.onReject(line, 'INVALID_UTF8');
        continue;
      }
      text += `${'\n'.repeat(Math.max(0, line - 1 - written))}${recordJson(header, cells)}\n`;
      written = Math.max(written, line - 1) + 1;
      if (text.length < 1 << 18) continue;
      yield Buffer.from(text);
      text = '';
    }
    if (text !== '') yield Buffer.from(text);
  } finally {
    input.destroy();
    parser.destroy();
  }
}
