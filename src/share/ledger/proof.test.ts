import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import vectors from '../../../interop/tlog/rfc6962.json' with { type: 'json' };
import { EMPTY_ROOT, leafHash, nodeHash, rootOfHashes, splitPoint } from './merkle.ts';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './proof.ts';
import { naiveRoot, numbered, rangesOf } from './test-help.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const LARGEST = 300;
const entries = numbered(LARGEST);
const leaves = entries.map(leafHash);
const ranges = rangesOf(entries);
const roots = Array.from({ length: LARGEST + 1 }, (_, n) => rootOfHashes(leaves.slice(0, n)));

test('RFC 6962 section 2.1: roots of the common vectors', () => {
  assert.equal(hex(EMPTY_ROOT), vectors.empty);
  const data = vectors.entries.map((entry) => Buffer.from(entry, 'hex'));
  vectors.roots.forEach((root, i) => {
    assert.equal(hex(rootOfHashes(data.slice(0, i + 1).map(leafHash))), root);
    assert.equal(hex(naiveRoot(data.slice(0, i + 1))), root);
  });
});

test('RFC 6962 sections 2.1.1 and 2.1.2: proofs of the common vectors', async () => {
  const data = vectors.entries.map((entry) => Buffer.from(entry, 'hex'));
  const range = rangesOf(data);
  const root = (size: number) => Buffer.from(vectors.roots[size - 1]!, 'hex');
  for (const { index, size, proof } of vectors.inclusion) {
    const made = await inclusionProof(range, index, size);
    assert.deepEqual(made.map(hex), proof, `${index} of ${size}`);
    assert.ok(verifyInclusion(leafHash(data[index]!), index, size, made, root(size)));
  }
  for (const { older, size, proof } of vectors.consistency) {
    const made = await consistencyProof(range, older, size);
    assert.deepEqual(made.map(hex), proof, `${older} in ${size}`);
    assert.ok(verifyConsistency(older, size, made, root(older), root(size)));
  }
});

test('rows of hashes give the root of the definition, for every size to 300', () => {
  for (let n = 0; n <= LARGEST; n++)
    assert.equal(hex(roots[n]!), hex(naiveRoot(entries.slice(0, n))), `size ${n}`);
});

test('the split point is exact far beyond 32 bits', () => {
  assert.deepEqual([2, 3, 4, 5, 8, 9].map(splitPoint), [1, 2, 2, 4, 4, 8]);
  assert.equal(splitPoint(2 ** 40 + 1), 2 ** 40);
  assert.equal(splitPoint(2 ** 40), 2 ** 39);
});

test('RFC 9162 2.1.3: every entry of every tree to 300 is proved, and at no other index', async () => {
  for (let n = 1; n <= LARGEST; n++)
    for (let i = 0; i < n; i += n < 40 ? 1 : 7) {
      const proof = await inclusionProof(ranges, i, n);
      assert.ok(verifyInclusion(leaves[i]!, i, n, proof, roots[n]!), `${i} of ${n}`);
      assert.ok(
        !verifyInclusion(leaves[i]!, i + 1, n, proof, roots[n]!),
        `${i} as ${i + 1} of ${n}`,
      );
      assert.ok(!verifyInclusion(leaves[i]!, i, n, [...proof, leaves[0]!], roots[n]!));
      if (n > 1) assert.ok(!verifyInclusion(leaves[i]!, i, n, proof.slice(1), roots[n]!));
    }
  assert.ok(!verifyInclusion(leaves[0]!, 0, 0, [], EMPTY_ROOT), 'nothing is in the empty tree');
});

test('RFC 9162 2.1.4: every pair of trees to 300 is consistent, and no other root is', async () => {
  for (let n = 0; n <= LARGEST; n++)
    for (let m = 0; m <= n; m += n < 40 ? 1 : 5) {
      const proof = await consistencyProof(ranges, m, n);
      assert.ok(verifyConsistency(m, n, proof, roots[m]!, roots[n]!), `${m} in ${n}`);
      assert.ok(!verifyConsistency(m, n, proof, leaves[7]!, roots[n]!), `another root of ${m}`);
      if (m > 0) assert.ok(!verifyConsistency(m, n, proof, roots[m]!, leaves[7]!));
      assert.ok(!verifyConsistency(m, n, [...proof, leaves[3]!], roots[m]!, roots[n]!), 'longer');
      if (m + 1 < n) assert.ok(!verifyConsistency(m + 1, n, proof, roots[m]!, roots[n]!));
    }
  assert.ok(!verifyConsistency(5, 4, [], roots[5]!, roots[4]!), 'a tree never shrinks');
});

test('a proof that climbs past the root of a smaller tree is refused', () => {
  // The root of two entries, claimed to be the root of one: only the count of levels tells them apart.
  const [a, b] = leaves as [Uint8Array, Uint8Array];
  assert.ok(!verifyInclusion(b, 0, 1, [a], roots[2]!));
  assert.ok(!verifyInclusion(nodeHash(a, b), 0, 1, [], roots[1]!));
  // Trees of 3 and 4 whose roots are one level higher than those of such trees can be.
  const [c, d] = leaves.slice(2) as [Uint8Array, Uint8Array];
  const within = [nodeHash(b, c), nodeHash(b, nodeHash(c, d))] as const;
  assert.ok(verifyConsistency(3, 4, [c, d, b], ...within));
  const higher = within.map((root) => nodeHash(a, root)) as [Uint8Array, Uint8Array];
  assert.ok(!verifyConsistency(3, 4, [c, d, b, a], ...higher));
});

test('one flipped bit in a proof, a root or a leaf fails', async () => {
  const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
    const copy = Uint8Array.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    return copy;
  };
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: LARGEST }),
      fc.nat(),
      fc.nat(),
      fc.nat({ max: 255 }),
      async (n, at, which, bit) => {
        const i = at % n;
        const proof = await inclusionProof(ranges, i, n);
        const step = which % proof.length;
        const bent = proof.map((p, k) => (k === step ? flip(p, bit) : p));
        assert.ok(!verifyInclusion(leaves[i]!, i, n, bent, roots[n]!));
        assert.ok(!verifyInclusion(flip(leaves[i]!, bit), i, n, proof, roots[n]!));
        assert.ok(!verifyInclusion(leaves[i]!, i, n, proof, flip(roots[n]!, bit)));
        const m = Math.max(1, i);
        const between = await consistencyProof(ranges, m, n);
        const changed = between.map((p, k) => (k === which % between.length ? flip(p, bit) : p));
        assert.ok(!verifyConsistency(m, n, changed, roots[m]!, roots[n]!));
        assert.ok(!verifyConsistency(m, n, between, flip(roots[m]!, bit), roots[n]!));
        assert.ok(!verifyConsistency(m, n, between, roots[m]!, flip(roots[n]!, bit)));
      },
    ),
    { numRuns: 200 },
  );
});
