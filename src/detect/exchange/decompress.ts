import { createGunzip, createZstdDecompress } from 'node:zlib';
import { StillwatchError } from '../../base/errors.ts';
import type { Blocks } from './raw-bytes.ts';
import type { RejectReason } from './reject.ts';

export type Compression = 'gzip' | 'zstd';

export interface DecompressOptions {
  readonly name: string;
  /** A source that expands past this many bytes... */
  readonly maxExpandedBytes: number;
  /** ...by more than this factor is a bomb. */
  readonly maxExpansionRatio: number;
  readonly onDamage: (reason: RejectReason) => void;
}

/** By the first bytes: gzip (RFC 1952 section 2.3.1), zstd frame or skippable frame (RFC 8878 3.1). */
export const compressionOf = (head: Buffer): Compression | null => {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length < 4) return null;
  const magic = head.readUInt32LE(0);
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? 'zstd' : null;
};

/** Compressed bytes handed to the decoder at once; small, so that the guard below is asked often. */
const STEP = 16 * 1024;
/** Expanded bytes that may wait for the reader before the decoder pauses. */
const HELD = 4 << 20;

/**
 * Expands a gzip or zstd stream of one or more members, with bounded memory.
 *
 * Everything before a cut or a damage is handed on; then `onDamage` is told why, and the stream ends.
 * Throws INPUT_TOO_LARGE for a bomb.
 */
export async function* decompress(
  blocks: Blocks,
  kind: Compression,
  options: DecompressOptions,
): Blocks {
  const ready: Buffer[] = [];
  let held = 0;
  let expanded = 0;
  let packed = 0;
  let failure: (Error & { code?: string }) | null = null;
  let wake = (): void => {};
  const create = () => {
    const made =
      kind === 'gzip'
        ? createGunzip({ chunkSize: 1 << 18 })
        : createZstdDecompress({ chunkSize: 1 << 18 });
    made.on('data', (piece: Buffer) => {
      ready.push(piece);
      held += piece.length;
      expanded += piece.length;
      if (held >= HELD) made.pause();
      wake();
    });
    made.on('error', (error) => {
      failure = error;
      wake();
    });
    return made;
  };
  let decoder = create();

  const guard = (): void => {
    if (expanded <= options.maxExpandedBytes) return;
    if (expanded <= options.maxExpansionRatio * packed) return;
    throw new StillwatchError(
      'INPUT_TOO_LARGE',
      `${options.name} expands past ${options.maxExpandedBytes} bytes by more than ${options.maxExpansionRatio} to 1`,
      'If the file is genuine, decompress it first and read the result.',
    );
  };

  /** Starts one step of the decoder and yields what it makes until the step is done. */
  async function* step(start: (done: () => void) => void): Blocks {
    let done = false;
    start(() => {
      done = true;
      wake();
    });
    for (;;) {
      for (let piece = ready.shift(); piece !== undefined; piece = ready.shift()) {
        held -= piece.length;
        yield piece;
      }
      guard();
      if (ready.length > 0) continue;
      if (done || failure !== null) return;
      decoder.resume();
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (done || failure !== null || ready.length > 0) resolve();
      });
    }
  }

  try {
    for await (const block of blocks) {
      for (let at = 0; at < block.length && failure === null; ) {
        const part = block.subarray(at, at + STEP);
        const before = decoder.bytesWritten;
        packed += part.length;
        yield* step((done) => decoder.write(part, () => done()));
        const taken = decoder.bytesWritten - before;
        if (kind === 'zstd' && taken > 0 && taken < part.length && failure === null) {
          // The zstd decoder ends with its first frame and leaves the rest: the next needs a new one.
          decoder.destroy();
          decoder = create();
          packed -= part.length - taken;
          at += taken;
        } else at += part.length;
      }
      if (failure !== null) break;
    }
    if (failure === null)
      yield* step((done) => {
        decoder.once('end', done);
        decoder.end();
      });
  } finally {
    decoder.destroy();
  }
  const fault = failure as (Error & { code?: string }) | null;
  if (fault !== null)
    options.onDamage(fault.code === 'Z_BUF_ERROR' ? 'SOURCE_TRUNCATED' : 'SOURCE_DAMAGED');
}
