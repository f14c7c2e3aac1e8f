/** A disk that is nearly full: what the lab leaves alone then, and how it says so. */
import { statfsSync } from 'node:fs';
import { StillwatchError } from '../../../base/errors.ts';

export const diskFull = (cause?: unknown): StillwatchError =>
  new StillwatchError(
    'LAB_DISK_FULL',
    'The disk of the data folder has no room for a checkpoint',
    'Free space on it. Nothing that was acknowledged is lost: it is in the journal; a lab that has ended because of it is started again.',
    { cause },
  );

const LEAST_BYTES = 1 << 20;

/**
 * A checkpoint that ends half-way ends the lab, so it is not begun. It writes profiles and keys, which
 * take less than the lines since the last one.
 *
 * @throws StillwatchError LAB_DISK_FULL
 */
export const mustHaveRoom = (folder: string, journalBytes: number): void => {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < journalBytes / 2 + LEAST_BYTES) throw diskFull();
};
