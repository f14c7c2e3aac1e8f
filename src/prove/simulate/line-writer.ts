/**
 * Text to a file through two buffers: one is filled while the other is written, so the writer runs
 * at most one megabyte ahead of the disk.
 */
import { type FileHandle, open } from 'node:fs/promises';

const FLUSH = 1 << 20;

export interface LineWriter {
  /** Takes one line; true when it is time to await `flush`. */
  readonly add: (line: string) => boolean;
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Writes all of a buffer: one call to write may take less than it was given. */
const writeAll = async (file: FileHandle, buffer: Buffer, length: number): Promise<void> => {
  for (let done = 0; done < length; )
    done += (await file.write(buffer, done, length - done)).bytesWritten;
};

/** Truncates or makes the file. Throws what the file system throws. */
export const openLineWriter = async (path: string): Promise<LineWriter> => {
  const file = await open(path, 'w');
  let filling = Buffer.allocUnsafe(2 * FLUSH);
  let writing = Buffer.allocUnsafe(2 * FLUSH);
  let used = 0;
  let pending: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await pending;
    [filling, writing] = [writing, filling];
    pending = writeAll(file, writing, used);
    // A failure is thrown by the next flush or by close; until then it is not unhandled.
    pending.catch(() => {});
    used = 0;
  };
  return {
    add: (line) => {
      // A UTF-16 unit takes at most three bytes in UTF-8.
      if (used + line.length * 3 > filling.length) {
        const larger = Buffer.allocUnsafe(used + line.length * 3);
        filling.copy(larger, 0, 0, used);
        filling = larger;
      }
      used += filling.write(line, used);
      return used >= FLUSH;
    },
    flush,
    close: async () => {
      try {
        await flush();
        await pending;
      } finally {
        await file.close();
      }
    },
  };
};
