/**
 * Lines on their way into a lab. A chunk is written to the journal and counted at the same time, in one
 * order; it is acknowledged when both are done. After a crash the journal is counted again from the last
 * checkpoint, in that order, with the same result.
 */
import { StillwatchError } from '../../../base/errors.ts';
import type { LiveChunk, LiveTally } from '../../../detect/live/live-counter.ts';
import type { Slots } from '../ingest/slots.ts';
import type { FollowedTo } from '../journal/frame.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { replay } from '../journal/replay.ts';
import type { Counted } from '../profiles/checkpoint.ts';
import type { Counting } from './counting.ts';
import type { Threads } from './threads.ts';

export interface Lines {
  /**
   * Resolves when the lines are counted and on the disk. The memory they lie in belongs to the engine
   * from now on, whatever comes of it. @throws StillwatchError LAB_JOURNAL_STALLED.
   */
  readonly submit: (chunk: LiveChunk, followed?: FollowedTo) => Promise<LiveTally>;
  /** How far files were read, by their paths. */
  readonly followed: ReadonlyMap<string, FollowedTo>;
  readonly journal: Journal;
  /** Records that were counted again. */
  readonly replayed: number;
}

export interface LinesOptions {
  readonly folder: string;
  /** By the last checkpoint. */
  readonly saved: Counted | null;
  readonly slots: Slots;
  readonly threads: Threads;
  readonly counting: Counting;
}

const stalled = (): StillwatchError =>
  new StillwatchError(
    'LAB_JOURNAL_STALLED',
    'The journal cannot be written',
    'Free space on the disk of the data folder; the lab goes on by itself.',
  );

export const openLines = async (options: LinesOptions): Promise<Lines> => {
  const { folder, saved, slots, threads, counting } = options;
  const followed = new Map<string, FollowedTo>(
    (saved?.followed ?? []).map((f) => [f.path, f] as const),
  );
  let seq = saved?.seq ?? 0;
  let replayed = 0;
  let lastCount: Promise<unknown> = Promise.resolve();
  for await (const { header, data } of replay(folder, seq)) {
    await counting.room();
    ({ seq } = header);
    replayed += 1;
    const { stream, at, firstLine } = header;
    if (header.followed !== undefined) followed.set(header.followed.path, header.followed);
    lastCount = counting.count(seq, { stream, at, firstLine, data }, header.followed);
  }
  await lastCount;
  const journal = openJournal(folder, { last: seq });
  return {
    journal,
    followed,
    replayed,
    submit: async (chunk, followedTo) => {
      const { stream, at, firstLine, data } = chunk;
      const failure = threads.failure();
      if (failure !== null || !journal.healthy()) {
        slots.give(data);
        // What could not be written is written before anything else is taken.
        throw failure ?? stalled();
      }
      seq += 1;
      const header = { seq, at, stream, firstLine, followed: followedTo };
      // A slot is free when the lines in it are counted and written; other memory goes to the
      // counting thread, and the journal keeps a copy.
      const isSlot = slots.holds(data);
      let users = 2;
      const used = (): void => {
        users -= 1;
        if (users === 0) slots.give(data);
      };
      const durable = journal.append(header, isSlot ? data : Buffer.from(data), used);
      durable.catch(() => undefined); // looked at below; never an unhandled rejection
      const tally = await counting.count(seq, chunk, followedTo);
      used();
      await durable;
      if (followedTo !== undefined) followed.set(followedTo.path, followedTo);
      return tally;
    },
  };
};
