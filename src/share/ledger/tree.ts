/**
 * The growing tree. Its state is the right edge only (at most 255 hashes per level and the entries of
 * the last bundle), so appending needs no reads and its memory does not depend on the size of the log.
 */
import { leafHash, nodeHash, rootOfHashes, splitPoint } from './merkle.ts';
import type { RangeRoot } from './proof.ts';
import type { LedgerFile } from './storage.ts';
import {
  completeAt,
  encodeBundle,
  entriesPath,
  levelsAt,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
  widthAt,
} from './tile.ts';
import { damagedTile, type ReadTile } from './tile-reader.ts';

export interface Tree {
  /** Entries in the log: 0 to 2⁵³−1. */
  readonly size: number;
  /** For each level from the leaves up, the hashes of its last, partial tile: 0 to 255 of them. */
  readonly edge: readonly (readonly Uint8Array[])[];
  /** The entries of the last, partial bundle: as many as `edge[0]` has hashes. */
  readonly entries: readonly Uint8Array[];
}

export const EMPTY_TREE: Tree = { size: 0, edge: [], entries: [] };

/** RFC 6962 section 2.1: the root of the whole tree, out of its right edge. */
export const rootOf = ({ edge }: Tree): Uint8Array => {
  let right: Uint8Array | undefined;
  for (const row of edge) {
    // What is right of a level's hashes belongs to their ragged end, so the two are one row of subtrees:
    // every hash but the ragged one is a whole subtree of this height.
    if (row.length === 0) continue;
    right = foldRow(row, right);
  }
  return right ?? rootOfHashes([]);
};

/** MTH over a row of whole subtrees of one height, followed by one smaller subtree (or none). */
const foldRow = (row: readonly Uint8Array[], smaller: Uint8Array | undefined): Uint8Array => {
  if (smaller === undefined) return rootOfHashes(row);
  let right = smaller;
  // The whole subtrees from the smallest to the largest: the binary digits of the row's length.
  for (let end = row.length, width = 1; end > 0; width *= 2) {
    if (end % (2 * width) === 0) continue;
    right = nodeHash(rootOfHashes(row.slice(end - width, end)), right);
    end -= width;
  }
  return right;
};

export interface Grown {
  readonly tree: Tree;
  /** Full and partial tiles and bundles that the new tree has and the old one had not. */
  readonly files: readonly LedgerFile[];
  readonly obsolete: readonly string[];
}

/**
 * The tree after `added` entries, and the files that must be written for it.
 *
 * @throws StillwatchError `LEDGER_ENTRY_TOO_LARGE`.
 */
export const grow = (tree: Tree, added: readonly Uint8Array[]): Grown => {
  const files: LedgerFile[] = [];
  const obsolete: string[] = [];
  const edge = tree.edge.map((row) => [...row]);
  const full = (path: string, bytes: Uint8Array, shorter: boolean): void => {
    files.push({ path, bytes });
    if (shorter) obsolete.push(`${path}.p/`);
  };
  let entries = [...tree.entries];
  let size = tree.size;
  const carry = (level: number, hash: Uint8Array): void => {
    edge[level] ??= [];
    const row = edge[level];
    row.push(hash);
    if (row.length < TILE_WIDTH) return;
    // A full tile is written once, and its root is one hash of the level above (tlog-tiles, "Merkle Tree").
    const index = completeAt(level + 1, size) - 1;
    full(tilePath(level, index), Buffer.concat(row), (tree.edge[level]?.length ?? 0) > 0);
    edge[level] = [];
    carry(level + 1, rootOfHashes(row));
  };
  for (const entry of added) {
    entries.push(entry);
    size++;
    carry(0, leafHash(entry));
    if (entries.length < TILE_WIDTH) continue;
    full(entriesPath(size / TILE_WIDTH - 1), encodeBundle(entries), tree.entries.length > 0);
    entries = [];
  }
  if (added.length > 0) {
    for (const [level, row] of edge.entries())
      if (row.length > 0 && completeAt(level, size) !== completeAt(level, tree.size))
        files.push({
          path: tilePath(level, completeAt(level + 1, size), row.length),
          bytes: Buffer.concat(row),
        });
    if (entries.length > 0)
      files.push({
        path: entriesPath(completeAt(1, size), entries.length),
        bytes: encodeBundle(entries),
      });
  }
  return { tree: { size, edge, entries }, files, obsolete };
};

/** Reads the right edge of a stored tree of `size` entries. */
export const loadTree = async (size: number, tile: ReadTile): Promise<Tree> => {
  const edge: Uint8Array[][] = [];
  for (let level = 0; level < levelsAt(size); level++) {
    const index = completeAt(level + 1, size);
    edge.push(widthAt(level, index, size) > 0 ? [...(await tile.hashes(level, index, size))] : []);
  }
  const index = completeAt(1, size);
  const entries = widthAt(0, index, size) > 0 ? [...(await tile.entries(index, size))] : [];
  for (const [i, entry] of entries.entries())
    if (Buffer.compare(leafHash(entry), edge[0]![i]!) !== 0)
      throw damagedTile(entriesPath(index, entries.length), 'does not hash to its tile');
  return { size, edge, entries };
};

/** MTH(D[start : end]) out of tiles, for making proofs; `size` is that of the stored tree. */
export const rangeRootOf = (size: number, tile: ReadTile): RangeRoot => {
  const range: RangeRoot = async (start, end) => {
    const width = end - start;
    const aligned = start % width === 0 && 2 ** Math.round(Math.log2(width)) === width;
    if (!aligned) {
      const middle = start + splitPoint(width);
      const [left, right] = await Promise.all([range(start, middle), range(middle, end)]);
      return nodeHash(left, right);
    }
    // A whole subtree of height h lies in one tile of level floor(h / 8).
    const height = Math.round(Math.log2(width));
    const level = Math.floor(height / TILE_HEIGHT);
    const unit = TILE_WIDTH ** level;
    const first = start / unit;
    const hashes = await tile.hashes(level, Math.floor(first / TILE_WIDTH), size);
    const offset = first % TILE_WIDTH;
    return rootOfHashes(hashes.slice(offset, offset + width / unit));
  };
  return range;
};
