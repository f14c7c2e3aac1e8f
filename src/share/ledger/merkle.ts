/** Merkle tree hashing of RFC 6962 section 2.1 over SHA-256, and the arithmetic of trees of any size. */
import { hash } from 'node:crypto';

export const HASH_BYTES = 32;

const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data, 'buffer');

/** RFC 6962 section 2.1: the root of the empty tree is the hash of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

/** Where a leaf is put together: hashing is synchronous, so one buffer serves all (an entry has 65,535 bytes at most). */
const leafData = new Uint8Array(1 + 0xffff);
const nodeData = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1);

/** MTH({d}) = SHA-256(0x00 || d); the prefixes keep leaves and nodes apart (second preimages). */
export const leafHash = (entry: Uint8Array): Uint8Array => {
  const data = entry.length < leafData.length ? leafData : new Uint8Array(1 + entry.length);
  data.set(entry, 1);
  return sha256(data.subarray(0, 1 + entry.length));
};

/** SHA-256(0x01 || left || right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  nodeData.set(left, 1);
  nodeData.set(right, 1 + HASH_BYTES);
  return sha256(nodeData);
};

/**
 * The largest power of two smaller than n (n ≥ 2): where RFC 6962 section 2.1 splits a tree of n leaves.
 * By multiplication, because 32-bit shifts end at four billion entries.
 */
export const splitPoint = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/**
 * The root over hashes that are all of one height, by the definition in section 2.1. Their number need
 * not be a power of two; 0 gives the empty root.
 */
export const rootOfHashes = (hashes: readonly Uint8Array[]): Uint8Array => {
  if (hashes.length === 0) return EMPTY_ROOT;
  let row = hashes;
  // Pairing row by row gives the same tree: an odd last node rises unchanged until it finds a sibling.
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < row.length; i += 2) above.push(nodeHash(row[i]!, row[i + 1]!));
    if (row.length % 2 === 1) above.push(row.at(-1)!);
    row = above;
  }
  return row[0]!;
};

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && Buffer.compare(a, b) === 0;
