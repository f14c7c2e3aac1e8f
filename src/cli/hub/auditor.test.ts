import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { addKey } from '../../serve/hub/members/keys.ts';
import { startTestHub, type TestHub } from '../../serve/hub/taxii/hub.test-help.ts';
import { newPrivateKey, rawPublicKey } from '../../share/sharing/signing/ed25519.ts';
import { submit } from '../share-submit.ts';
import { addHubAuditorCommand } from './auditor.ts';

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(
    readFileSync(new URL(`../../../interop/firewall/valid/${name}.json`, import.meta.url), 'utf8'),
  );

let folder: string;
let hub: TestHub;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stillwatch-auditor-'));
  hub = await startTestHub();
});
after(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (...args: string[]) => {
  let text = '';
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  const program = new Command('hub').exitOverride();
  addHubAuditorCommand(program, output);
  await program.parseAsync(['node', 'hub', 'auditor', ...args]);
  return text;
};

test('sealed to a key outside the hub, and opened by its owner alone', async () => {
  const key = join(folder, 'auditor.key');
  const made = JSON.parse(await run('key', '--out', key, '--json'));
  assert.equal(statSync(key).mode & 0o777, 0o600);
  await assert.rejects(run('use', 'short', '--data', hub.data), { code: 'MEMBER_KEY_UNUSABLE' });
  // Beside the running hub, which goes by it from the next contribution on.
  assert.match(await run('use', made.publicKey, '--data', hub.data), /sealed to this key/);

  const member = await hub.member('lab-a');
  const signing = newPrivateKey();
  await addKey(hub.hub, 'lab-a', {
    publicKey: Buffer.from(rawPublicKey(signing)).toString('base64url'),
  });
  const tokens = fixture('indicator-actor-tokens');
  const sent = await submit([tokens], {
    hub: hub.url,
    token: member.token,
    key: signing,
    collection: 'exchange',
  });
  const id = sent.published[0]!.published;

  const auditor = await hub.member('auditor', 'auditor');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, auditor.token);
  const asked = ['origin', id, '--url', hub.url, '--token-file', tokenFile];
  assert.match(await run(...asked), /sealed to another key/);
  assert.ok((await run(...asked, '--key', key)).includes(`${member.id}  as ${tokens.id}`));
  const { versions } = JSON.parse(await run(...asked, '--key', key, '--json'));
  assert.equal(versions[0].contribution.envelope.member, member.id);
  const other = join(folder, 'other.key');
  await run('key', '--out', other);
  assert.match(await run(...asked, '--key', other), /sealed to another key/);

  writeFileSync(tokenFile, member.token);
  await assert.rejects(run(...asked), { code: 'TAXII_REFUSED', message: /answers 403$/ });
  writeFileSync(tokenFile, auditor.token);
  const nothing = 'indicator--00000000-0000-4000-8000-000000000000';
  await assert.rejects(run('origin', nothing, ...asked.slice(2)), { code: 'SUBJECT_UNKNOWN' });
});
