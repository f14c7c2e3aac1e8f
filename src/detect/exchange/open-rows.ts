import { StillwatchError } from '../../base/errors.ts';
import { csvDelimiter, csvToJsonLines } from './csv.ts';
import { compressionOf, decompress } from './decompress.ts';
import { type Lines, lineChunks } from './line-chunks.ts';
import { PARQUET_MAGIC, parquetToJsonLines } from './parquet.ts';
import {
  type Blocks,
  peek,
  type RawOptions,
  rawBlocks,
  skipBytes,
  unreadable,
} from './raw-bytes.ts';
import { MAX_LINE_BYTES, type RejectReason } from './reject.ts';
import type { Source } from './sources.ts';

export interface RowOptions extends RawOptions {
  /** Called for a row that is refused before it can be part of a chunk. */
  readonly onReject?:
    | ((source: string, line: number | null, reason: RejectReason) => void)
    | undefined;
  /** Size of a chunk, bytes (default 2 MiB); a longer line makes a longer chunk. */
  readonly chunkBytes?: number | undefined;
  /** The longest line kept, bytes (default 64 MiB). */
  readonly maxLineBytes?: number | undefined;
  /** A compressed source is a bomb when it expands past this (default 256 MiB) ... */
  readonly maxExpandedBytes?: number | undefined;
  /** ... by more than this factor (default 500; logs compress 5 to 50 to 1). */
  readonly maxExpansionRatio?: number | undefined;
}

/** Bytes of the head that tell CSV from JSON lines. */
const HEAD = 64 * 1024;
/** A line on which a JSON object with at least one key begins, or an empty object stands. */
const JSON_LINE = /^[ \t]*\{[ \t]*["}]/m;

const formatUnknown = (name: string, head: Buffer): StillwatchError =>
  new StillwatchError(
    'INPUT_FORMAT_UNKNOWN',
    `${name} is neither JSON lines nor CSV with a header nor Parquet`,
    /^\s*[[{]/.test(head.toString('latin1'))
      ? "Write one JSON object per line, for instance with jq -c '.[]'."
      : 'See docs/reference/exchange-log.md for what can be read.',
  );

/** JSON lines of decompressed bytes: as they are, or from CSV. */
const asJsonLines = async (
  source: Source,
  decoded: Blocks,
  options: RowOptions,
): Promise<Blocks> => {
  let { head, blocks } = await peek(decoded, HEAD);
  if (head.length >= 3 && head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) {
    blocks = skipBytes(blocks, 3); // byte order mark
    head = head.subarray(3);
  }
  const text = head.toString('latin1', 0, HEAD);
  if (JSON_LINE.test(text) || /^\s*$/.test(text)) return blocks;
  const delimiter = csvDelimiter(text);
  if (delimiter === null) {
    await decoded.return();
    throw formatUnknown(source.name, head);
  }
  return csvToJsonLines(blocks, {
    delimiter,
    maxLineBytes: options.maxLineBytes ?? MAX_LINE_BYTES,
    onReject: (line, reason) => options.onReject?.(source.name, line, reason),
  });
};

/**
 * The rows of one source as chunks of JSON lines, whatever it holds: gzip, zstd and Parquet are
 * recognised by their first bytes, CSV by its header.
 */
export async function* openRows(source: Source, options: RowOptions): AsyncGenerator<Lines> {
  let damage: RejectReason | null = null;
  const raw = rawBlocks(source, options);
  try {
    let { head, blocks } = await peek(raw, 4);
    if (head.toString('latin1', 0, 4) === PARQUET_MAGIC)
      blocks = parquetToJsonLines(source.name, source.path, blocks);
    else {
      const compression = compressionOf(head);
      if (compression !== null)
        blocks = decompress(blocks, compression, {
          name: source.name,
          maxExpandedBytes: options.maxExpandedBytes ?? 256 << 20,
          maxExpansionRatio: options.maxExpansionRatio ?? 500,
          onDamage: (reason) => {
            damage = reason;
          },
        });
      blocks = await asJsonLines(source, blocks, options);
    }
    let any = false;
    const lines = lineChunks(blocks, {
      chunkBytes: options.chunkBytes ?? 2 << 20,
      maxLineBytes: options.maxLineBytes ?? MAX_LINE_BYTES,
      onLongLine: (line) => options.onReject?.(source.name, line, 'ROW_TOO_LONG'),
      cut: () => damage !== null,
      onCut: (line) => {
        if (!any) throw unreadable(source.name, 'it is damaged before its first row ends');
        options.onReject?.(source.name, line, damage!);
      },
    });
    for await (const chunk of lines) {
      any = true;
      yield chunk;
    }
  } finally {
    await raw.return();
  }
}
