/** One process at a time on a data folder: a file with the number of the process that has it. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StillwatchError } from '../../../base/errors.ts';

const NAME = 'lab.pid';

/** Folders of this process, whose number alone says nothing: a container always begins with the same. */
const own = new Set<string>();

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** @returns what gives the folder free again. @throws StillwatchError LAB_STATE_IN_USE. */
export const lockFolder = (folder: string): (() => void) => {
  const path = join(folder, NAME);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const fd = openSync(path, 'wx', 0o600);
      writeSync(fd, String(process.pid));
      closeSync(fd);
      own.add(path);
      return () => {
        own.delete(path);
        rmSync(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(readFileSync(path, 'utf8'));
      // Its own number, left by a process of an earlier container, is nobody's.
      const isOwn = owner === process.pid;
      if (isOwn ? own.has(path) : Number.isSafeInteger(owner) && owner > 0 && isAlive(owner)) break;
      rmSync(path, { force: true });
    }
  }
  throw new StillwatchError(
    'LAB_STATE_IN_USE',
    `Another lab uses ${folder}`,
    'Stop it first, or name another folder.',
  );
};
