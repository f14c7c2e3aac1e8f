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

async function* owned(blocks: Blocks): AsyncGenerator<Buffer> {
  for await (const block of blocks) yield Buffer.from(block); // the parser keeps what it is given
}

/**
 * CSV (RFC 4180, with a header) as JSON lines. Each record stands on the line where it begins, blank
 * lines fill the gaps: the line numbers of the output are those of the input.
 */
export async function* csvToJsonLines(blocks: Blocks, options: CsvOptions): Blocks {
  const input = Readable.from(owned(blocks), { objectMode: false });
  const parser = parse({
    delimiter: options.delimiter,
    encoding: 'latin1', // bytes pass unharmed, so that UTF-8 can be checked record by record
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: options.maxLineBytes,
    on_skip: (error) => {
      const line = typeof error?.lines === 'number' ? error.lines : 1;
      options.onReject(
        line,
        error?.code === 'CSV_MAX_RECORD_SIZE' ? 'ROW_TOO_LONG' : 'ROW_NOT_CSV',
      );
    },
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let header: string[] | null = null;
  let written = 0;
  let previousEnd = 0;
  let text = '';
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      const cells = decode(record);
      const line = previousEnd + 1;
      previousEnd = info.lines;
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
