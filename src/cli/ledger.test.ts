import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { makeBundle } from '../share/ledger/bundle.ts';
import { encodeBundleFile } from '../share/ledger/bundle-file.ts';
import { folderStorage } from '../share/ledger/folder-storage.ts';
import { openLedger } from '../share/ledger/ledger.ts';
import { encodeRecord, type LedgerEvent } from '../share/ledger/record.ts';
import { formatVerifierKey } from '../share/ledger/verifier-key.ts';
import { privateKeyOf } from '../share/sharing/signing/ed25519.ts';
import { addLedgerCommand } from './ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-ledger-cli-'));
after(() => rmSync(folder, { recursive: true }));

const event = (i: number): LedgerEvent => ({
  kind: 'retracted',
  at: '2026-11-21T01:30Z',
  object: Buffer.alloc(32, String(i).padStart(8, '0')).toString('base64url'),
});
const mirror = join(folder, 'mirror');
const ledger = await openLedger({
  storage: folderStorage(mirror),
  origin: 'hub.example/ledger',
  key: privateKeyOf(new Uint8Array(32).fill(1)),
});
const kept = join(folder, 'checkpoint.txt');
writeFileSync(kept, (await ledger.append([encodeRecord(event(0))])).checkpoint);
await ledger.append(Array.from({ length: 300 }, (_, i) => encodeRecord(event(i + 1))));
const key = formatVerifierKey(ledger.verifier);
const file = encodeBundleFile(
  await makeBundle(ledger, [ledger.verifier], {
    entries: [{ index: 7 }],
    older: readFileSync(kept, 'utf8'),
  }),
);
const bundle = join(folder, 'bundle.json');
writeFileSync(bundle, file);

const run = async (...args: readonly string[]): Promise<string> => {
  let text = '';
  const output = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  const program = new Command('stillwatch').exitOverride();
  addLedgerCommand(program, output);
  await program.parseAsync(['ledger', 'verify', ...args], { from: 'user' });
  return text;
};

test('a bundle and a folder are verified, for people and as JSON', async () => {
  const told = await run(bundle, '--key', key, '--since', kept);
  assert.match(told, /hub\.example\/ledger: 301 entries, root .*: all of it holds\./);
  assert.match(told, /included: 7 retracted/);
  assert.match(told, /nothing before entry 1 has changed/);
  assert.match(await run(mirror, '--key', key), /events: 301 retracted/);
  const json = JSON.parse(await run(bundle, '--json')) as Record<string, unknown>;
  assert.equal(json.keys, 'of the bundle');
  assert.deepEqual(json.entries, [{ index: 7, kind: 'retracted', opened: [] }]);
  assert.deepEqual(JSON.parse(await run(mirror, '--key', key, '--json')).events, {
    retracted: 301,
  });
});

test('whoever trusts the key in the bundle is told so', async () => {
  assert.match(await run(bundle), /compare it with one that you got by another way/);
  assert.doesNotMatch(await run(bundle, '--key', key), /compare it/);
});

test('each refusal has its code and exit status', async () => {
  const bent = join(folder, 'bent.json');
  const refused = (code: string, exitCode: number, ...args: readonly string[]) =>
    assert.rejects(run(...args), { code, exitCode }, `${code} ${args.join(' ')}`);
  writeFileSync(bent, file.replace('"index":7', '"index":8'));
  await refused('LEDGER_NOT_INCLUDED', 1, bent);
  writeFileSync(bent, file.replace('"version":1', '"version":9'));
  await refused('LEDGER_BUNDLE_UNREADABLE', 4, bent);
  writeFileSync(bent, Buffer.of(0xff, 0xfe));
  await refused('INPUT_UNREADABLE', 4, bent);
  await refused('INPUT_UNREADABLE', 4, join(folder, 'nothing'));
  await refused('INPUT_UNREADABLE', 4, bundle, '--since', join(folder, 'nothing'));
  await refused('USAGE', 2, mirror);
  await refused('USAGE', 2, bundle, '--quorum', 'most');
  await refused('LEDGER_KEY_UNUSABLE', 2, bundle, '--quorum', '1');
  await refused('LEDGER_KEY_UNUSABLE', 2, bundle, '--key', 'hub.example');
  await refused('LEDGER_TILE_DAMAGED', 1, folder, '--key', key);
});
