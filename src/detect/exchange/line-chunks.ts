import type { Blocks } from './raw-bytes.ts';

export interface Lines {
  readonly firstLine: number;
  readonly data: Uint8Array<ArrayBuffer>;
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

/**
 * Cuts a stream of blocks into chunks of whole lines, each with its own ArrayBuffer. Holds at most
 * one chunk, or one line while that is longer than a chunk; a line past `maxLineBytes` is dropped as
 * it flows by and reported.
 */
export async function* lineChunks(blocks: Blocks, options: LineOptions): AsyncGenerator<Lines> {
  const { maxLineBytes, onLongLine } = options;
  // One byte more than the longest line: a full buffer without a line feed is a line too long.
  const most = maxLineBytes + 1;
  const chunkBytes = Math.min(options.chunkBytes, most);
  let held = Buffer.from(new ArrayBuffer(chunkBytes));
  let used = 0;
  let firstLine = 1;
  let dropping = false;

  const take = (end: number): Lines => {
    const data = new Uint8Array(held.buffer, 0, end);
    const lines = { firstLine, data };
    firstLine += countFeeds(held.subarray(0, end));
    // The rest is the beginning of a line: it moves to a new buffer, and the old one is given away.
    const rest = held.subarray(end, used);
    held = Buffer.from(new ArrayBuffer(Math.min(Math.max(chunkBytes, rest.length * 2), most)));
    rest.copy(held);
    used = rest.length;
    return lines;
  };

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
      const part = block.subarray(0, held.length - used);
      part.copy(held, used);
      used += part.length;
      block = block.subarray(part.length);
      if (used < held.length) break;
      const feed = held.lastIndexOf(10, used - 1);
      if (feed >= 0) yield take(feed + 1);
      else if (held.length < most) {
        const larger = Buffer.from(new ArrayBuffer(Math.min(held.length * 2, most)));
        held.copy(larger);
        held = larger;
      } else {
        onLongLine(firstLine);
        dropping = true;
        held = Buffer.from(new ArrayBuffer(chunkBytes));
        used = 0;
      }
    }
  }
  const cut = options.cut?.() ?? false;
  const end = cut ? held.lastIndexOf(10, Math.max(0, used - 1)) + 1 : used;
  if (end > 0 && used > 0) yield take(end);
  if (cut) options.onCut?.(firstLine);
}
