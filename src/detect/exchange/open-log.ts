import { open } from 'node:fs/promises';
import { StillwatchError } from '../../base/errors.ts';
import { type Blocks, lineChunks } from './line-chunks.ts';
import type { LogChunk, LogFormat } from './log-chunk.ts';
import { MAX_LINE_BYTES, type RejectReason } from './reject.ts';
import { resolveSources, type Source } from './sources.ts';

export interface OpenLogOptions {
  /** Named instead of recognised from the first rows. */
  readonly format?: LogFormat;
  readonly signal?: AbortSignal;
  /** Called with the count of bytes just read from disk or standard input (before decompression). */
  readonly onBytes?: (bytes: number) => void;
  /** Called for a row that is refused before it can be part of a chunk. */
  readonly onReject?: (source: string, line: number | null, reason: RejectReason) => void;
  /** Size of a chunk, bytes; a longer line makes a longer chunk. */
  readonly chunkBytes?: number;
  readonly maxLineBytes?: number;
}

async function* fileBlocks(
  source: Source,
  options: OpenLogOptions,
): Blocks & AsyncGenerator<Uint8Array> {
  const file = await open(source.path!).catch((cause: unknown) => {
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `${source.name} cannot be opened: ${cause instanceof Error ? cause.message : 'unknown'}`,
      'Check its permissions.',
      { cause },
    );
  });
  try {
    const block = Buffer.alloc(1 << 20);
    for (;;) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await file.read(block, 0, block.length, null);
      if (bytesRead === 0) return;
      options.onBytes?.(bytesRead);
      yield block.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The rows of every source as chunks of JSON lines. */
export async function* openLog(
  patterns: readonly string[],
  options: OpenLogOptions = {},
): AsyncGenerator<LogChunk> {
  for (const source of await resolveSources(patterns)) {
    const blocks = fileBlocks(source, options);
    const lines = lineChunks(blocks, {
      chunkBytes: options.chunkBytes ?? 2 << 20,
      maxLineBytes: options.maxLineBytes ?? MAX_LINE_BYTES,
      onLongLine: (line) => options.onReject?.(source.name, line, 'ROW_TOO_LONG'),
    });
    for await (const { firstLine, data } of lines)
      yield { source: source.name, format: options.format ?? 'native', firstLine, data };
  }
}
