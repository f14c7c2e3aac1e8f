import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  completeAt,
  decodeBundle,
  encodeBundle,
  entriesPath,
  levelsAt,
  MAX_ENTRY_BYTES,
  parseTilePath,
  tilePath,
  widthAt,
} from './tile.ts';

test('tlog-tiles "Merkle Tree": index 1234067 is x001/x234/067', () => {
  assert.equal(tilePath(0, 1_234_067), 'tile/0/x001/x234/067');
  assert.equal(tilePath(3, 7, 255), 'tile/3/007.p/255');
  assert.equal(entriesPath(1000, 8), 'tile/entries/x001/000.p/8');
  assert.equal(tilePath(0, 999), 'tile/0/999');
});

test('a path has one spelling, and what is none is refused', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 63 }),
      fc.integer({ min: 0, max: 10 ** 15 - 1 }),
      fc.integer({ min: 1, max: 256 }),
      (level, index, width) => {
        assert.deepEqual(parseTilePath(tilePath(level, index, width)), { level, index, width });
        const bundle = entriesPath(index, width);
        assert.deepEqual(parseTilePath(bundle), { level: 'entries', index, width });
      },
    ),
  );
  for (const path of [
    'tile/00/000',
    'tile/64/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/../checkpoint',
    'tile/x/000',
    'checkpoint',
    '/tile/0/000',
    'tile/0/000 ',
  ])
    assert.equal(parseTilePath(path), undefined, path);
});

test('tlog-tiles "Partial Tiles": the example of 70,000 entries, and of 256', () => {
  const size = 70_000;
  assert.equal(levelsAt(size), 3);
  assert.equal(completeAt(1, size), 273);
  assert.equal(widthAt(0, 272, size), 256);
  assert.equal(widthAt(0, 273, size), 112);
  assert.equal(widthAt(1, 0, size), 256);
  assert.equal(widthAt(1, 1, size), 17);
  assert.equal(widthAt(2, 0, size), 1);
  assert.deepEqual([widthAt(0, 0, 256), widthAt(0, 1, 256), widthAt(1, 0, 256)], [256, 0, 1]);
});

test('tlog-tiles "Log entries": bundles keep their entries, and refuse what does not add up', () => {
  const bytes = encodeBundle([Buffer.from('ab'), Buffer.alloc(0), Buffer.from('c')]);
  assert.equal(Buffer.from(bytes).toString('hex'), '00026162' + '0000' + '000163');
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (entries) => {
      const back = decodeBundle(encodeBundle(entries))!;
      assert.deepEqual(
        back.map((e) => [...e]),
        entries.map((e) => [...e]),
      );
    }),
  );
  assert.equal(decodeBundle(bytes.subarray(0, -1)), undefined);
  assert.equal(decodeBundle(Buffer.of(0)), undefined);
  assert.equal(encodeBundle([Buffer.alloc(MAX_ENTRY_BYTES)]).length, MAX_ENTRY_BYTES + 2);
  assert.throws(() => encodeBundle([Buffer.alloc(MAX_ENTRY_BYTES + 1)]), {
    code: 'LEDGER_ENTRY_TOO_LARGE',
  });
});
