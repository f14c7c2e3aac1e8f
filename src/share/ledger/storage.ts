/** What the ledger asks of a place to keep its files; the hub's database is one, memory and a folder are others. */
import { StillwatchError } from '../../base/errors.ts';

export interface LedgerFile {
  /** `checkpoint`, or a path of `tile.ts`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface LedgerCommit {
  /** Entries stored before this commit; guards against a second writer. */
  readonly from: number;
  /** Entries stored after it; equal to `from` when only a signature is added to the checkpoint. */
  readonly size: number;
  /** To be stored; the checkpoint, if there is one, is the last. */
  readonly files: readonly LedgerFile[];
  /**
   * Prefixes of paths that a reader no longer needs: partial tiles whose full tile is among `files`.
   * Dropping them is allowed, not required (tlog-tiles, "Partial Tiles").
   */
  readonly obsolete: readonly string[];
}

export interface LedgerStorage {
  /** The bytes at a path, or undefined when nothing is there. */
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
  /**
   * Makes the commit durable, all of it or nothing.
   *
   * @throws StillwatchError `LEDGER_CONFLICT` when the number of stored entries is not `from`.
   */
  readonly commit: (commit: LedgerCommit) => Promise<void>;
}

/** The refusal that every storage gives to a writer who was overtaken. */
export const conflict = (expected: number, found: number): StillwatchError =>
  new StillwatchError(
    'LEDGER_CONFLICT',
    `The ledger holds ${found} entries and not the ${expected} that were expected`,
    'Another process has appended: read the ledger again and append once more.',
  );

/** A ledger in memory, for tests and for tools. */
export const memoryStorage = (): LedgerStorage & { readonly paths: () => readonly string[] } => {
  const files = new Map<string, Uint8Array>();
  let size = 0;
  return {
    read: async (path) => files.get(path),
    commit: async (commit) => {
      if (commit.from !== size) throw conflict(commit.from, size);
      for (const { path, bytes } of commit.files) files.set(path, bytes);
      for (const path of files.keys())
        if (commit.obsolete.some((prefix) => path.startsWith(prefix))) files.delete(path);
      size = commit.size;
    },
    paths: () => [...files.keys()].sort(),
  };
};
