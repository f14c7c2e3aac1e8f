import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { NO_LOG } from '../../serve/hub/http/log.ts';
import { startHub } from '../../serve/hub/start.ts';
import { openStore } from '../../serve/store/open.ts';
import { newPrivateKey, rawPublicKey } from '../../share/sharing/signing/ed25519.ts';
import { signRotation } from '../../share/sharing/signing/key-rotation.ts';
import { addHubCommand } from './hub.ts';
import { dataShown } from './office.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-hub-cli-'));
after(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const folder = (): string => join(root, String(++made));

const run = async (...args: readonly string[]): Promise<string> => {
  const output = new PassThrough();
  const program = new Command('stillwatch').exitOverride();
  addHubCommand(program, output);
  await program.parseAsync(['hub', ...args], { from: 'user' });
  return String(output.read() ?? '');
};
// biome-ignore lint/suspicious/noExplicitAny: a test that looks at the wrong place fails
const json = async (...args: readonly string[]): Promise<any> =>
  JSON.parse(await run(...args, '--json'));

test('a running hub refuses a token as soon as it is revoked beside it', async () => {
  const data = folder();
  const hub = await startHub({ listen: '127.0.0.1:0', data, log: NO_LOG });
  try {
    const lab = await json('member', 'add', 'Lab A', '--vetted', '--data', data);
    const issued = await json(
      'member',
      'token',
      'issue',
      'Lab A',
      '--expires',
      '1d',
      '--data',
      data,
    );
    const ask = async (): Promise<number> =>
      (await fetch(`${hub.url}/taxii2/`, { headers: { Authorization: `Bearer ${issued.token}` } }))
        .status;
    assert.equal(await ask(), 200);
    const listed = await run('member', 'token', 'list', '--data', data);
    assert.ok(listed.includes(issued.id) && !listed.includes(issued.token));
    await run('member', 'token', 'revoke', issued.id, '--data', data);
    assert.equal(await ask(), 401);
    const second = await json('member', 'token', 'issue', lab.id, '--data', data);
    const bearer = { headers: { Authorization: `Bearer ${second.token}` } };
    assert.equal((await fetch(`${hub.url}/taxii2/`, bearer)).status, 200);
    await run('member', 'suspend', 'Lab A', '--data', data);
    assert.equal((await fetch(`${hub.url}/taxii2/`, bearer)).status, 401);
    await run('member', 'vet', 'Lab A', '--data', data);
    assert.equal((await fetch(`${hub.url}/taxii2/`, bearer)).status, 200);
    await run('member', 'revoke', 'Lab A', '--data', data);
    assert.equal((await fetch(`${hub.url}/taxii2/`, bearer)).status, 401);
    await assert.rejects(run('member', 'vet', 'Lab A', '--data', data), { code: 'HUB_REVOKED' });
  } finally {
    await hub.close();
  }
});

test('every change is an event, and who belongs is in the ledger; no token is anywhere', async () => {
  const data = folder();
  const lab = await json('member', 'add', 'Lab A', '--email', 'soc@lab-a.example', '--data', data);
  assert.equal(lab.vetting, 'pending');
  await run('member', 'vet', 'Lab A', '--data', data);
  const { token } = await json('member', 'token', 'issue', 'Lab A', '--data', data);
  const group = await json('group', 'add', 'Circle', '--data', data);
  assert.deepEqual(group.members, []);
  assert.match(await run('group', 'list', '--data', data), /nobody/);
  await run('group', 'join', 'Circle', 'Lab A', '--data', data);
  const collection = await json('collection', 'add', 'Imports', '--kind', 'plain', '--data', data);
  await run('member', 'grant', 'Lab A', 'Imports', '--rights', 'read', '--data', data);
  await run('member', 'contact', 'Lab A', '--urgent', '+1 555 0100', '--add', '--data', data);
  const shown = await json('member', 'show', 'Lab A', '--data', data);
  assert.deepEqual(shown.rights, { [collection.id]: { read: true, write: false } });
  assert.equal(shown.contacts.length, 2);
  assert.deepEqual(shown.groups, [{ id: group.id, name: 'Circle' }]);
  const store = await openStore(data);
  const events = await store.events.read(0, 100);
  assert.deepEqual(
    events.map(({ body }) => (body as { change: string }).change.split(' ')[0]),
    ['added', 'vetted', 'token', 'joined', 'rights', 'contacts'],
  );
  const sealed = await store.records.list('sealed', 'ledger-entry/');
  assert.equal(sealed.length, 4, 'added, vetted, joined, rights');
  await store.close();
  assert.ok(!readFileSync(join(data, 'hub.sqlite'), 'latin1').includes(token));
});

test('keys are added, rotated by both keys, and revoked', async () => {
  const data = folder();
  const lab = await json('member', 'add', 'Lab A', '--vetted', '--data', data);
  const [old, next] = [newPrivateKey(), newPrivateKey()];
  const publicKey = Buffer.from(rawPublicKey(old)).toString('base64url');
  const added = await json('member', 'key', 'add', 'Lab A', publicKey, '--data', data);
  await assert.rejects(run('member', 'key', 'add', 'Lab A', publicKey, '--data', data), {
    code: 'HUB_TAKEN',
  });
  await assert.rejects(run('member', 'key', 'add', 'Lab A', 'short', '--data', data), {
    code: 'MEMBER_KEY_UNUSABLE',
  });
  const store = await openStore(data);
  const origin = String(await store.records.get('setting', 'ledger-origin'));
  await store.close();
  const about = { hub: origin, member: lab.id, created: Date.now() };
  const file = join(root, 'rotation.json');
  writeFileSync(file, JSON.stringify(signRotation(about, old, next)));
  const { ended, begun } = await json('member', 'key', 'rotate', 'Lab A', file, '--data', data);
  assert.equal(ended.id, added.id);
  assert.ok(ended.validUntil > Date.now());
  await assert.rejects(run('member', 'key', 'rotate', 'Lab A', file, '--data', data), {
    code: 'MEMBER_KEY_ROTATION_REFUSED',
  });
  const revoked = await json('member', 'key', 'revoke', 'Lab A', begun.id, '--data', data);
  assert.ok(revoked.revokedAt <= Date.now());
});

test('what is not there, not clear or not allowed is refused with a code', async () => {
  const data = folder();
  const on = ['--data', data];
  await run('member', 'add', 'Lab A', ...on);
  await assert.rejects(run('member', 'add', 'Lab A', ...on), { code: 'HUB_TAKEN' });
  await assert.rejects(run('member', 'show', 'Lab B', ...on), { code: 'HUB_UNKNOWN' });
  await assert.rejects(run('member', 'token', 'revoke', 'x', ...on), { code: 'HUB_UNKNOWN' });
  const issue = ['member', 'token', 'issue', 'Lab A', ...on];
  for (const scopes of ['root', 'read,root', ''])
    await assert.rejects(run(...issue, '--scopes', scopes), { code: 'USAGE' });
  assert.match(await run(...issue, '--scopes', 'write, read'), /Scopes: +read, write/);
  await assert.rejects(run(...issue, '--expires', 'soon'), { code: 'USAGE' });
  await assert.rejects(run(...issue, '--expires', '2001-01-01T00:00:00Z'), { code: 'USAGE' });
  await assert.rejects(run('collection', 'add', 'X', '--api-root', 'ledger', ...on), {
    code: 'USAGE',
  });
  await assert.rejects(run('group', 'join', 'none', 'Lab A', ...on), { code: 'HUB_UNKNOWN' });
});

test('a mistyped folder is no new hub: it is neither asked, nor changed, nor backed up', async () => {
  const data = folder();
  const absent = { code: 'STORE_UNREACHABLE', message: `There is no hub in ${data}` };
  for (const args of [
    ['member', 'list'],
    ['member', 'token', 'list'],
    ['member', 'vet', 'Lab A'],
    ['ledger', 'show'],
    ['collection', 'list'],
    ['rule'],
    ['backup', folder()],
  ])
    await assert.rejects(run(...args, '--data', data), absent, args.join(' '));
  await assert.rejects(run('health', '--data', data), { code: 'HUB_UNWELL' });
  assert.equal(existsSync(data), false);
  // Members may be there before the hub is first served.
  await run('member', 'add', 'Lab A', '--data', data);
  assert.match(await run('member', 'list', '--data', data), /Lab A/);
});

test('the next command is fit for a shell, and shows no password', () => {
  assert.equal(dataShown('./hub'), './hub');
  assert.equal(dataShown("it's here"), "'it'\\''s here'");
  assert.equal(dataShown('postgres://hub:secret@db/hub'), '"$DATABASE"');
});

test('a first start that cannot listen takes no token with it', async () => {
  const data = folder();
  const other = await startHub({ listen: '127.0.0.1:0', data: folder(), log: NO_LOG });
  try {
    const taken = { listen: new URL(other.url).host, data, log: NO_LOG };
    await assert.rejects(startHub(taken), { code: 'HUB_ADDRESS_UNUSABLE' });
  } finally {
    await other.close();
  }
  const hub = await startHub({ listen: '127.0.0.1:0', data, log: NO_LOG });
  try {
    const headers = { Authorization: `Bearer ${hub.first?.token}` };
    assert.equal((await fetch(`${hub.url}/taxii2/`, { headers })).status, 200);
    assert.equal((await fetch(`${hub.url}/health`)).status, 200);
  } finally {
    await hub.close();
  }
});
