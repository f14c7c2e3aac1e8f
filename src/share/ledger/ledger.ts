/** The ledger as a service uses it: appends batches and signs checkpoints. */
import type { KeyObject } from 'node:crypto';
import { StillwatchError } from '../../base/errors.ts';
import { rawPublicKey } from '../sharing/signing/ed25519.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { sameBytes } from './merkle.ts';
import { formatNote, type NoteSignature, parseNote, signNote } from './note.ts';
import { headOf, type LedgerReader, readLedger } from './reader.ts';
import type { LedgerFile, LedgerStorage } from './storage.ts';
import { CHECKPOINT_PATH } from './tile.ts';
import { damagedTile, tileReader } from './tile-reader.ts';
import { EMPTY_TREE, grow, loadTree, rootOf, type Tree } from './tree.ts';
import { believe } from './trust.ts';
import { LOG_KEY, type VerifierKey, verifierKey } from './verifier-key.ts';

export interface LedgerOptions {
  readonly storage: LedgerStorage;
  /** Name of the log and of its key, best a URL without scheme: `hub.example/ledger`. */
  readonly origin: string;
  /** The Ed25519 signing key of the log. */
  readonly key: KeyObject;
  /** Keys that signed for this log before; needed until the first checkpoint of the new key is stored. */
  readonly earlierKeys?: readonly VerifierKey[];
}

export interface Appended {
  /** Index of the first of the entries; the others follow it. */
  readonly first: number;
  /** The signed checkpoint that covers them. */
  readonly checkpoint: string;
}

export interface Ledger extends LedgerReader {
  readonly verifier: VerifierKey;
  /** Makes entries and a new checkpoint durable. Calls wait for each other; put many entries in one. */
  readonly append: (entries: readonly Uint8Array[]) => Promise<Appended>;
  /**
   * Adds signatures of witnesses to the newest checkpoint; false when `text` is no longer its text.
   * Checking them is the caller's part (`cosignatureOf`).
   */
  readonly addSignatures: (text: string, added: readonly NoteSignature[]) => Promise<boolean>;
}

/** How often an append starts again because another process was faster. */
const MAX_ATTEMPTS = 20;

const rethrowUnlessConflict = (error: unknown): void => {
  if (!(error instanceof StillwatchError && error.code === 'LEDGER_CONFLICT')) throw error;
};

/** Runs asynchronous work one after the other, whatever becomes of the one before. */
const queue = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result;
    return result;
  };
};

/**
 * Opens a ledger, or begins one with an empty, signed checkpoint.
 *
 * @throws StillwatchError `LEDGER_UNSIGNED` and the other codes of {@link believe} when the stored
 *   checkpoint is not this key's, `LEDGER_TILE_MISSING`, `LEDGER_TILE_DAMAGED` when the files under it are
 *   not those of its root.
 */
export const openLedger = async ({
  storage,
  origin,
  key,
  earlierKeys = [],
}: LedgerOptions): Promise<Ledger> => {
  const verifier = verifierKey(origin, LOG_KEY, rawPublicKey(key));
  const reader = readLedger(storage.read);

  const signed = (tree: Tree): string => {
    const text = formatCheckpoint({ origin, size: tree.size, root: rootOf(tree) });
    return formatNote({ text, signatures: [signNote(text, origin, key)] });
  };
  const asFile = (note: string): LedgerFile => ({
    path: CHECKPOINT_PATH,
    bytes: Buffer.from(note),
  });
  const load = async (): Promise<Tree> => {
    const policy = { log: [verifier, ...earlierKeys], witnesses: [], quorum: 0 };
    const { size, root } = believe(await reader.checkpoint(), policy);
    const tree = await loadTree(size, tileReader(storage.read));
    // Never sign over files that are not those of the last signature.
    if (!sameBytes(rootOf(tree), root)) throw damagedTile('tile/', 'has another root than signed');
    return tree;
  };
  if ((await storage.read(CHECKPOINT_PATH)) === undefined)
    await storage
      .commit({ from: 0, size: 0, files: [asFile(signed(EMPTY_TREE))], obsolete: [] })
      .catch(rethrowUnlessConflict);

  let tree: Tree = await load();
  const appendOnce = async (entries: readonly Uint8Array[]): Promise<Appended> => {
    const grown = grow(tree, entries);
    const checkpoint = signed(grown.tree);
    const { size: first } = tree;
    const files = [...grown.files, asFile(checkpoint)];
    await storage.commit({ from: first, size: grown.tree.size, files, obsolete: grown.obsolete });
    tree = grown.tree;
    return { first, checkpoint };
  };
  const append = async (entries: readonly Uint8Array[]): Promise<Appended> => {
    if (entries.length === 0) return { first: tree.size, checkpoint: await reader.checkpoint() };
    for (let attempt = 1; ; attempt++)
      try {
        return await appendOnce(entries);
      } catch (error) {
        rethrowUnlessConflict(error);
        if (attempt === MAX_ATTEMPTS) throw error;
        tree = await load();
      }
  };
  const addSignatures = async (text: string, added: readonly NoteSignature[]): Promise<boolean> => {
    const note = parseNote(await reader.checkpoint());
    if (note.text !== text) return false;
    const kept = note.signatures.filter(
      (old) => !added.some(({ name, id }) => name === old.name && id === old.id),
    );
    const files = [asFile(formatNote({ text, signatures: [...kept, ...added] }))];
    try {
      const { size } = headOf(formatNote(note));
      await storage.commit({ from: size, size, files, obsolete: [] });
      return true;
    } catch (error) {
      // Another process has appended meanwhile, so this checkpoint is no longer the newest.
      rethrowUnlessConflict(error);
      return false;
    }
  };
  const inTurn = queue();
  return {
    ...reader,
    verifier,
    append: (entries) => inTurn(() => append(entries)),
    addSignatures: (text, added) => inTurn(() => addSignatures(text, added)),
  };
};
