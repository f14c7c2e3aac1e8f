import { isRow, type Row } from './fields.ts';
import { parseLine } from './json-line.ts';
import type { LogFormat } from './log-chunk.ts';

/** Rows looked at to recognise the format. */
const SAMPLE = 50;

const has = (row: Row, ...names: string[]): boolean =>
  names.every((name) => Object.hasOwn(row, name));

/** What one row looks like; null when it is like none. The order is from the most particular. */
export const formatOfRow = (row: Row): LogFormat | null => {
  if (has(row, 'resourceSpans') || has(row, 'resourceLogs')) return 'otel';
  if (has(row, 'standard_logging_object')) return 'litellm';
  if (has(row, 'account_id', 'timestamp')) return 'native';
  if (has(row, 'startTime') && (has(row, 'call_type') || has(row, 'model_parameters')))
    return 'litellm';
  if (has(row, 'created_at') && (has(row, 'tokens_out') || has(row, 'tokens_in')))
    return 'cloudflare';
  if (has(row, 'RequestBody') || has(row, 'ResponseBody')) return 'cloudflare';
  if (Array.isArray(row.result) && isRow(row.result[0])) return formatOfRow(row.result[0]);
  if (has(row, 'attributes') || Object.keys(row).some((key) => key.startsWith('gen_ai.')))
    return 'otel';
  return null;
};

/**
 * The format that most of the first rows look like. Rows that look like none are read as native, so
 * that each of them is refused with what it lacks.
 */
export const detectFormat = (data: Uint8Array<ArrayBuffer>): LogFormat => {
  const b = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const votes = new Map<LogFormat, number>();
  for (let start = 0, i = 0; i < SAMPLE && start < b.length; i++) {
    const feed = b.indexOf(10, start);
    const row = parseLine(b, start, feed < 0 ? b.length : feed);
    const format = typeof row === 'string' ? null : formatOfRow(row);
    if (format !== null) votes.set(format, (votes.get(format) ?? 0) + 1);
    if (feed < 0) break;
    start = feed + 1;
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'native';
};
