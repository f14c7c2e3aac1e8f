/** A profile on the disk: the numbers and texts of the wire format; many of them are compressed together. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Profile } from '../../../detect/profile/profile.ts';
import { packProfiles, unpackProfiles } from '../../../detect/profile/wire.ts';

/** No block is larger; bounds what a damaged file can ask for. */
const MOST_BYTES = 64 << 20;

/** The fastest level: a checkpoint writes every profile that gained something. */
const FAST = {
  params: { [constants.ZSTD_c_compressionLevel]: 1 },
  chunkSize: 64 << 10,
};

/**
 * Each call makes a context of its own, which the garbage collector takes for a megabyte to be freed:
 * with one call for each profile it went through all profiles many times in a checkpoint.
 */
export const compressed = (plain: Uint8Array): Buffer => zstdCompressSync(plain, FAST);
export const expanded = (bytes: Uint8Array): Buffer =>
  zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES, chunkSize: 256 << 10 });

export const profileToBytes = (id: string, profile: Profile): Buffer => {
  const { numbers, texts } = packProfiles([[id, profile]]);
  const words = Buffer.from(JSON.stringify(texts));
  const plain = Buffer.allocUnsafe(4 + numbers.byteLength + words.length);
  plain.writeUInt32LE(numbers.byteLength, 0);
  plain.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), 4);
  words.copy(plain, 4 + numbers.byteLength);
  return plain;
};

export const profileFromBytes = (plain: Buffer): Profile => {
  const length = plain.readUInt32LE(0);
  const numbers = new Float64Array(length / 8);
  new Uint8Array(numbers.buffer).set(plain.subarray(4, 4 + length));
  // Written by `profileToBytes`, and checked by its checksum before it gets here.
  const texts = JSON.parse(plain.toString('utf8', 4 + length)) as string[];
  return unpackProfiles({ numbers, texts })[0]![1];
};
