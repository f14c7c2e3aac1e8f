import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leafHash, rootOfHashes } from './merkle.ts';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './proof.ts';
import { type LedgerCommit, memoryStorage } from './storage.ts';
import { numbered } from './test-help.ts';
import { tileReader } from './tile-reader.ts';
import { EMPTY_TREE, grow, loadTree, rangeRootOf, rootOf, type Tree } from './tree.ts';

/** Grows in batches and stores each. */
const build = async (batches: readonly number[], storage = memoryStorage()) => {
  const entries = numbered(batches.reduce((a, b) => a + b, 0));
  let tree: Tree = EMPTY_TREE;
  for (const batch of batches) {
    const grown = grow(tree, entries.slice(tree.size, tree.size + batch));
    const commit: LedgerCommit = { from: tree.size, size: grown.tree.size, ...grown };
    await storage.commit(commit);
    tree = grown.tree;
  }
  return { entries, tree, storage };
};

test('the root of the edge is the root of the entries, for every size to 300 and some beyond', () => {
  const entries = numbered(70_000);
  const leaves = entries.map(leafHash);
  let tree: Tree = EMPTY_TREE;
  const sizes = [...Array.from({ length: 300 }, (_, i) => i + 1), 65_535, 65_536, 65_537, 70_000];
  for (const size of sizes) {
    tree = grow(tree, entries.slice(tree.size, size)).tree;
    assert.ok(Buffer.from(rootOf(tree)).equals(rootOfHashes(leaves.slice(0, size))), `${size}`);
  }
  assert.deepEqual(
    tree.edge.map((row) => row.length),
    [112, 17, 1],
  );
});

test('tlog-tiles: 70,000 entries make exactly the tiles of the example', async () => {
  const { storage } = await build([69_990, 10]);
  const paths = storage.paths().filter((path) => !path.startsWith('tile/entries/'));
  assert.equal(paths.filter((path) => /^tile\/0\/[\dx/]+$/.test(path)).length, 273);
  assert.deepEqual(
    paths.filter((path) => path.includes('.p/')),
    ['tile/0/273.p/102', 'tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1'],
  );
});

test('how entries are cut into batches changes nothing but which partial tiles are left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 }),
      async (batches) => {
        const { entries, tree, storage } = await build(batches);
        const once = grow(EMPTY_TREE, entries);
        assert.deepEqual(tree, once.tree);
        for (const { path, bytes } of once.files)
          assert.deepEqual(await storage.read(path), bytes, path);
        const tiles = tileReader(storage.read);
        assert.deepEqual(await loadTree(tree.size, tiles), tree);
      },
    ),
    { numRuns: 40 },
  );
});

test('partial tiles are dropped once their full tile is there', async () => {
  const { storage } = await build([10, 20, 226, 1]);
  const left = storage.paths();
  assert.deepEqual(left, [
    'tile/0/000',
    'tile/0/001.p/1',
    'tile/1/000.p/1',
    'tile/entries/000',
    'tile/entries/001.p/1',
  ]);
});

test('proofs out of tiles hold, also those of older sizes', async () => {
  const { entries, tree, storage } = await build([1, 254, 1, 700, 66_000]);
  const range = rangeRootOf(tree.size, tileReader(storage.read));
  const leaves = entries.map(leafHash);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: tree.size - 1 }), fc.nat(), async (size0, at) => {
      const size = size0 + 1;
      const index = at % size;
      const root = rootOfHashes(leaves.slice(0, size));
      const proof = await inclusionProof(range, index, size);
      assert.ok(verifyInclusion(leaves[index]!, index, size, proof, root));
      const between = await consistencyProof(range, index, size);
      const older = rootOfHashes(leaves.slice(0, index));
      assert.ok(verifyConsistency(index, size, between, older, root));
    }),
    { numRuns: 8 },
  );
});

test('a second writer is refused', async () => {
  const { storage } = await build([3]);
  await assert.rejects(storage.commit({ from: 2, size: 4, files: [], obsolete: [] }), {
    code: 'LEDGER_CONFLICT',
  });
});

test('missing and damaged files are named', async () => {
  const { storage } = await build([300]);
  const without = (lost: string) =>
    tileReader(async (path) => (path === lost ? undefined : storage.read(path)));
  const cut = (short: string) =>
    tileReader(async (path) => (await storage.read(path))?.subarray(path === short ? 1 : 0));
  await assert.rejects(loadTree(300, without('tile/0/001.p/44')), { code: 'LEDGER_TILE_MISSING' });
  await assert.rejects(loadTree(300, cut('tile/0/001.p/44')), { code: 'LEDGER_TILE_DAMAGED' });
  await assert.rejects(loadTree(300, cut('tile/entries/001.p/44')), {
    code: 'LEDGER_TILE_DAMAGED',
  });
});
