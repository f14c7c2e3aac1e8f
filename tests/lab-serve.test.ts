/** `lab serve` with policy, gate and hub in its configuration, as processes. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { DEFAULT_POLICY } from '../src/serve/lab/deciding/policy-file.ts';
import { startTestHub, type TestHub } from '../src/serve/hub/taxii/hub.test-help.ts';
import { fromBase64Url } from '../src/share/sharing/signing/base64.ts';
import { keyFileText, SIGNING_KEY } from '../src/share/sharing/signing/key-file.ts';
import { joinHub } from './lab-hub.test-help.ts';
import { run, startLabProcess } from './lab-process.test-help.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-serve-'));
const data = join(root, 'lab');
const configFile = join(root, 'lab.yaml');
const files = { token_file: join(root, 'hub.token'), key_file: join(root, 'lab.key') };
let hub: TestHub;

before(async () => {
  hub = await startTestHub();
  const { token, key } = await joinHub(hub, 'lab');
  const seed = fromBase64Url(key.export({ format: 'jwk' }).d!)!;
  writeFileSync(files.token_file, `${token}\n`, { mode: 0o600 });
  writeFileSync(files.key_file, keyFileText(SIGNING_KEY, seed), { mode: 0o600 });
  writeFileSync(
    join(root, 'policy.yaml'),
    readFileSync(DEFAULT_POLICY, 'utf8').replace('name: default', 'name: declared'),
  );
});
after(async () => {
  await hub?.close();
  rmSync(root, { recursive: true, force: true });
});

const start = (config: object) => {
  writeFileSync(configFile, stringify({ version: 1, ...config }));
  return startLabProcess('--listen', '127.0.0.1:0', '--data', data, '--config', configFile);
};
const ask = async (url: string, path: string, method = 'GET', body?: unknown) => {
  const token = readFileSync(join(data, 'token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}` };
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, { method, headers, ...given });
  assert.ok(response.ok, `${path}: ${response.status}`);
  // biome-ignore lint/suspicious/noExplicitAny: answers of several routes
  return (await response.json()) as any;
};
const soon = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let i = 0; !(await holds()); i++) {
    assert.ok(i < 200, what);
    await new Promise((done) => setTimeout(done, 50));
  }
};

test('policy, gate and hub of the configuration hold from the start on, and no command changes the hub', async () => {
  const lab = await start({
    policy: join(root, 'policy.yaml'),
    gate: { listen: '127.0.0.1:0', appeal_url: 'https://provider.example/appeals' },
    hub: { url: hub.url, ...files, release: 'automatic', permit: 'throttle' },
  });
  try {
    await soon('the hub is heard', async () => (await ask(lab.url, '/status')).hub.connected);
    assert.match((await ask(lab.url, '/policy')).version, /^declared@/);
    const { status, out } = await run('lab', 'token', 'edge', '--scope', 'gate', '--data', data);
    assert.equal(status, 0);
    await ask(lab.url, '/decisions', 'POST', {
      ...{ subject: { kind: 'account', value: 'a' }, action: 'suspend', ttl: 60, reason: 'x' },
    });
    // A token that was made while the lab runs is known within two seconds.
    let told: Response | undefined;
    await soon('the gate knows the token', async () => {
      told = await fetch(`${lab.gate}/v1/decide`, {
        method: 'POST',
        headers: { authorization: `Bearer ${out.split('\n')[0]}` },
        body: JSON.stringify({ account: 'a' }),
      });
      return told.status === 200;
    });
    const { action, appeal_url } = (await told!.json()) as Record<string, string>;
    assert.equal(action, 'suspend');
    assert.match(appeal_url!, /^https:\/\/provider\.example\/appeals/);
    // A token that leaked is ended.
    assert.equal((await run('lab', 'tokens', 'revoke', 'edge', '--data', data)).status, 0);
    await soon('the gate refuses the token', async () => {
      const headers = { authorization: `Bearer ${out.split('\n')[0]}` };
      const refused = await fetch(`${lab.gate}/v1/decide`, { method: 'POST', headers, body: '{}' });
      await refused.body?.cancel();
      return refused.status === 401;
    });
    for (const command of [
      ['connect', hub.url, '--token-file', files.token_file, '--key-file', files.key_file],
      ['disconnect'],
    ]) {
      const { status: exit, err } = await run('lab', ...command, '--data', data);
      assert.equal(exit, 1, err);
      assert.match(err, /SHARE_CONNECTION_DECLARED/);
    }
  } finally {
    assert.equal(await lab.stop(), 0, lab.errors());
  }
  assert.equal(lab.errors(), '');
});

test('a hub that is taken out of the configuration is gone; one by command stays, and its lost files are seen', async () => {
  const first = await start({});
  try {
    assert.equal((await ask(first.url, '/status')).hub, null);
    assert.equal(first.gate, null);
    const query = new URLSearchParams({ hub: hub.url, ...files });
    const made = await ask(first.url, `/sharing/connection?${query}`, 'PUT');
    assert.equal(made.connection.release, 'person');
  } finally {
    await first.stop();
  }
  rmSync(files.token_file);
  const second = await start({});
  try {
    const { hub: shown } = await ask(second.url, '/status');
    assert.equal(shown.connected, false);
    assert.match(shown.error, /hub\.token cannot be read \(ENOENT\)/);
  } finally {
    await second.stop();
  }
});

test('a configuration whose files are not there, or whose gate is incomplete, ends the start with 4', async () => {
  await assert.rejects(start({ hub: { url: hub.url, ...files } }), (error: Error) => {
    assert.match(error.message, /SHARE_KEY_UNREADABLE.*hub\.token/s);
    return (error as Error & { status: number }).status === 4;
  });
  const config = { gate: { listen: 'somewhere' }, hub: { url: 'hub.example' } };
  await assert.rejects(start(config), (error: Error) => {
    for (const name of ['gate.listen', 'gate.appeal_url', 'hub.url', 'hub.token_file'])
      assert.ok(error.message.includes(name), `${name} in ${error.message}`);
    return (error as Error & { status: number }).status === 4;
  });
});
