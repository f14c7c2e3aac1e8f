/** Inclusion and consistency proofs: making them (RFC 9162 2.1.3.1, 2.1.4.1) and checking them (2.1.3.2, 2.1.4.2). */
import { EMPTY_ROOT, nodeHash, sameBytes, splitPoint } from './merkle.ts';

/** MTH(D[start : end]) of the log; only asked for ranges that a proof needs. */
export type RangeRoot = (start: number, end: number) => Promise<Uint8Array>;

/** The siblings from the leaf up to the root, for the entry `index` in the tree of `size` entries. */
export const inclusionProof = async (
  range: RangeRoot,
  index: number,
  size: number,
): Promise<readonly Uint8Array[]> => {
  // PATH(m, D[n]) of section 2.1.3.1, walked from the root down and so collected backwards.
  const path: Promise<Uint8Array>[] = [];
  for (let start = 0, end = size; end - start > 1; ) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(range(middle, end));
      end = middle;
    } else {
      path.push(range(start, middle));
      start = middle;
    }
  }
  return (await Promise.all(path)).reverse();
};

/** What proves that the tree of `size` entries begins with the tree of `older` entries (0 ≤ older ≤ size). */
export const consistencyProof = async (
  range: RangeRoot,
  older: number,
  size: number,
): Promise<readonly Uint8Array[]> => {
  // Nothing has to be shown for the empty tree and for the same tree.
  if (older === 0 || older === size) return [];
  const path: Promise<Uint8Array>[] = [];
  let start = 0;
  let end = size;
  // SUBPROOF(m, D[n], b) of section 2.1.4.1; b stays true while the walk never turned right.
  while (older < end) {
    const middle = start + splitPoint(end - start);
    if (older <= middle) {
      path.push(range(middle, end));
      end = middle;
    } else {
      path.push(range(start, middle));
      start = middle;
    }
  }
  if (start > 0) path.push(range(start, end));
  return (await Promise.all(path)).reverse();
};

const half = (n: number): number => Math.floor(n / 2);
const odd = (n: number): boolean => n % 2 === 1;

/** RFC 9162 section 2.1.3.2: is `leaf` the entry `index` of the tree (`size`, `root`)? Never throws. */
export const verifyInclusion = (
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean => {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false; // step 1
  let fn = index; // step 2
  let sn = size - 1;
  let r = leaf; // step 3
  for (const p of proof) {
    if (sn === 0) return false; // step 4.1
    if (odd(fn) || fn === sn) {
      r = nodeHash(p, r); // step 4.2.1
      while (!odd(fn) && fn !== 0) {
        fn = half(fn); // step 4.2.2: past the levels at which the node has no sibling
        sn = half(sn);
      }
    } else r = nodeHash(r, p); // step 4.3
    fn = half(fn); // step 4.4
    sn = half(sn);
  }
  return sn === 0 && sameBytes(r, root); // step 5
};

/** RFC 9162 section 2.1.4.2: is the tree (`older`, `olderRoot`) a beginning of the tree (`size`, `root`)? */
export const verifyConsistency = (
  older: number,
  size: number,
  proof: readonly Uint8Array[],
  olderRoot: Uint8Array,
  root: Uint8Array,
): boolean => {
  if (older > size || older < 0) return false;
  // The section defines 0 < m < n. Equal trees are equal; the empty tree begins every tree.
  if (older === size) return proof.length === 0 && sameBytes(olderRoot, root);
  if (older === 0) return proof.length === 0 && sameBytes(olderRoot, EMPTY_ROOT);
  if (proof.length === 0) return false; // step 1
  let fn = older - 1; // step 3
  let sn = size - 1;
  while (odd(fn)) {
    fn = half(fn); // step 4
    sn = half(sn);
  }
  // Step 2: a power of two is a whole subtree, whose root the verifier already has. After step 4 that
  // is the case exactly when nothing of fn is left.
  const path = fn === 0 ? [olderRoot, ...proof] : proof;
  let fr = path[0]!; // step 5
  let sr = path[0]!;
  for (const c of path.slice(1)) {
    if (sn === 0) return false; // step 6.1
    if (odd(fn) || fn === sn) {
      fr = nodeHash(c, fr); // step 6.2.1
      sr = nodeHash(c, sr);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn); // step 6.2.2
        sn = half(sn);
      }
    } else sr = nodeHash(sr, c); // step 6.3
    fn = half(fn); // step 6.4
    sn = half(sn);
  }
  return sn === 0 && sameBytes(fr, olderRoot) && sameBytes(sr, root); // step 7
};
