/** The keys of counted exchanges on the disk: one file for each generation, appended to. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { NewKeys } from '../../../detect/live/seen-window.ts';
import type { SeenMark } from './checkpoint.ts';

export interface SeenFiles {
  /** Keys as the checkpoint has them. */
  readonly older: Uint32Array;
  readonly younger: Uint32Array;
  /** Appends what is new; what is returned belongs in the next checkpoint. */
  readonly save: (keys: NewKeys) => SeenMark;
  /** Once that checkpoint is safe: removes what it does not name. */
  readonly sweep: () => void;
}

type Mark = NonNullable<SeenMark['older']>;

const append = (path: string, keys: Uint32Array): void => {
  const fd = openSync(path, 'a', 0o600);
  try {
    const bytes = new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength);
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

export const openSeenFiles = (folder: string, mark: SeenMark | undefined): SeenFiles => {
  let older: Mark | null = mark?.older ?? null;
  let younger: Mark | null = mark?.younger ?? null;
  let number = Number(/(\d+)$/.exec(younger?.file ?? older?.file ?? '0')?.[1] ?? 0);
  const useless: string[] = [];
  const read = (one: Mark | null): Uint32Array => {
    if (one === null) return new Uint32Array();
    const path = join(folder, one.file);
    // What follows was appended for a checkpoint that was never finished.
    truncateSync(path, one.bytes);
    const bytes = readFileSync(path);
    return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  const add = (to: Mark | null, keys: Uint32Array): Mark | null => {
    if (keys.length === 0) return to;
    let one = to;
    if (one === null) {
      number += 1;
      one = { file: `seen.${number}`, bytes: 0 };
      rmSync(join(folder, one.file), { force: true });
    }
    append(join(folder, one.file), keys);
    return { file: one.file, bytes: one.bytes + keys.byteLength };
  };
  return {
    older: read(older),
    younger: read(younger),
    save: (keys) => {
      if (keys.turns > 0) {
        if (older !== null) useless.push(older.file);
        // After more than one turn, what was the younger is forgotten as well.
        if (keys.turns > 1 && younger !== null) useless.push(younger.file);
        older = add(keys.turns > 1 ? null : younger, keys.older);
        younger = null;
      }
      younger = add(younger, keys.younger);
      return { older, younger };
    },
    sweep: () => {
      for (const file of useless.splice(0)) rmSync(join(folder, file), { force: true });
    },
  };
};
