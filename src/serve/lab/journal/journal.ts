/**
 * The write-ahead journal: what is acknowledged is in it, on the disk. Segments are files that are
 * only appended to; records that wait are written and synced together. A segment is removed when a
 * checkpoint holds all it says, so the raw lines of exchanges live minutes.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StillwatchError } from '../../../base/errors.ts';
import { encodeHead, type RecordHeader } from './frame.ts';

export interface Journal {
  /**
   * Resolves when the record is on the disk. When it rejects, the record is kept and written as soon
   * as that works again, because it was counted; nothing else is taken until then. The data is
   * written from where it lies: it must stay as it is until `onWritten`.
   */
  readonly append: (
    header: RecordHeader,
    data: Uint8Array,
    onWritten?: () => void,
  ) => Promise<void>;
  /** False while the disk takes nothing. */
  readonly healthy: () => boolean;
  /** Bytes that wait for the disk. */
  readonly waiting: () => number;
  /** Bytes in all segments. */
  readonly bytes: () => number;
  /** Removes what no record after `seq` needs. */
  readonly retire: (seq: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly seq: number;
  readonly head: Buffer;
  readonly data: Uint8Array;
  readonly onWritten: (() => void) | undefined;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface Segment {
  readonly path: string;
  /** Seq of its first record; the name of the file. */
  readonly first: number;
  bytes: number;
}

const SEGMENT_BYTES = 64 << 20;
const RETRY_MS = 500;
/** Records in one write, of two parts each; Linux takes 1,024 parts (IOV_MAX). */
const MOST_RECORDS = 512;

const nameOf = (first: number): string => `${String(first).padStart(16, '0')}.log`;

/** Segments in the order of their records. */
export const segmentsIn = (folder: string): Segment[] =>
  readdirSync(folder)
    .filter((name) => /^\d{16}\.log$/.test(name))
    .sort()
    .map((name) => ({
      path: join(folder, name),
      first: Number(name.slice(0, 16)),
      bytes: statSync(join(folder, name)).size,
    }));

const stalled = (cause: unknown): StillwatchError =>
  new StillwatchError(
    'LAB_JOURNAL_STALLED',
    `The journal cannot be written: ${(cause as Error).message}`,
    'Free space on the disk of the data folder; the lab goes on by itself.',
    { cause },
  );

/** Syncs a folder, so that a new name in it survives the machine. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
};

export interface JournalOptions {
  /** Seq of the last record that is there. */
  readonly last: number;
  readonly segmentBytes?: number;
}

/** Opens a journal to append to; what is there already was replayed before. */
export const openJournal = (
  folder: string,
  { last, segmentBytes = SEGMENT_BYTES }: JournalOptions,
): Journal => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const segments = segmentsIn(folder);
  const queue: Waiting[] = [];
  let queued = 0;
  let highest = last;
  let current: { readonly segment: Segment; readonly handle: FileHandle } | null = null;
  let failure: StillwatchError | null = null;
  let working: Promise<void> | null = null;
  let closing = false;

  const startSegment = async (first: number): Promise<NonNullable<typeof current>> => {
    // Never reopened: after a torn write nothing may follow in the same file.
    const path = join(folder, nameOf(first));
    const handle = await open(path, 'w', 0o600);
    await syncFolder(folder);
    const segment = { path, first, bytes: 0 };
    const known = segments.findIndex((s) => s.path === path);
    if (known >= 0) segments.splice(known, 1);
    segments.push(segment);
    return { segment, handle };
  };
  const closeCurrent = async (): Promise<void> => {
    const handle = current?.handle;
    current = null;
    await handle?.close().catch(() => undefined);
  };
  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    current ??= await startSegment(batch[0]!.seq);
    const { segment, handle } = current;
    const frames = batch.flatMap(({ head, data }) => [head, data]);
    const wanted = frames.reduce((sum, frame) => sum + frame.length, 0);
    const { bytesWritten } = await handle.writev(frames);
    if (bytesWritten !== wanted) throw new Error('the disk took a part of it');
    await handle.datasync();
    segment.bytes += wanted;
    queued -= wanted;
    if (segment.bytes >= segmentBytes) await closeCurrent();
  };
  const work = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, MOST_RECORDS);
      try {
        await commit(batch);
        queue.splice(0, batch.length);
        failure = null;
        for (const { done, onWritten } of batch) {
          onWritten?.();
          done();
        }
      } catch (error) {
        failure = stalled(error);
        for (const { failed } of queue) failed(failure);
        // A file that failed once is not trusted again: its last write may be there in part.
        const partial = current?.segment;
        await closeCurrent();
        if (partial !== undefined && partial.first === batch[0]!.seq)
          segments.splice(segments.indexOf(partial), 1);
        if (closing) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    working = null;
  };
  return {
    append: (header, data, onWritten) => {
      const head = encodeHead(header, data);
      queued += head.length + data.length;
      highest = header.seq;
      return new Promise((done, failed) => {
        queue.push({ seq: header.seq, head, data, onWritten, done, failed });
        working ??= work();
      });
    },
    healthy: () => failure === null,
    waiting: () => queued,
    bytes: () => segments.reduce((sum, { bytes }) => sum + bytes, 0),
    retire: async (seq) => {
      // A segment ends before the next one begins.
      while (segments.length > 1 && segments[1]!.first <= seq + 1) {
        const [gone] = segments.splice(0, 1);
        await rm(gone!.path, { force: true });
      }
      if (segments.length !== 1 || working !== null || queue.length > 0 || highest > seq) return;
      // The last one too, when nothing in it is needed: raw lines do not wait for the next to begin.
      const [last] = segments.splice(0, 1);
      await closeCurrent();
      await rm(last!.path, { force: true });
    },
    close: async () => {
      closing = true;
      await working;
      await closeCurrent();
    },
  };
};
