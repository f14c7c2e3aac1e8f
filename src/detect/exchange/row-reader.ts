import { isUtf8 } from 'node:buffer';
import { cloudflareRows, cloudflareToNative } from './cloudflare.ts';
import type { Exchange } from './exchange.ts';
import type { Row } from './fields.ts';
import { createFlatReader, readFlatLine } from './flat-line.ts';
import { parseLine } from './json-line.ts';
import { litellmToNative } from './litellm.ts';
import type { LogChunk, LogFormat } from './log-chunk.ts';
import { mapNative, mapSettled } from './native.ts';
import { otelToNative, spansOf } from './otel.ts';
import type { RejectReason } from './reject.ts';

export type OnExchange = (exchange: Exchange) => void;
export type OnReject = (line: number | null, reason: RejectReason) => void;
/** Lines to be read where they lie, whoever owns that memory. */
export type ReadableChunk = Omit<LogChunk, 'data'> & { readonly data: Uint8Array };
export type RowReader = (chunk: ReadableChunk, onExchange: OnExchange, onReject: OnReject) => void;

/** One parsed row to the exchanges in it: one, or for a batch of spans many. */
type RowMapper = (
  row: Row,
  onExchange: OnExchange,
  onReject: (reason: RejectReason) => void,
) => void;

const single =
  (toNative: (row: Row) => Row | RejectReason | null): RowMapper =>
  (row, onExchange, onReject) => {
    const mapped = toNative(row);
    const result = typeof mapped === 'object' && mapped !== null ? mapNative(mapped) : mapped;
    if (typeof result === 'string') onReject(result);
    else if (result !== null) onExchange(result);
  };

const several =
  (expand: (row: Row) => Iterable<Row>, one: RowMapper): RowMapper =>
  (row, onExchange, onReject) => {
    for (const inner of expand(row)) one(inner, onExchange, onReject);
  };

/** How a row of each other format becomes native rows; null means a record that is no exchange at all. */
const MAPPERS: Readonly<Record<Exclude<LogFormat, 'native'>, RowMapper>> = {
  otel: several(spansOf, single(otelToNative)),
  litellm: single(litellmToNative),
  cloudflare: several(cloudflareRows, single(cloudflareToNative)),
};

const isBlank = (b: Uint8Array, start: number, end: number): boolean => {
  for (let p = start; p < end; p++) if (b[p] !== 32 && b[p] !== 9 && b[p] !== 13) return false;
  return true;
};

type Data = Pick<ReadableChunk, 'firstLine' | 'data'>;

/** Calls back for every line that is not blank; `last` for one that no line feed ends. */
const eachLine = (
  chunk: Data,
  onLine: (b: Buffer, start: number, end: number, line: number, last: boolean) => void,
  onReject: OnReject,
): void => {
  const { buffer, byteOffset, byteLength } = chunk.data;
  const b = Buffer.from(buffer, byteOffset, byteLength);
  const valid = isUtf8(b);
  let line = chunk.firstLine;
  for (let start = 0; start < b.length; line++) {
    const feed = b.indexOf(10, start);
    const end = feed < 0 ? b.length : feed;
    const from = start;
    start = end + 1;
    if (b[from] !== 123 && isBlank(b, from, end)) continue;
    // Replacing bad bytes would make different prompts equal, so the row is refused instead.
    if (valid || isUtf8(b.subarray(from, end))) onLine(b, from, end, line, feed < 0);
    else onReject(line, 'INVALID_UTF8');
  }
};

/** Parses one line: to its row, or to why there is none. */
const parsed = (b: Buffer, start: number, end: number, last: boolean): Row | RejectReason => {
  const row = parseLine(b, start, end);
  return row === 'ROW_NOT_JSON' && last ? 'ROW_TRUNCATED' : row;
};

/** Calls back for every line of a chunk that is not blank: with its row, or with why not. */
export const eachRow = (
  chunk: Data,
  onRow: (row: Row, line: number) => void,
  onReject: OnReject,
): void =>
  eachLine(
    chunk,
    (b, start, end, line, last) => {
      const row = parsed(b, start, end, last);
      if (typeof row === 'string') onReject(line, row);
      else onRow(row, line);
    },
    onReject,
  );

/** Native rows, the format that matters most, by the short way where there is one. */
const createNativeReader = (): RowReader => {
  const reader = createFlatReader();
  const read = (b: Buffer, start: number, end: number, last: boolean): Exchange | RejectReason => {
    const flat = readFlatLine(reader, b, start, end);
    if (flat !== null) return mapSettled(flat);
    const row = parsed(b, start, end, last);
    return typeof row === 'string' ? row : mapNative(row);
  };
  return (chunk, onExchange, onReject) =>
    eachLine(
      chunk,
      (b, start, end, line, last) => {
        const result = read(b, start, end, last);
        if (typeof result === 'string') onReject(line, result);
        else onExchange(result);
      },
      onReject,
    );
};

/**
 * Reads chunks of one format, one exchange at a time; synchronous, one for each thread. A row that
 * cannot be read is reported with its line number and never stops the run.
 */
export const createRowReader = (format: LogFormat): RowReader => {
  if (format === 'native') return createNativeReader();
  const map = MAPPERS[format];
  return (chunk, onExchange, onReject) =>
    eachRow(
      chunk,
      (row, line) => map(row, onExchange, (reason) => onReject(line, reason)),
      onReject,
    );
};
