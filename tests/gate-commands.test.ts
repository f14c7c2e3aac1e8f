/**
 * `stillwatch gate serve|ask|status` as processes of their own behind a real lab's stream of decisions:
 * killed and started again on either side, a gate never keeps what was lifted and never misses what was added.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '../src/cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'stillwatch-gate-'));
const data = join(folder, 'lab');
const file = (name: string): string => join(folder, name);
const running = new Set<ChildProcess>();

interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (...args: readonly string[]): Promise<Done> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

/** Starts a command that serves; resolves with the line in which it says where. */
const serve = async (
  args: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly said: Readonly<Record<string, string>> }> => {
  const child = spawn(process.execPath, [MAIN, ...args]);
  running.add(child);
  child.once('exit', () => running.delete(child));
  let errors = '';
  child.stderr.on('data', (piece) => {
    errors += piece;
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (piece) => resolve(String(piece)));
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${errors}`)));
  });
  return { child, said: JSON.parse(line) as Record<string, string> };
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return ended;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const until = async (what: string, holds: () => Promise<boolean>, ms = 15_000): Promise<void> => {
  const last = Date.now() + ms;
  while (!(await holds())) {
    assert.ok(Date.now() < last, `${what} within ${ms} ms`);
    await pause(50);
  }
};

let lab: ChildProcess;
let gate: ChildProcess;
let gateUrl = '';
let sourcePort = 0;

const startLab = async (): Promise<void> => {
  const listen = ['--listen', '127.0.0.1:0', '--gate', `127.0.0.1:${sourcePort}`];
  const appeal = ['--appeal-url', 'https://provider.example/appeal'];
  lab = (await serve(['lab', 'serve', '--data', data, ...listen, ...appeal])).child;
};

const startGate = async (): Promise<void> => {
  const source = [
    '--source',
    `http://127.0.0.1:${sourcePort}`,
    '--source-token-file',
    file('edge'),
  ];
  const config = ['--config', file('gate.yaml'), '--token-file', file('tokens')];
  const listen = ['--listen', '127.0.0.1:0', '--json'];
  const started = await serve(['gate', 'serve', ...config, ...source, ...listen]);
  gate = started.child;
  gateUrl = started.said.url!;
};

interface Answer {
  readonly action: string;
  readonly reason: string;
  readonly decision_id: string;
  readonly stale: boolean;
}
const asGateway = { headers: { authorization: 'Bearer gateway-token-0123456789' } };
const ask = async (account: string, tier = 'enterprise'): Promise<Answer> => {
  const body = JSON.stringify({ account, tier });
  const reply = await fetch(`${gateUrl}/v1/decide`, { ...asGateway, method: 'POST', body });
  assert.equal(reply.status, 200);
  return (await reply.json()) as Answer;
};
const says = (account: string, action: string) => async () =>
  (await ask(account)).action === action;

const add = async (account: string): Promise<string> => {
  const how = ['--action', 'suspend', '--ttl', '1h', '--reason', 'test'];
  const done = await run('lab', 'decisions', 'add', account, ...how, '--data', data, '--json');
  assert.equal(done.code, 0, done.err);
  const id = /decision--[0-9a-f-]{36}/.exec(done.out)?.[0];
  assert.ok(id !== undefined, done.out);
  return id;
};
const lift = async (id: string): Promise<void> => {
  const done = await run('lab', 'decisions', 'lift', id, '--reason', 'test', '--data', data);
  assert.equal(done.code, 0, done.err);
};

before(async () => {
  sourcePort = await freePort();
  await startLab();
  const token = await run('lab', 'token', 'edge', '--scope', 'gate', '--data', data, '--json');
  assert.equal(token.code, 0, token.err);
  writeFileSync(file('edge'), `edge ${(JSON.parse(token.out) as { token: string }).token}\n`);
  writeFileSync(file('tokens'), 'front gateway-token-0123456789\n');
  writeFileSync(
    file('gate.yaml'),
    'appeal_url: https://provider.example/appeal\nstaleness: { after: 4, tiers: { free: closed } }\n',
  );
  await startGate();
});

after(async () => {
  for (const child of running) await end(child, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test('a decision of the lab reaches the gate, and the commands show it', async () => {
  const id = await add('acct_lifted');
  await until('the decision arrives', says('acct_lifted', 'suspend'));
  const common = ['--url', gateUrl, '--token-file', file('tokens')];
  const asked = await run('gate', 'ask', ...common, '--account', 'acct_lifted', '--json');
  assert.equal(asked.code, 0, asked.err);
  const answer = JSON.parse(asked.out) as Answer;
  assert.deepEqual([answer.decision_id, answer.action, answer.stale], [id, 'suspend', false]);
  const status = await run('gate', 'status', ...common);
  assert.equal(status.code, 0, status.err);
  assert.match(status.out, /^status +ready$/m);

  // While the gate is dead one decision goes and another comes.
  await end(gate, 'SIGKILL');
  await lift(id);
  await add('acct_kept');
  await startGate();
  await until('what was added meanwhile', says('acct_kept', 'suspend'));
  assert.equal((await ask('acct_lifted')).action, 'allow');
});

test('a dead lab: known decisions hold, staleness shows, and tiers fail open or closed', async () => {
  // Nothing happens for longer than knowledge may be old, and the gate is fresh all the same.
  for (let i = 0; i < 10; i++) {
    await pause(500);
    assert.equal((await ask('acct_unknown')).stale, false);
  }
  await end(lab, 'SIGKILL');
  await until('the gate notices', async () => (await ask('acct_unknown')).stale);
  assert.equal((await ask('acct_kept')).action, 'suspend');
  const open = await ask('acct_unknown', 'enterprise');
  assert.deepEqual([open.action, open.reason], ['allow', 'KNOWLEDGE_STALE']);
  const closed = await ask('acct_unknown', 'free');
  assert.deepEqual([closed.action, closed.reason], ['verify', 'KNOWLEDGE_STALE']);
  const common = ['--url', gateUrl, '--token-file', file('tokens')];
  const status = await run('gate', 'status', ...common, '--json');
  assert.equal(status.code, 0, status.err);
  const shown = JSON.parse(status.out) as { status: string; knowledge_age: number };
  assert.equal(shown.status, 'stale');
  assert.ok(shown.knowledge_age > 4);

  // A gate that starts without its source knows nothing, and says so.
  await end(gate, 'SIGKILL');
  await startGate();
  assert.equal((await ask('acct_kept', 'free')).reason, 'KNOWLEDGE_STALE');

  await startLab();
  await until('the gate is fresh', async () => !(await ask('acct_unknown')).stale, 20_000);
  const kept = await ask('acct_kept', 'free');
  assert.equal(kept.action, 'suspend');
  await lift(kept.decision_id);
  await until('a lift after both started again', says('acct_kept', 'allow'));
  assert.equal((await ask('acct_unknown', 'free')).action, 'allow');
});

test('exit codes', async () => {
  assert.equal(await end(gate, 'SIGTERM'), 0);
  const [nobody, gone, both, config] = await Promise.all([
    run('gate', 'ask', '--url', gateUrl, '--tier', 'free'),
    run('gate', 'ask', '--url', gateUrl, '--account', 'a'),
    run('gate', 'serve', '--config', file('gate.yaml')),
    run('gate', 'serve', '--config', file('missing.yaml'), '--source', 'http://127.0.0.1:1'),
  ]);
  assert.deepEqual([nobody.code, gone.code, both.code, config.code], [2, 4, 2, 4]);
  assert.match(gone.err, /GATE_UNREACHABLE/);
});
