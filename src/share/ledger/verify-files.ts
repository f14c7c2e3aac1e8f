/** Checking a whole copy of the ledger's files: every entry, every tile, the root and its signature. */
import { StillwatchError } from '../../base/errors.ts';
import { sameBytes } from './merkle.ts';
import { decodeRecord, type LedgerEventKind } from './record.ts';
import type { LedgerStorage } from './storage.ts';
import { CHECKPOINT_PATH, completeAt, TILE_WIDTH, tilePath, widthAt } from './tile.ts';
import { damagedTile, tileReader } from './tile-reader.ts';
import { EMPTY_TREE, grow, rootOf, type Tree } from './tree.ts';
import { type BelievedCheckpoint, believe } from './trust.ts';
import { type BundleTrust, mustAgree } from './verify.ts';

export interface VerifiedFiles {
  readonly checkpoint: BelievedCheckpoint;
  /** How many entries there are of each kind. */
  readonly kinds: Readonly<Partial<Record<LedgerEventKind, number>>>;
  readonly since: number | undefined;
}

const rewritten = (older: number, now: number): StillwatchError =>
  new StillwatchError(
    'LEDGER_INCONSISTENT',
    `The ${older} entries of the checkpoint you kept are not the beginning of these ${now}`,
    'Keep both: history was rewritten or cut off. Tell the other members.',
  );

/**
 * Reads all files below a log and computes them again from the entries.
 *
 * @throws StillwatchError the codes of {@link believe}, `LEDGER_TILE_MISSING`, `LEDGER_TILE_DAMAGED`,
 *   `LEDGER_RECORD_INVALID`, `LEDGER_ROOT_DIFFERS`, `LEDGER_FORKED`, `LEDGER_INCONSISTENT`.
 */
export const verifyFiles = async (
  read: LedgerStorage['read'],
  trust: BundleTrust,
): Promise<VerifiedFiles> => {
  const note = await read(CHECKPOINT_PATH);
  if (note === undefined) throw damagedTile(CHECKPOINT_PATH, 'is not there');
  const checkpoint = believe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(note), trust);
  const { size } = checkpoint;
  const kept = trust.kept === undefined ? undefined : believe(trust.kept, { ...trust, quorum: 0 });
  if (kept !== undefined) {
    mustAgree(kept, checkpoint);
    if (kept.size > size) throw rewritten(kept.size, size);
  }
  const tiles = tileReader(read);
  const kinds: Partial<Record<LedgerEventKind, number>> = {};
  let tree: Tree = EMPTY_TREE;
  const sameAsStored = async (level: number, index: number, hashes: Uint8Array): Promise<void> => {
    const stored = Buffer.concat(await tiles.hashes(level, index, size));
    if (!sameBytes(stored, hashes))
      throw damagedTile(
        tilePath(level, index, widthAt(level, index, size)),
        'is not what its entries hash to',
      );
  };
  const extend = async (entries: readonly Uint8Array[]): Promise<void> => {
    const before = tree;
    const grown = grow(before, entries);
    for (let level = 0; level < grown.tree.edge.length; level++)
      for (
        let i = completeAt(level + 1, before.size);
        i < completeAt(level + 1, grown.tree.size);
        i++
      )
        await sameAsStored(
          level,
          i,
          grown.files.find(({ path }) => path === tilePath(level, i))!.bytes,
        );
    tree = grown.tree;
  };
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const entries = await tiles.entries(index, size);
    for (const entry of entries) {
      const { kind } = decodeRecord(entry);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    // The tree passes through the size that was kept, if it lies in this bundle.
    const cut = Math.max(0, (kept?.size ?? 0) - tree.size);
    await extend(entries.slice(0, cut));
    if (kept?.size === tree.size && !sameBytes(rootOf(tree), kept.root))
      throw rewritten(kept.size, size);
    await extend(entries.slice(cut));
  }
  for (const [level, row] of tree.edge.entries())
    if (row.length > 0) await sameAsStored(level, completeAt(level + 1, size), Buffer.concat(row));
  if (!sameBytes(rootOf(tree), checkpoint.root))
    throw new StillwatchError(
      'LEDGER_ROOT_DIFFERS',
      `The ${size} entries do not hash to the root that was signed`,
      'Fetch the files again; if it stays so, the hub shows other entries than it signed.',
    );
  return { checkpoint, kinds, since: kept?.size };
};
