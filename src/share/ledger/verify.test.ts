import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawPublicKey } from '../sharing/signing/ed25519.ts';
import { type BundleRequest, makeBundle } from './bundle.ts';
import { decodeBundleFile, encodeBundleFile } from './bundle-file.ts';
import { cosign } from './cosignature.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { parseNote } from './note.ts';
import { commitment, encodeRecord } from './record.ts';
import { memoryStorage } from './storage.ts';
import { records, testKey } from './test-help.ts';
import { verifierKey, WITNESS_KEY } from './verifier-key.ts';
import { type BundleTrust, verifyBundle } from './verify.ts';
import { verifyFiles } from './verify-files.ts';

const origin = 'hub.example/ledger';
const key = testKey(1);
const witness = verifierKey('w.example', WITNESS_KEY, rawPublicKey(testKey(9)));
const salt = Buffer.alloc(32, 4);
const object = { type: 'indicator', id: 'indicator--1' };
const special = encodeRecord({
  kind: 'accepted',
  at: '2026-11-21T01:30Z',
  object: commitment('object', salt, object),
  contribution: commitment('contribution', Buffer.alloc(32, 5), 'c'),
});

/** 20 entries, a kept checkpoint, then up to `size`; entry 21 is the special one; cosigned at the end. */
const world = async (size: number, tail = records(size - 21)) => {
  const storage = memoryStorage();
  const ledger = await openLedger({ storage, origin, key });
  const kept = (await ledger.append(records(20))).checkpoint;
  await ledger.append([special, ...tail]);
  const { text } = parseNote(await ledger.checkpoint());
  await ledger.addSignatures(text, [cosign(text, witness.name, testKey(9), 1_790_000_000)]);
  return { storage, ledger, kept };
};
const trust = (ledger: Ledger, rest: Partial<BundleTrust> = {}): BundleTrust => ({
  log: [ledger.verifier],
  witnesses: [witness],
  quorum: 1,
  ...rest,
});
const bundleOf = async (ledger: Ledger, request: Partial<BundleRequest> = {}) =>
  makeBundle(ledger, [ledger.verifier], {
    entries: [{ index: 3 }, { index: 20, openings: [{ field: 'object', salt, value: object }] }],
    witnesses: [witness],
    ...request,
  });

test('a bundle is verified from its bytes alone', async () => {
  const { ledger, kept } = await world(300);
  const file = encodeBundleFile(await bundleOf(ledger, { older: kept }));
  const verified = verifyBundle(decodeBundleFile(file), trust(ledger, { kept }));
  assert.equal(verified.checkpoint.size, 300);
  assert.equal(verified.since, 20);
  assert.deepEqual(
    verified.entries.map(({ index, event, opened }) => [index, event.kind, opened]),
    [
      [3, 'accepted', []],
      [20, 'accepted', ['object']],
    ],
  );
  assert.deepEqual(verified.checkpoint.witnessed, [{ name: 'w.example', seconds: 1_790_000_000 }]);
});

test('one flipped bit anywhere in a bundle fails', async () => {
  const { ledger, kept } = await world(24);
  const openings = [{ field: 'object' as const, salt, value: object }];
  const bundle = await bundleOf(ledger, { older: kept, entries: [{ index: 20, openings }] });
  const file = Buffer.from(encodeBundleFile(bundle));
  const policies = [trust(ledger, { kept }), { log: [], witnesses: [], quorum: 0 }];
  for (const policy of policies) verifyBundle(decodeBundleFile(file.toString()), policy);
  const codes = new Set<string>();
  for (let bit = 0; bit < file.length * 8; bit++) {
    const bent = Buffer.from(file);
    bent[bit >> 3]! ^= 1 << (bit & 7);
    // The policy with no keys of its own is the weakest; whatever passes it would be a hole.
    try {
      verifyBundle(decodeBundleFile(bent.toString()), policies[1]!);
      assert.fail(
        `bit ${bit} of ${bent.toString().slice((bit >> 3) - 20, (bit >> 3) + 20)} passed`,
      );
    } catch (error) {
      const { code } = error as { code?: string };
      assert.ok(code?.startsWith('LEDGER_'), String(error));
      codes.add(code!);
    }
  }
  assert.ok(codes.size >= 5, [...codes].join());
});

