/** A stored ledger as a reader sees it: the newest checkpoint, entries, and proofs. Needs no secret. */
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { parseNote } from './note.ts';
import { consistencyProof, inclusionProof } from './proof.ts';
import type { LedgerStorage } from './storage.ts';
import { CHECKPOINT_PATH, TILE_WIDTH } from './tile.ts';
import { damagedTile, tileReader } from './tile-reader.ts';
import { rangeRootOf } from './tree.ts';

export interface LedgerReader {
  /** The newest stored checkpoint: a signed note. */
  readonly checkpoint: () => Promise<string>;
  /** @throws RangeError for an index outside of the ledger. */
  readonly entry: (index: number) => Promise<Uint8Array>;
  /** For any size up to that of the newest checkpoint. @throws RangeError outside of it. */
  readonly proveInclusion: (index: number, size: number) => Promise<readonly Uint8Array[]>;
  readonly proveConsistency: (older: number, size: number) => Promise<readonly Uint8Array[]>;
}

export const headOf = (note: string): Checkpoint => parseCheckpoint(parseNote(note).text);

/**
 * Its functions throw `LEDGER_TILE_MISSING`, `LEDGER_TILE_DAMAGED` and `LEDGER_NOTE_MALFORMED` for a
 * storage that is incomplete; what they return is checked by whoever receives it.
 */
export const readLedger = (read: LedgerStorage['read']): LedgerReader => {
  const tiles = tileReader(read);
  const checkpoint = async (): Promise<string> => {
    const bytes = await read(CHECKPOINT_PATH);
    if (bytes === undefined) throw damagedTile(CHECKPOINT_PATH, 'is not there');
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  };
  const rangeIn = async (from: number, to: number) => {
    const { size } = headOf(await checkpoint());
    if (!(from >= 0 && from <= to && to <= size))
      throw new RangeError(`no proof from ${from} to ${to} in a ledger of ${size} entries`);
    return rangeRootOf(size, tiles);
  };
  return {
    checkpoint,
    entry: async (index) => {
      const { size } = headOf(await checkpoint());
      if (!(index >= 0 && index < size)) throw new RangeError(`no entry ${index} of ${size}`);
      const entries = await tiles.entries(Math.floor(index / TILE_WIDTH), size);
      return entries[index % TILE_WIDTH]!;
    },
    proveInclusion: async (index, size) =>
      inclusionProof(await rangeIn(index + 1, size), index, size),
    proveConsistency: async (older, size) =>
      consistencyProof(await rangeIn(older, size), older, size),
  };
};
