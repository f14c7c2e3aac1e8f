import type { Blocks } from './raw-bytes.ts';

export interface Lines<B extends ArrayBufferLike = ArrayBuffer> {
  readonly firstLine: number;
  readonly data: Uint8Array<B>;
}

/** Where chunks lie: new memory for each, unless somebody keeps memory for them. */
export interface ChunkMemory<B extends ArrayBufferLike> {
  readonly take: (bytes: number) => Uint8Array<B>;
  /** Takes back what was not given away as lines. */
  readonly give: (memory: Uint8Array<B>) => void;
}

export interface LineOptions {
  readonly chunkBytes: number;
  readonly maxLineBytes: number;
  readonly onLongLine: (line: number) => void;
  /** Asked at the end: was the source cut off? Then its unfinished last line is dropped. */
  readonly cut?: () => boolean;
  /** Told the line on which it was cut off. */
  readonly onCut?: (line: number) => void;
}

const countFeeds = (b: Buffer): number => {
  let n = 0;
  for (let p = b.indexOf(10); p >= 0; p = b.indexOf(10, p + 1)) n++;
  return n;
};

const NEW_MEMORY: ChunkMemory<ArrayBuffer> = {
  take: (bytes) => new Uint8Array(new ArrayBuffer(bytes)),
  give: () => undefined,
};

/**
 * Cuts a stream of blocks into chunks of whole lines, each with its own ArrayBuffer. Holds at most
 * one chunk, or one line while that is longer than a chunk; a line past `maxLineBytes` is dropped as
 * it flows by and reported.
 */
export const lineChunks = (blocks: Blocks, options: LineOptions): AsyncGenerator<Lines> =>
  lineChunksIn(NEW_MEMORY, blocks, options);

/** As `lineChunks`, in memory that somebody keeps. */
export async function* lineChunksIn<B extends ArrayBufferLike>(
  memory: ChunkMemory<B>,
  blocks: Blocks,
  options: LineOptions,
): AsyncGenerator<Lines<B>> {
  const { maxLineBytes, onLongLine } = options;
  // One byte more than the longest line: a full buffer without a line feed is a line too long.
  const most = maxLineBytes + 1;
  const chunkBytes = Math.min(options.chunkBytes, most);
  /** Taken when there is something to put in it. */
  let held: Buffer | null = null;
  let given: Uint8Array<B> | null = null;
  let used = 0;
  let firstLine = 1;
  let dropping = false;

  const hold = (bytes: number): Buffer => {
    given = memory.take(bytes);
    return Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  };
  const giveBack = (): void => {
    if (given !== null) memory.give(given);
    given = null;
    held = null;
    used = 0;
  };
  const take = (from: Buffer, end: number): Lines<B> => {
    const { buffer, byteOffset } = given!;
    const data = new Uint8Array(buffer, byteOffset, end);
    const lines = { firstLine, data };
    firstLine += countFeeds(from.subarray(0, end));
    // The rest is the beginning of a line: it moves to a new buffer, and the old one is given away.
    const rest = from.subarray(end, used);
    used = rest.length;
    given = null;
    held = null;
    if (used > 0) {
      held = hold(Math.min(Math.max(chunkBytes, used * 2), most));
      rest.copy(held);
    }
    return lines;
  };

  try {
    for await (const bytes of blocks) {
      let block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      while (block.length > 0) {
        if (dropping) {
          const feed = block.indexOf(10);
          if (feed < 0) break;
          dropping = false;
          firstLine++;
          block = block.subarray(feed + 1);
          continue;
        }
        const into: Buffer = held ?? hold(chunkBytes);
        held = into;
        const part = block.subarray(0, into.length - used);
        part.copy(into, used);
        used += part.length;
        block = block.subarray(part.length);
        if (used < into.length) break;
        const feed = into.lastIndexOf(10, used - 1);
        if (feed >= 0) yield take(into, feed + 1);
        else if (into.length < most) {
          const old = given!;
          const larger = hold(Math.min(into.length * 2, most));
          into.copy(larger);
          memory.give(old);
          held = larger;
        } else {
          onLongLine(firstLine);
          dropping = true;
          giveBack();
        }
      }
    }
    const cut = options.cut?.() ?? false;
    if (held !== null && used > 0) {
      const last: Buffer = held;
      const end = cut ? last.lastIndexOf(10, used - 1) + 1 : used;
      if (end > 0) yield take(last, end);
    }
    if (cut) options.onCut?.(firstLine);
  } finally {
    giveBack();
  }
}
