/** Reading tiles and bundles back out of a storage; what is read is checked for its shape, not yet trusted. */
import { StillwatchError } from '../../base/errors.ts';
import { HASH_BYTES } from './merkle.ts';
import type { LedgerStorage } from './storage.ts';
import { decodeBundle, entriesPath, TILE_WIDTH, tilePath, widthAt } from './tile.ts';

export interface ReadTile {
  /** The hashes that tile `index` of a level has in a tree of `size` entries. */
  readonly hashes: (level: number, index: number, size: number) => Promise<readonly Uint8Array[]>;
  /** The entries that bundle `index` has in a tree of `size` entries. */
  readonly entries: (index: number, size: number) => Promise<readonly Uint8Array[]>;
}

export const damagedTile = (path: string, why: string): StillwatchError =>
  new StillwatchError(
    'LEDGER_TILE_DAMAGED',
    `${path} ${why}`,
    'Fetch the file again; if it stays so, the log does not hold what its checkpoint claims.',
  );

/**
 * @throws StillwatchError `LEDGER_TILE_MISSING` when neither the partial nor the full file is there,
 *   `LEDGER_TILE_DAMAGED` when its length is wrong.
 */
export const tileReader = (read: LedgerStorage['read']): ReadTile => {
  // A partial file may be gone once the full one exists (tlog-tiles, "Partial Tiles").
  const either = async (path: (width: number) => string, width: number): Promise<Uint8Array> => {
    const bytes =
      (await read(path(width))) ?? (width < TILE_WIDTH ? await read(path(TILE_WIDTH)) : undefined);
    if (bytes !== undefined) return bytes;
    throw new StillwatchError(
      'LEDGER_TILE_MISSING',
      `${path(width)} is not there`,
      'Copy the whole folder of the log, with every file below tile/.',
    );
  };
  return {
    hashes: async (level, index, size) => {
      const width = widthAt(level, index, size);
      const bytes = await either((w) => tilePath(level, index, w), width);
      if (bytes.length !== width * HASH_BYTES && bytes.length !== TILE_WIDTH * HASH_BYTES)
        throw damagedTile(tilePath(level, index, width), `has ${bytes.length} bytes`);
      return Array.from({ length: width }, (_, i) =>
        bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
      );
    },
    entries: async (index, size) => {
      const width = widthAt(0, index, size);
      const entries = decodeBundle(await either((w) => entriesPath(index, w), width));
      if (entries === undefined || (entries.length !== width && entries.length !== TILE_WIDTH))
        throw damagedTile(entriesPath(index, width), `is not a bundle of ${width} entries`);
      return entries.slice(0, width);
    },
  };
};
