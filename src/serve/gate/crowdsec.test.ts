/**
 * CrowdSec's firewall bouncer from Debian against this gate, with its own nftables in a network namespace of
 * its own: the test never touches the firewall of the machine. Namespaces do not share addresses, so a relay
 * inside the namespace carries its connections to the gate over a socket in a folder.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createBlocks } from '../../act/gateway/crowdsec/blocks.ts';
import { decisionOf } from '../../act/gateway/test-help.ts';
import { testGate } from './gate.test-help.ts';
import { folderOf, needProgram, startProgram, until } from './programs.test-help.ts';

const KEY = 'bouncer-key-0123456789';
const TOKENS = [{ gateway: 'firewall', token: KEY }];

const crowdsecGate = async (t: TestContext) => {
  const blocks = createBlocks();
  const gate = await testGate(t, { blocks, tokens: TOKENS });
  const put = (value: string, action: 'suspend' | 'allow' | 'verify' = 'suspend') => {
    const decision = decisionOf('address', value, action);
    const change = { cursor: gate.gate.cursor() + 1, change: 'put', decision } as const;
    blocks.apply([change], Date.now());
    gate.gate.apply([change], Date.now());
    return decision.id;
  };
  const lift = (id: string) => blocks.apply([{ cursor: 0, change: 'lift', id }], Date.now());
  const ask = async (path: string, init: RequestInit = {}) => {
    const reply = await fetch(`${gate.url}${path}`, { ...init, headers: { 'x-api-key': KEY } });
    const text = await reply.text();
    return { status: reply.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  return { gate, blocks, put, lift, ask };
};

test('stream: everything at startup, then what is new and what is deleted', async (t) => {
  const { put, lift, ask } = await crowdsecGate(t);
  const id = put('192.0.2.1');
  const startup = (await ask('/v1/decisions/stream?startup=true')).body as { new: unknown[] };
  assert.equal(startup.new.length, 1);
  const { duration, ...rest } = startup.new[0] as Record<string, unknown>;
  assert.match(String(duration), /^\d+s$/);
  assert.deepEqual(rest, {
    id: 1,
    uuid: id,
    origin: 'stillwatch',
    type: 'ban',
    scope: 'Ip',
    value: '192.0.2.1',
    scenario: 'stillwatch/distillation_confirmed',
  });
  assert.deepEqual((await ask('/v1/decisions/stream?startup=false')).body, {
    new: null,
    deleted: null,
  });
  put('2001:db8::/32');
  lift(id);
  // Trying the key is no reading.
  assert.equal((await ask('/v1/decisions/stream', { method: 'HEAD' })).status, 200);
  const delta = (await ask('/v1/decisions/stream')).body as Record<string, { value: string }[]>;
  assert.deepEqual(
    delta.new?.map(({ value }) => value),
    ['2001:db8::/32'],
  );
  assert.deepEqual(
    delta.deleted?.map(({ value }) => value),
    ['192.0.2.1'],
  );
});

test('live mode: one address is asked about, and the exception wins', async (t) => {
  const { put, ask } = await crowdsecGate(t);
  put('203.0.113.0/24');
  put('203.0.113.9', 'allow');
  const found = (await ask('/v1/decisions?ip=203.0.113.5')).body as {
    type: string;
    value: string;
  }[];
  assert.deepEqual(
    found.map(({ type, value }) => [type, value]),
    [['ban', '203.0.113.5']],
  );
  assert.equal((await ask('/v1/decisions?ip=203.0.113.9')).body, null);
  assert.equal((await ask('/v1/decisions?ip=192.0.2.200')).body, null);
  assert.equal((await ask('/v1/decisions?scope=Country&value=XX')).body, null);
});

test('a wrong key is 403, and usage metrics are counted once', async (t) => {
  const { gate, ask } = await crowdsecGate(t);
  const wrong = await fetch(`${gate.url}/v1/decisions/stream`, { headers: { 'x-api-key': 'no' } });
  assert.equal(wrong.status, 403);
  const item = { name: 'dropped', value: 3, unit: 'packet', labels: { origin: 'stillwatch' } };
  const metrics = [{ meta: { utc_now_timestamp: 2, window_size_seconds: 60 }, items: [item] }];
  const body = JSON.stringify({ remediation_components: [{ utc_startup_timestamp: 1, metrics }] });
  for (const _ of [1, 2])
    assert.equal((await ask('/v1/usage-metrics', { method: 'POST', body })).status, 201);
  const page = await (await fetch(`${gate.url}/metrics`)).text();
  assert.match(
    page,
    /stillwatch_remediations_total\{gateway="firewall",outcome="refused",action="suspend",reason="NONE"\} 3/,
  );
});

/** Listens on 127.0.0.1:8080 of the namespace and carries each connection to the socket of the test. */
const RELAY = `const {connect, createServer} = require('node:net');
createServer((a) => { const b = connect(process.argv[1]); a.pipe(b).pipe(a); a.on('error', () => b.destroy()); b.on('error', () => a.destroy()); })
  .listen(8080, '127.0.0.1');`;

