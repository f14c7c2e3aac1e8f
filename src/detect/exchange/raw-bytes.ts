import { open } from 'node:fs/promises';
import { StillwatchError } from '../../base/errors.ts';
import type { Source } from './sources.ts';

/** Blocks of bytes of any size; a block is only valid until the next is asked for. */
export type Blocks = AsyncGenerator<Uint8Array, void, undefined>;

export interface RawOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the count of bytes just read from disk or standard input (before decompression). */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Stands in for process.stdin. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
}

const BLOCK = 1 << 20;

export const unreadable = (name: string, cause: unknown): StillwatchError =>
  new StillwatchError(
    'INPUT_UNREADABLE',
    `${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Check that the file exists, is complete, and that you may read it.',
    { cause },
  );

async function* fromFile(source: Source, path: string): Blocks {
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable(source.name, cause);
  });
  try {
    const block = Buffer.alloc(BLOCK);
    for (;;) {
      const { bytesRead } = await file.read(block, 0, BLOCK, null).catch((cause: unknown) => {
        throw unreadable(source.name, cause);
      });
      if (bytesRead === 0) return;
      yield block.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The bytes of a source as they are stored. One block at a time is in memory. */
export async function* rawBlocks(source: Source, options: RawOptions): Blocks {
  const blocks =
    source.path === null ? (options.stdin ?? process.stdin) : fromFile(source, source.path);
  for await (const block of blocks) {
    options.signal?.throwIfAborted();
    options.onBytes?.(block.length);
    yield block;
  }
}

/**
 * The first bytes of a stream (`least` of them, or all when there are fewer) and the whole stream
 * again from its first byte.
 */
export const peek = async (
  blocks: Blocks,
  least: number,
): Promise<{ head: Buffer; blocks: Blocks }> => {
  let head = Buffer.alloc(0);
  while (head.length < least) {
    const next = await blocks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]); // copies: the block is about to be reused
  }
  async function* again(): Blocks {
    try {
      if (head.length > 0) yield head;
      yield* blocks;
    } finally {
      await blocks.return();
    }
  }
  return { head, blocks: again() };
};

/** The stream without its first `count` bytes, which must lie in the first block. */
export async function* skipBytes(blocks: Blocks, count: number): Blocks {
  let left = count;
  for await (const block of blocks) {
    if (left < block.length) yield block.subarray(left);
    left = 0;
  }
}
