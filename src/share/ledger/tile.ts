/** The static files of a log by C2SP tlog-tiles: their paths, and the encoding of entry bundles. */
import { StillwatchError } from '../../base/errors.ts';

/** Hashes in a full tile and entries in a full bundle; a tile is a subtree of height 8. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;

/** Where the signed tree head is served (tlog-tiles, "Checkpoints"). */
export const CHECKPOINT_PATH = 'checkpoint';

/** The length prefix of an entry is a uint16 (tlog-tiles, "Log entries"). */
export const MAX_ENTRY_BYTES = 0xffff;

/** `index` in path elements of three digits, all but the last behind an x: 1234067 is x001/x234/067. */
const elements = (index: number): string => {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  return padded.replaceAll(/\d{3}(?=\d)/g, 'x$&/');
};

const suffix = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`);

/** Path of the tile of `width` hashes (1 to 256), `index`-th of its level. */
export const tilePath = (level: number, index: number, width: number = TILE_WIDTH): string =>
  `tile/${level}/${elements(index)}${suffix(width)}`;

/** Path of the bundle of `width` entries that belongs to the level 0 tile `index`. */
export const entriesPath = (index: number, width: number = TILE_WIDTH): string =>
  `tile/entries/${elements(index)}${suffix(width)}`;

export interface TilePath {
  /** 0 to 63, or `entries` for a bundle. */
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

const PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** The tile that a path from outside names, or undefined when it names none or in another spelling. */
export const parseTilePath = (path: string): TilePath | undefined => {
  const match = PATH.exec(path);
  if (match === null) return undefined;
  const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const index = Number(match[2]!.replaceAll(/[x/]/g, ''));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  if (level !== 'entries' && level > 63) return undefined;
  if (match[3] !== undefined && width >= TILE_WIDTH) return undefined;
  if (!Number.isSafeInteger(index)) return undefined;
  // One spelling per tile: x000/001 is not the path of tile 1.
  const spelt = level === 'entries' ? entriesPath(index, width) : tilePath(level, index, width);
  return spelt === path ? { level, index, width } : undefined;
};

/** Number of subtrees of height 8·level that are complete in a tree of `size` entries. */
export const completeAt = (level: number, size: number): number =>
  Math.floor(size / TILE_WIDTH ** level);

/** The width that tile `index` of a level has in a tree of `size` entries: 0 (absent) to 256 (full). */
export const widthAt = (level: number, index: number, size: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, completeAt(level, size) - index * TILE_WIDTH));

/** Levels that have at least one hash in a tree of `size` entries. */
export const levelsAt = (size: number): number => {
  let level = 0;
  while (completeAt(level, size) > 0) level++;
  return level;
};

/**
 * Entries as one bundle: each behind its length as a big-endian uint16.
 *
 * @throws StillwatchError `LEDGER_ENTRY_TOO_LARGE` for an entry above {@link MAX_ENTRY_BYTES}.
 */
export const encodeBundle = (entries: readonly Uint8Array[]): Uint8Array => {
  const bytes = Buffer.alloc(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES)
      throw new StillwatchError(
        'LEDGER_ENTRY_TOO_LARGE',
        `An entry of the ledger has ${entry.length} bytes; ${MAX_ENTRY_BYTES} is the largest`,
        'Write a digest of the content instead of the content.',
      );
    at = bytes.writeUInt16BE(entry.length, at);
    bytes.set(entry, at);
    at += entry.length;
  }
  return bytes;
};

/** The entries of a bundle, or undefined when its lengths do not add up. */
export const decodeBundle = (bundle: Uint8Array): readonly Uint8Array[] | undefined => {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    if (at + 2 > bundle.length) return undefined;
    const end = at + 2 + view.getUint16(at);
    if (end > bundle.length) return undefined;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
};
