import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cosign } from '../../../share/ledger/cosignature.ts';
import { formatNote, parseNote } from '../../../share/ledger/note.ts';
import {
  formatVerifierKey,
  parseVerifierKey,
  LOG_KEY,
  verifierKey,
  WITNESS_KEY,
} from '../../../share/ledger/verifier-key.ts';
import { verifyFiles } from '../../../share/ledger/verify-files.ts';
import { verifyBundle } from '../../../share/ledger/verify.ts';
import { decodeBundleFile } from '../../../share/ledger/bundle-file.ts';
import { newPrivateKey, rawPublicKey } from '../../../share/sharing/signing/ed25519.ts';
import { labelText } from '../access/audience.ts';
import { type Answer, indicator, startTestHub, type TestHub } from '../taxii/hub.test-help.ts';
import { acceptedFacts } from './record.ts';
import { addWitness } from './witness.ts';

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
let hub: TestHub;
let lab: { readonly id: string; readonly token: string };
let key: string;
const root = mkdtempSync(join(tmpdir(), 'stillwatch-hub-bundles-'));
before(async () => {
  hub = await startTestHub();
  lab = await hub.member('lab');
  key = (await hub.get('/ledger/keys')).json.key;
});
after(async () => {
  await hub.close();
  rmSync(root, { recursive: true, force: true });
});

const publish = async (n: number, tlp: 'green' | 'red'): Promise<void> => {
  const { store, ledger } = hub.hub;
  const collection = (await store.records.list('collection'))[0]!.value.key;
  const object = indicator(n);
  await store.write(async (writing) => {
    const version = {
      id: object.id,
      type: object.type,
      version: object.modified,
      specVersion: '2.1',
      mediaType: 'application/stix+json;version=2.1',
      audience: labelText({ tlp, markings: [], origin: tlp === 'red' ? 'somebody' : null }),
      body: JSON.stringify(object),
    };
    const now = Date.now() * 1000;
    const outcomes = await writing.addVersions(collection, [version], now);
    const contribution = { member: lab.id, envelope: `number ${n}` };
    await ledger.recordIn(
      writing,
      acceptedFacts(collection, [version], outcomes, contribution, now),
    );
  });
};
/** With the program that a reader has; gives what it prints. */
const verify = async (bundle: Answer, ...args: readonly string[]) => {
  const path = join(root, 'bundle.json');
  writeFileSync(path, bundle.text);
  const { stdout } = await promisify(execFile)(process.execPath, [
    MAIN,
    ...['ledger', 'verify', path, '--key', key, '--json'],
    ...args,
  ]);
  return JSON.parse(stdout);
};
const trust = () => ({ log: [parseVerifierKey(key, LOG_KEY)], witnesses: [], quorum: 0 });

test('what was added is in a bundle that anybody can check offline', async () => {
  await publish(1, 'green');
  const bundle = await hub.get(`/ledger/bundle?object=${indicator(1).id}`, lab.token);
  assert.equal(bundle.status, 200);
  const { entries, origin } = await verify(bundle);
  assert.equal(origin, hub.hub.ledger.origin);
  assert.deepEqual(
    entries.map(({ kind, opened }: { kind: string; opened: string[] }) => [kind, opened]),
    [['accepted', ['object', 'contribution']]],
  );
  const other = await hub.member('other');
  const theirs = verifyBundle(
    decodeBundleFile((await hub.get(`/ledger/bundle?object=${indicator(1).id}`, other.token)).text),
    trust(),
  );
  assert.deepEqual(theirs.entries[0]!.opened, ['object'], 'whose contribution it was is not shown');
  const forged = bundle.text.replace('number 1', 'number 2');
  assert.throws(() => verifyBundle(decodeBundleFile(forged), trust()), {
    code: 'LEDGER_OPENING_WRONG',
  });
});

test('of what one may not see there is no bundle, just as of what is not there', async () => {
  await publish(2, 'red');
  const hidden = await hub.get(`/ledger/bundle?object=${indicator(2).id}`, lab.token);
  const absent = await hub.get(`/ledger/bundle?object=${indicator(3).id}`, lab.token);
  assert.equal(hidden.status, 404);
  assert.equal(hidden.text, absent.text);
  assert.equal((await hub.get(`/ledger/bundle?object=${indicator(1).id}`, '')).status, 404);
  assert.equal(
    (await hub.get(`/ledger/bundle?object=${indicator(2).id}`, hub.operator)).status,
    200,
  );
});

test('the files are a static log that verifies from its first entry', async () => {
  for (let n = 10; n < 14; n++) await publish(n, 'green');
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const response = await fetch(`${hub.url}/ledger/${path}`);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
  };
  const verified = await verifyFiles(read, trust());
  assert.ok((verified.kinds.accepted ?? 0) >= 5);
  for (const path of ['tile/0/1', 'tile/0/%2e%2e/checkpoint', 'tile/0/x000/000', 'tile/', 'size'])
    assert.equal((await fetch(`${hub.url}/ledger/${path}`)).status, 404);
});

test('a witness cosigns, and the bundle under its checkpoint says so while the log grows', async () => {
  const secret = newPrivateKey();
  const witness = verifierKey('witness.example', WITNESS_KEY, rawPublicKey(secret));
  const text = (await hub.get('/ledger/checkpoint')).text;
  const cosigned = formatNote({
    text: parseNote(text).text,
    signatures: [
      ...parseNote(text).signatures,
      cosign(parseNote(text).text, witness.name, secret, 1),
    ],
  });
  const post = (body: string) =>
    fetch(`${hub.url}/ledger/add-checkpoint`, { method: 'POST', body });
  assert.equal((await post(cosigned)).status, 422, 'a stranger is no witness');
  await addWitness(hub.hub.store, formatVerifierKey(witness));
  assert.equal((await post(cosigned)).status, 200);
  assert.equal((await hub.get('/ledger/checkpoint')).text, cosigned);
  await publish(20, 'green');
  const bundle = await hub.get(`/ledger/bundle?witnessed=1&object=${indicator(1).id}`, lab.token);
  const { witnesses } = await verify(bundle, '--witness', formatVerifierKey(witness));
  assert.deepEqual(witnesses, [{ name: 'witness.example', seconds: 1 }]);
  const tooNew = await hub.get(`/ledger/bundle?witnessed=1&object=${indicator(20).id}`, lab.token);
  assert.equal(tooNew.status, 404, 'not covered by a cosigned checkpoint yet');
  const wrong = cosigned.replace(
    /^(— witness\.example .{20})(.)/m,
    (_all, a, b) => a + (b === 'A' ? 'B' : 'A'),
  );
  assert.equal((await post(wrong)).status, 422);
  assert.equal((await post('no note')).status, 422);
  const since = await hub.get(`/ledger/bundle?index=0&since=${encodeURIComponent(text)}`);
  const checked = verifyBundle(decodeBundleFile(since.text), { ...trust(), kept: text });
  assert.ok((checked.since ?? 0) > 0);
  assert.equal((await hub.get('/ledger/bundle?since=x')).status, 422);
  assert.equal((await hub.get('/ledger/bundle?index=99999')).status, 404);
  assert.equal((await hub.get('/ledger/bundle?index=-1')).status, 400);
});