const BOUNCER = (folder: string) => `mode: nftables
pid_dir: ${folder}
update_frequency: 1s
daemonize: false
log_mode: stdout
log_level: info
api_url: http://127.0.0.1:8080/
api_key: ${KEY}
disable_ipv6: false
deny_action: DROP
supported_decisions_types: [ban]
blacklists_ipv4: stillwatch
blacklists_ipv6: stillwatch6
nftables:
  ipv4: { enabled: true, set-only: false, table: stillwatch, chain: stillwatch }
  ipv6: { enabled: true, set-only: false, table: stillwatch6, chain: stillwatch6 }
prometheus: { enabled: false, listen_addr: 127.0.0.1, listen_port: 60601 }
`;

test("Debian's firewall bouncer blocks and releases what the gate says", async (t) => {
  needProgram('crowdsec-firewall-bouncer', 'crowdsec-firewall-bouncer');
  needProgram('nft', 'nftables');
  needProgram('ip', 'iproute2');
  needProgram('unshare', 'util-linux');
  const { gate, put, lift } = await crowdsecGate(t);
  const seen: string[] = [];
  const folder = folderOf(t, {});
  const relay = createServer((from) => {
    const to = connect(Number(new URL(gate.url).port), '127.0.0.1');
    from.once('data', (chunk: Buffer) => seen.push(chunk.toString('latin1')));
    from.pipe(to).pipe(from);
    const end = (): void => {
      from.destroy();
      to.destroy();
    };
    from.on('error', end);
    to.on('error', end);
  });
  const socket = join(folder, 'gate.sock');
  await new Promise<void>((resolve) => relay.listen(socket, resolve));
  t.after(() => relay.close());
  assert.ok((relay.address() as AddressInfo | string) === socket);
  const config = join(folder, 'bouncer.yaml');
  spawnSync('sh', ['-c', 'cat > "$0"', config], { input: BOUNCER(folder) });

  const banned = put('192.0.2.66');
  put('2001:db8::66');
  put('192.0.2.67', 'verify');
  const inside = `set -e; ip link set lo up
"${process.execPath}" -e "$0" "$1" & sleep 0.5
exec crowdsec-firewall-bouncer -c "$2"`;
  // As root a network namespace is enough; everybody else needs a user namespace around it. With the
  // first process of a namespace of processes, the relay ends too.
  const flags = process.getuid?.() === 0 ? ['-n', '-p'] : ['-r', '-n', '-p'];
  const bouncer = startProgram(t, 'unshare', [
    ...flags,
    '--kill-child',
    '--fork',
    'sh',
    '-c',
    inside,
    RELAY,
    socket,
    config,
  ]);
  const namespaced = (command: string): string => {
    const children = spawnSync('pgrep', ['-P', String(bouncer.child.pid)], { encoding: 'utf8' });
    const user = process.getuid?.() === 0 ? [] : ['-U', '--preserve-credentials'];
    const run = spawnSync(
      'nsenter',
      ['-t', children.stdout.trim().split('\n')[0]!, ...user, '-n', 'sh', '-c', command],
      { encoding: 'utf8' },
    );
    return run.stdout + run.stderr;
  };
  const rules = () => namespaced('PATH=$PATH:/usr/sbin nft list ruleset');
  await until(
    'the firewall holds both addresses',
    () => /192\.0\.2\.66/.test(rules()) && /2001:db8::66/.test(rules()),
    12,
    () => bouncer.output() + rules(),
  );
  // A captcha is nothing that this bouncer can do: its type is not in supported_decisions_types.
  assert.doesNotMatch(rules(), /192\.0\.2\.67/);
  assert.match(rules(), /saddr @stillwatch counter .* drop/);
  assert.match(
    seen.join('\n'),
    /GET \/v1\/decisions\/stream\?startup=true[\s\S]*User-Agent: crowdsec-firewall-bouncer/,
  );
  lift(banned);
  put('192.0.2.68');
  await until(
    'one is released and another is blocked',
    () => !/192\.0\.2\.66/.test(rules()) && /192\.0\.2\.68/.test(rules()),
    12,
    () => bouncer.output() + rules(),
  );
});
