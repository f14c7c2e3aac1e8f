/**
 * Follows a file that others append to, as `tail -F` does. How far it was read is in the journal, in
 * the same record as the lines, so that a restart neither loses nor repeats one. A file that was
 * rotated is read to its end before the new one is begun.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { isMissing } from '../profiles/files.ts';
import type { FollowedTo } from '../journal/frame.ts';

export interface FollowOptions {
  readonly path: string;
  readonly from: FollowedTo | undefined;
  /** Whole lines, and where the file stands after them. Resolves when they are safe. */
  readonly onLines: (data: Uint8Array<ArrayBuffer>, to: FollowedTo) => Promise<void>;
  readonly onError: (error: Error) => void;
  readonly pollMs?: number;
}

const BLOCK = 1 << 20;
/** A longer line is skipped. */
const MOST_LINE = 8 << 20;

export const followFile = (options: FollowOptions): { readonly stop: () => Promise<void> } => {
  const { path, onLines, pollMs = 250 } = options;
  let handle: FileHandle | null = null;
  let inode = options.from?.inode ?? '';
  let offset = options.from?.offset ?? 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => undefined;

  const reopen = async (): Promise<boolean> => {
    try {
      handle = await open(path, 'r');
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    const stat = await handle.stat({ bigint: true });
    // Another file, or one that was cut: from its beginning.
    if (String(stat.ino) !== inode || Number(stat.size) < offset) offset = 0;
    inode = String(stat.ino);
    return true;
  };
  /** Reads one block of whole lines; false when there is none yet. */
  const step = async (): Promise<boolean> => {
    let size = BLOCK;
    for (;;) {
      const block = Buffer.alloc(size);
      const { bytesRead } = await handle!.read(block, 0, size, offset);
      const end = block.lastIndexOf(10, bytesRead - 1) + 1;
      if (bytesRead > 0 && end > 0) {
        const to = { path, inode, offset: offset + end };
        await onLines(new Uint8Array(block.subarray(0, end)), to);
        ({ offset } = to);
        return true;
      }
      if (bytesRead < size) return false;
      if (size > MOST_LINE) {
        offset += bytesRead;
        return true;
      }
      size *= 4;
    }
  };
  const wasRotated = async (): Promise<boolean> => {
    const stat = await open(path, 'r').then(
      (other) => other.stat({ bigint: true }).finally(() => other.close()),
      () => null,
    );
    if (stat === null) return false;
    return String(stat.ino) !== inode || Number(stat.size) < offset;
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        if (handle !== null || (await reopen())) {
          while (!stopped && (await step()));
          if (!stopped && (await wasRotated())) {
            while (await step());
            await handle!.close();
            handle = null;
            continue;
          }
        }
      } catch (error) {
        options.onError(error as Error);
      }
      if (stopped) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, pollMs);
      });
    }
    await handle?.close();
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      wake();
      await running;
    },
  };
};
