import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cosign } from './cosignature.ts';
import { folderStorage, ledgerPaths } from './folder-storage.ts';
import { openLedger } from './ledger.ts';
import { leafHash } from './merkle.ts';
import { parseNote } from './note.ts';
import { verifyConsistency, verifyInclusion } from './proof.ts';
import { headOf } from './reader.ts';
import { conflict, type LedgerStorage, memoryStorage } from './storage.ts';
import { records, testKey } from './test-help.ts';
import { believe } from './trust.ts';

const origin = 'hub.example/ledger';
const key = testKey(1);
const folders: string[] = [];
const folder = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'stillwatch-ledger-'));
  folders.push(made);
  return made;
};
after(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

const storages: readonly [string, () => Promise<LedgerStorage>][] = [
  ['memory', async () => memoryStorage()],
  ['folder', async () => folderStorage(await folder())],
];

for (const [name, make] of storages) {
  test(`${name}: appends, proves, and is the same after it is opened again`, async () => {
    const storage = await make();
    const ledger = await openLedger({ storage, origin, key });
    assert.equal(headOf(await ledger.checkpoint()).size, 0);
    const entries = records(600);
    const first = await ledger.append(entries.slice(0, 100));
    assert.deepEqual([first.first, headOf(first.checkpoint).size], [0, 100]);
    const second = await ledger.append(entries.slice(100, 599));
    const again = await openLedger({ storage, origin, key });
    const third = await again.append(entries.slice(599));
    assert.equal(third.first, 599);
    assert.equal(await ledger.checkpoint(), third.checkpoint);
    const policy = { log: [again.verifier], witnesses: [], quorum: 0 };
    const [a, b, c] = [first, second, third].map(({ checkpoint }) => believe(checkpoint, policy));
    for (const [older, newer] of [
      [a, b],
      [a, c],
      [b, c],
    ] as const) {
      const proof = await again.proveConsistency(older!.size, newer!.size);
      assert.ok(verifyConsistency(older!.size, newer!.size, proof, older!.root, newer!.root));
    }
    for (const index of [0, 99, 100, 255, 256, 511, 599]) {
      const entry = await again.entry(index);
      assert.deepEqual(Buffer.from(entry), Buffer.from(entries[index]!));
      const proof = await again.proveInclusion(index, 600);
      assert.ok(verifyInclusion(leafHash(entry), index, 600, proof, c!.root));
    }
    await assert.rejects(again.entry(600), RangeError);
    await assert.rejects(again.proveInclusion(600, 600), RangeError);
    await assert.rejects(again.proveConsistency(2, 601), RangeError);
  });

  test(`${name}: calls at once wait for each other; two writers do not lose entries`, async () => {
    const storage = await make();
    const one = await openLedger({ storage, origin, key });
    const two = await openLedger({ storage, origin, key });
    const entries = records(40);
    const done = [];
    for (const [i, entry] of entries.entries())
      done.push(await (i % 2 === 0 ? one : two).append([entry]));
    await Promise.all(entries.map((entry) => one.append([entry])));
    assert.equal(headOf(await two.checkpoint()).size, 80);
    assert.deepEqual(
      done.map(({ first }) => first),
      entries.map((_, i) => i),
    );
  });

  test(`${name}: signatures of witnesses are added to the newest checkpoint only`, async () => {
    const storage = await make();
    const ledger = await openLedger({ storage, origin, key });
    const { checkpoint } = await ledger.append(records(3));
    const { text } = parseNote(checkpoint);
    const sign = (seconds: number) => cosign(text, 'w.example', testKey(9), seconds);
    assert.ok(await ledger.addSignatures(text, [sign(1)]));
    assert.ok(await ledger.addSignatures(text, [sign(2)]));
    assert.equal(parseNote(await ledger.checkpoint()).signatures.length, 2);
    await ledger.append(records(1));
    assert.equal(await ledger.addSignatures(text, [sign(3)]), false);
    // A second process that has not appended itself signs the newest all the same.
    const other = await openLedger({ storage, origin, key });
    await ledger.append(records(1));
    const newest = parseNote(await other.checkpoint()).text;
    assert.ok(await other.addSignatures(newest, [cosign(newest, 'w.example', testKey(9), 4)]));
    const overtaken = { ...storage, commit: () => Promise.reject(conflict(5, 6)) };
    const late = await openLedger({ storage: overtaken, origin, key });
    assert.equal(
      await late.addSignatures(newest, [cosign(newest, 'w.example', testKey(9), 5)]),
      false,
    );
  });
}

test('a ledger of another key or of another name is not continued', async () => {
  const storage = memoryStorage();
  await (await openLedger({ storage, origin, key })).append(records(2));
  const unsigned = { code: 'LEDGER_UNSIGNED' };
  await assert.rejects(openLedger({ storage, origin, key: testKey(2) }), unsigned);
  await assert.rejects(openLedger({ storage, origin: 'other.example', key }), unsigned);
});

test('nothing is signed over files that were changed', async () => {
  const storage = memoryStorage();
  await (await openLedger({ storage, origin, key })).append(records(300));
  for (const path of ['tile/0/001.p/44', 'tile/1/000.p/1', 'tile/entries/001.p/44']) {
    const read: LedgerStorage['read'] = async (asked) => {
      const bytes = await storage.read(asked);
      if (asked !== path) return bytes;
      const bent = Uint8Array.from(bytes!);
      bent[20]! ^= 1;
      return bent;
    };
    await assert.rejects(openLedger({ storage: { ...storage, read }, origin, key }), {
      code: 'LEDGER_TILE_DAMAGED',
    });
  }
});

test('a crash between the tiles and the checkpoint loses nothing and adds nothing', async () => {
  const path = await folder();
  const storage = folderStorage(path);
  const before = await (await openLedger({ storage, origin, key })).append(records(250));
  // What a batch writes first, and then no checkpoint: other entries than those that come later.
  const crashed = memoryStorage();
  const lost = await openLedger({ storage: crashed, origin, key });
  await lost.append(records(250));
  await lost.append([...records(60)].reverse());
  for (const written of crashed.paths())
    if (written.includes('.p/54') || /^tile\/(0|entries)\/000$/.test(written)) {
      const bytes = (await crashed.read(written))!;
      await storage.commit({
        from: 250,
        size: 250,
        files: [{ path: written, bytes }],
        obsolete: [],
      });
    }
  const ledger = await openLedger({ storage, origin, key });
  assert.equal(await ledger.checkpoint(), before.checkpoint);
  const { checkpoint } = await ledger.append(records(60));
  const { root } = headOf(checkpoint);
  for (const index of [0, 249, 250, 309]) {
    const proof = await ledger.proveInclusion(index, 310);
    assert.ok(verifyInclusion(leafHash(await ledger.entry(index)), index, 310, proof, root));
  }
});

test('a folder holds the static files of tlog-tiles and reads nothing else', async () => {
  const path = await folder();
  const storage = folderStorage(path);
  await (await openLedger({ storage, origin, key })).append(records(257));
  assert.deepEqual(await ledgerPaths(path), [
    'checkpoint',
    'tile/0/000',
    'tile/0/001.p/1',
    'tile/1/000.p/1',
    'tile/entries/000',
    'tile/entries/001.p/1',
  ]);
  await writeFile(join(path, 'secret'), 'x');
  for (const outside of ['secret', '../secret', 'tile/../secret', 'tile/0/000.tmp'])
    assert.equal(await storage.read(outside), undefined);
});
