/** A profile on the disk: the numbers and texts of the wire format; many of them are compressed together. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Profile } from '../../../detect/profile/profile.ts';
import { packInPlace, unpackProfiles } from '../../../detect/profile/wire.ts';

/** No block is larger; bounds what a damaged file can ask for. */
const MOST_BYTES = 64 << 20;

/**
 * The fastest level: a checkpoint writes every profile that gained something. The window is half as large
 * as that level has it, and so is the memory of each call.
 */
const FAST = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 17 },
  chunkSize: 64 << 10,
};

/**
 * Each call makes a context of its own, which the garbage collector takes for a megabyte to be freed:
 * with one call for each profile it went through all profiles many times in a checkpoint.
 */
export const compressed = (plain: Uint8Array): Buffer => zstdCompressSync(plain, FAST);
export const expanded = (bytes: Uint8Array): Buffer =>
  zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES, chunkSize: 256 << 10 });

let room = Buffer.alloc(64 << 10);

/** In memory that the next call uses again: of a buffer for each, the collector would chase gigabytes. */
export const profileToBytes = (id: string, profile: Profile): Buffer => {
  const { numbers, texts } = packInPlace([[id, profile]]);
  const words = JSON.stringify(texts);
  const start = 4 + numbers.byteLength;
  const most = start + 3 * words.length; // of UTF-8 for each unit of UTF-16
  if (most > room.length) room = Buffer.alloc(2 * most);
  room.writeUInt32LE(numbers.byteLength, 0);
  room.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), 4);
  return room.subarray(0, start + room.write(words, start));
};

export const profileFromBytes = (plain: Buffer): Profile => {
  const length = plain.readUInt32LE(0);
  const numbers = new Float64Array(length / 8);
  new Uint8Array(numbers.buffer).set(plain.subarray(4, 4 + length));
  // Written by `profileToBytes`, and checked by its checksum before it gets here.
  const texts = JSON.parse(plain.toString('utf8', 4 + length)) as string[];
  return unpackProfiles({ numbers, texts })[0]![1];
};
