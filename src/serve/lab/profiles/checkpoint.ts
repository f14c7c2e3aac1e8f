/** The file that says what a restart begins from; replaced in one step, so that it is whole or the one before. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StillwatchError } from '../../../base/errors.ts';
import { isMissing } from './files.ts';
import type { LiveTotals } from '../../../detect/live/live-counter.ts';
import type { Waiting } from '../../../detect/live/join-window.ts';
import type { FollowedTo } from '../journal/frame.ts';
import type { PartitionMark } from './partition.ts';

/** Keys of exchanges already counted: files of 8 bytes each, the older generation first. */
export interface SeenMark {
  readonly older: { readonly file: string; readonly bytes: number } | null;
  readonly younger: { readonly file: string; readonly bytes: number } | null;
}

/** What the counting thread had counted when the profiles were written. */
export interface Counted {
  /** Last record of the journal that is in the profiles. */
  readonly seq: number;
  readonly totals: LiveTotals;
  readonly waiting: readonly Waiting[];
  readonly seen: SeenMark;
  readonly followed: readonly FollowedTo[];
}

export interface Checkpoint {
  readonly version: 2;
  readonly counted: Counted;
  readonly profiles: readonly (PartitionMark | null)[];
  /** File with what is known of the accounts. */
  readonly records: string | null;
}

const NAME = 'checkpoint.json';

export const syncFile = (path: string): void => {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Writes a file so that a reader finds the old text or the new one, whatever happens. */
export const replaceFile = (folder: string, name: string, text: string): void => {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  syncFile(`${path}.new`);
  renameSync(`${path}.new`, path);
  syncFile(folder);
};

export const writeCheckpoint = (folder: string, checkpoint: Checkpoint): void =>
  replaceFile(folder, NAME, JSON.stringify(checkpoint));

/** The last checkpoint, or null. @throws StillwatchError LAB_STATE_UNREADABLE. */
export const readCheckpoint = (folder: string): Checkpoint | null => {
  let text: string;
  try {
    text = readFileSync(join(folder, NAME), 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(folder, (error as Error).message, error);
  }
  // Written by `writeCheckpoint`: whole, or not there.
  const value = JSON.parse(text) as Partial<Checkpoint>;
  if (value.version !== 2) throw unreadable(folder, `version ${String(value.version)}`);
  return value as Checkpoint;
};

const unreadable = (folder: string, why: string, cause?: unknown): StillwatchError =>
  new StillwatchError(
    'LAB_STATE_UNREADABLE',
    `The state in ${folder} cannot be read: ${why}`,
    'Run the version of Stillwatch that wrote it, or name another folder.',
    { cause },
  );