test('a rewritten history is found, by what was kept and by the proof', async () => {
  const honest = await world(300);
  // The same key signs a second history in which entry 5 is another one.
  const storage = memoryStorage();
  const forked = await openLedger({ storage, origin, key });
  const other = records(21).map((entry, i) => (i === 5 ? records(7)[6]! : entry));
  const forkedKept = (await forked.append(other.slice(0, 20))).checkpoint;
  await forked.append([special, ...records(279)]);
  const bundle = await bundleOf(forked, { older: forkedKept });
  const keys = trust(forked, { quorum: 0 });
  verifyBundle(bundle, keys);
  assert.throws(() => verifyBundle(bundle, { ...keys, kept: honest.kept }), {
    code: 'LEDGER_FORKED',
  });
  const head = await honest.ledger.checkpoint();
  assert.throws(() => verifyBundle(bundle, { ...keys, kept: head }), { code: 'LEDGER_FORKED' });
  const both = { ...bundle, older: { checkpoint: head, proof: [] } };
  assert.throws(() => verifyBundle(both, keys), { code: 'LEDGER_FORKED' });
  const spliced = { ...bundle, older: { ...bundle.older!, checkpoint: honest.kept } };
  assert.throws(() => verifyBundle(spliced, keys), { code: 'LEDGER_INCONSISTENT' });
  await assert.rejects(verifyFiles(storage.read, { ...keys, kept: honest.kept }), {
    code: 'LEDGER_INCONSISTENT',
  });
  await assert.rejects(verifyFiles(storage.read, { ...keys, kept: head }), {
    code: 'LEDGER_FORKED',
  });
});

test('each claim of a bundle can fail on its own', async () => {
  const { ledger, kept } = await world(300);
  const bundle = await bundleOf(ledger, { older: kept });
  const fails = (code: string, bent: typeof bundle, policy = trust(ledger)) =>
    assert.throws(() => verifyBundle(bent, policy), { code }, code);
  const [first, second] = bundle.entries as [
    (typeof bundle.entries)[0],
    (typeof bundle.entries)[0],
  ];
  fails('LEDGER_NOT_INCLUDED', { ...bundle, entries: [{ ...first, index: 4 }] });
  fails('LEDGER_NOT_INCLUDED', { ...bundle, entries: [{ ...first, entry: second.entry }] });
  fails('LEDGER_NOT_INCLUDED', { ...bundle, entries: [{ ...first, proof: second.proof }] });
  const wrong = [{ field: 'object' as const, salt, value: { ...object, id: 'indicator--2' } }];
  fails('LEDGER_OPENING_WRONG', { ...bundle, entries: [{ ...second, openings: wrong }] });
  fails('LEDGER_OPENING_WRONG', { ...bundle, entries: [{ ...first, openings: second.openings }] });
  fails('LEDGER_INCONSISTENT', { ...bundle, older: { ...bundle.older!, proof: [] } });
  fails('LEDGER_SIGNER_UNNAMED', { ...bundle, witnessKeys: [] });
  fails('LEDGER_KEY_UNUSABLE', { ...bundle, logKeys: bundle.witnessKeys });
  fails(
    'LEDGER_UNSIGNED',
    bundle,
    trust(ledger, { log: [verifierKey(origin, 1, witness.publicKey)] }),
  );
  const stranger = verifierKey('x.example', WITNESS_KEY, rawPublicKey(testKey(8)));
  fails(
    'LEDGER_WITNESSES_MISSING',
    bundle,
    trust(ledger, { witnesses: [witness, stranger], quorum: 2 }),
  );
  const without = await bundleOf(ledger);
  fails('LEDGER_NOT_LINKED', without, trust(ledger, { kept }));
  verifyBundle(without, trust(ledger, { kept: without.checkpoint }));
});

test('a record that is none of the events is found even though it is included', async () => {
  const storage = memoryStorage();
  const ledger = await openLedger({ storage, origin, key });
  await ledger.append([...records(3), Buffer.from('{"kind":"note","text":"lab-a was refused"}')]);
  const bundle = await bundleOf(ledger, { entries: [{ index: 3 }], witnesses: [] });
  const policy = trust(ledger, { witnesses: [], quorum: 0 });
  assert.throws(() => verifyBundle(bundle, policy), { code: 'LEDGER_RECORD_INVALID' });
  await assert.rejects(verifyFiles(storage.read, policy), { code: 'LEDGER_RECORD_INVALID' });
});

