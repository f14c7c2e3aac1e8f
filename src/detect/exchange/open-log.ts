/**
 * Reading exchange logs. The way of a row:
 *
 *   sources    paths, globs and '-' become named sources, each file once       sources.ts
 *   bytes      read in blocks, expanded when gzip or zstd, never whole         raw-bytes, decompress
 *   lines      CSV and Parquet become JSON lines; chunks of whole lines        open-rows, line-chunks
 *   format     native, otel, litellm or cloudflare, from the first rows        detect-format.ts
 *   -- a chunk may cross into a worker thread here --
 *   rows       JSON.parse per line, bounded in depth and size                  row-reader, json-line
 *   exchange   adapters rename fields, one function checks them all            native.ts and adapters
 *
 * The first four run where the files are and cost little; the last two are pure, synchronous and
 * run in any thread. A generator reads only when asked, so a slow consumer slows the reading down.
 * Whatever is refused is reported with its source, line and a code of `RejectReason`; only a source
 * as a whole throws. docs/reference/exchange-log.md is the contract towards the outside.
 */
import { StillwatchError } from '../../base/errors.ts';
import { detectFormat } from './detect-format.ts';
import type { LogChunk, LogFormat } from './log-chunk.ts';
import { openRows, type RowOptions } from './open-rows.ts';
import { resolveSources } from './sources.ts';

export interface OpenLogOptions extends RowOptions {
  /** Named instead of recognised from the first rows of each source. */
  readonly format?: LogFormat | undefined;
}

const isBlank = (data: Uint8Array): boolean =>
  data.every((c) => c === 10 || c === 13 || c === 32 || c === 9);

/**
 * The rows of every source, in order, as chunks of JSON lines that a row reader of the chunk's
 * format turns into exchanges.
 *
 * @throws StillwatchError INPUT_NOT_FOUND, INPUT_UNREADABLE, INPUT_FORMAT_UNKNOWN, INPUT_TOO_LARGE,
 *   and INPUT_EMPTY when no source holds a single line; the signal's reason when it is aborted.
 */
export async function* openLog(
  patterns: readonly string[],
  options: OpenLogOptions = {},
): AsyncGenerator<LogChunk, void, undefined> {
  let empty = true;
  for (const source of await resolveSources(patterns)) {
    let format = options.format;
    for await (const { firstLine, data } of openRows(source, options)) {
      format ??= detectFormat(data);
      empty &&= isBlank(data);
      yield { source: source.name, format, firstLine, data };
    }
  }
  if (empty)
    throw new StillwatchError(
      'INPUT_EMPTY',
      `${patterns.join(', ')} holds no rows`,
      'Check that the log was written and that the pattern names the right files.',
    );
}