test('a log changes its key: old checkpoints stay good, and bundles lead across', async () => {
  const { storage, ledger, kept } = await world(30);
  const newKey = testKey(2);
  await assert.rejects(openLedger({ storage, origin, key: newKey }), { code: 'LEDGER_UNSIGNED' });
  const earlierKeys = [ledger.verifier];
  const changed = await openLedger({ storage, origin, key: newKey, earlierKeys });
  await changed.append(records(10));
  await openLedger({ storage, origin, key: newKey });
  const both = [changed.verifier, ledger.verifier];
  const bundle = await makeBundle(changed, both, { entries: [{ index: 33 }], older: kept });
  const policy = { log: both, witnesses: [], quorum: 0, kept };
  assert.equal(verifyBundle(bundle, policy).since, 20);
  assert.throws(() => verifyBundle(bundle, { ...policy, log: [ledger.verifier] }), {
    code: 'LEDGER_UNSIGNED',
  });
});

test('a bundle file has one spelling', async () => {
  const { ledger } = await world(40);
  const file = encodeBundleFile(await bundleOf(ledger));
  const unreadable = { code: 'LEDGER_BUNDLE_UNREADABLE' };
  const value = JSON.parse(file) as object;
  for (const wrong of [
    '',
    '{',
    '[]',
    'null',
    file.trimEnd(),
    ` ${file}`,
    `\ufeff${file}`,
    `${JSON.stringify(value, null, 1)}\n`,
    file.replace('"version":1', '"version":2'),
    file.replace('"older":null', '"older":null,"x":1'),
    file.replace('"older":null', '"older":null,"older":null'),
  ])
    assert.throws(() => decodeBundleFile(wrong), unreadable, wrong.slice(0, 40));
});

test('files: any size, with and without a kept checkpoint', async () => {
  for (const size of [21, 255, 256, 257, 511, 512, 513, 1100]) {
    const { storage, ledger, kept } = await world(size);
    const { checkpoint, kinds, since } = await verifyFiles(storage.read, trust(ledger, { kept }));
    assert.deepEqual([checkpoint.size, since], [size, 20]);
    assert.equal(
      Object.values(kinds).reduce((a, b) => a + b, 0),
      size,
    );
    assert.equal((await verifyFiles(storage.read, trust(ledger))).since, undefined);
  }
  const empty = memoryStorage();
  const ledger = await openLedger({ storage: empty, origin, key });
  const none = await verifyFiles(empty.read, trust(ledger, { quorum: 0 }));
  assert.equal(none.checkpoint.size, 0);
});

test('files: one flipped bit in any of them fails', async () => {
  const { storage, ledger, kept } = await world(600);
  const needed = storage
    .paths()
    .filter((path) => !path.includes('.p/') || /\.p\/(88|2)$/.test(path));
  assert.equal(needed.length, 8);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...needed), fc.nat(), async (path, at) => {
      const read = async (asked: string) => {
        const bytes = await storage.read(asked);
        if (asked !== path) return bytes;
        const bent = Uint8Array.from(bytes!);
        const bit = at % (bent.length * 8);
        bent[bit >> 3]! ^= 1 << (bit & 7);
        return bent;
      };
      await assert.rejects(verifyFiles(read, trust(ledger, { kept })), (error: { code?: string }) =>
        /^LEDGER_/.test(error.code ?? ''),
      );
    }),
    { numRuns: 150 },
  );
  for (const path of needed)
    await assert.rejects(
      verifyFiles(
        async (asked) => (asked === path ? undefined : storage.read(asked)),
        trust(ledger),
      ),
      { code: path === 'checkpoint' ? 'LEDGER_TILE_DAMAGED' : 'LEDGER_TILE_MISSING' },
    );
});

test('files: a tree that went back is found', async () => {
  const { ledger } = await world(300);
  const kept = await ledger.checkpoint();
  const earlier = await world(100);
  await assert.rejects(verifyFiles(earlier.storage.read, trust(ledger, { kept })), {
    code: 'LEDGER_INCONSISTENT',
  });
});
