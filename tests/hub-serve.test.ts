/** `stillwatch hub serve` as a process: first start, second start, signals. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command, CommanderError } from 'commander';
import { StillwatchError } from '../src/base/errors.ts';
import { addHubCommand } from '../src/cli/hub/hub.ts';

const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'stillwatch-serve-'));
const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const data = join(folder, 'hub');

interface Ready {
  readonly listening: string;
  readonly discovery: string;
  readonly token?: string;
}
interface Served extends Ready {
  readonly process: ChildProcess;
  readonly log: () => string;
}

const serve = async (...more: readonly string[]): Promise<Served> => {
  const child = spawn(
    process.execPath,
    [MAIN, 'hub', 'serve', '--listen', '127.0.0.1:0', '--data', data, '--json', ...more],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  started.push(child);
  let log = '';
  child.stderr.on('data', (bytes) => {
    log += bytes;
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { ...(JSON.parse(String(line)) as Ready), process: child, log: () => log };
};
const stop = async ({ process }: Served, signal: NodeJS.Signals): Promise<number | null> => {
  process.kill(signal);
  const [code] = (await once(process, 'exit')) as [number | null];
  return code;
};
/** In this process: starting another one for each command takes seconds. */
const told = async (...args: readonly string[]) => {
  let text = '';
  const output = { write: (part: string) => (text += part) } as unknown as NodeJS.WritableStream;
  const program = new Command().exitOverride();
  addHubCommand(program, output);
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    for (const sub of command.commands) quiet(sub);
  };
  quiet(program);
  try {
    await program.parseAsync(['node', 'stillwatch', 'hub', ...args]);
    return { text, exit: 0, code: '' };
  } catch (error) {
    if (error instanceof StillwatchError) return { text, exit: error.exitCode, code: error.code };
    assert.ok(error instanceof CommanderError, String(error));
    return { text, exit: 2, code: error.code };
  }
};

test('the first start makes a hub and shows its token once; signals end it with 0', async () => {
  const first = await serve();
  assert.match(first.token ?? '', /^swt_[A-Za-z0-9_-]{43}$/);
  const headers = { Authorization: `Bearer ${first.token}`, Accept: 'application/taxii+json' };
  assert.equal((await fetch(first.discovery, { headers })).status, 200);
  const health = await told('health', '--url', first.listening, '--json');
  assert.equal(health.exit, 0, health.text);
  assert.equal(JSON.parse(health.text).ok, true);
  assert.equal(await stop(first, 'SIGTERM'), 0);
  const lines = first.log().trim().split('\n');
  const events = lines.map((line) => JSON.parse(line).event);
  assert.deepEqual([events[0], events.at(-1)], ['started', 'stopped']);
  // Neither the token nor what was asked is in the log.
  assert.ok(!first.log().includes('swt_'));

  const second = await serve('--public-url', 'https://hub.example.org');
  assert.equal(second.token, undefined);
  assert.equal(second.discovery, 'https://hub.example.org/taxii2/');
  const answer = await (await fetch(`${second.listening}/taxii2/`, { headers })).json();
  assert.equal((answer as { default: string }).default, 'https://hub.example.org/stillwatch/');
  assert.equal(await stop(second, 'SIGINT'), 0);
});

test('health names what mends each fault', async () => {
  const gone = await told('health', '--url', 'http://127.0.0.1:9');
  assert.equal(gone.code, 'HUB_UNWELL');
  assert.match(gone.text, /^FAIL {2}reachable: .*\n +mend it: Start it/m);
  const never = await told('health', '--data', join(folder, 'never'), '--json');
  assert.equal(never.exit, 1);
  const { checks } = JSON.parse(never.text) as {
    readonly checks: readonly { readonly ok: boolean; readonly fix?: string }[];
  };
  assert.ok(checks.some(({ ok }) => !ok));
  for (const { ok, fix } of checks) assert.ok(ok || fix);
});

test('options that cannot be understood end with 2, what cannot be used with 4', async () => {
  for (const args of [
    ['serve', '--data', data, '--listen', 'nowhere'],
    ['serve', '--data', data, '--listen', '127.0.0.1:99999'],
    ['serve', '--data', data, '--max-page', '0'],
    ['serve', '--data', data, '--public-url', 'ftp://x'],
    ['serve', '--data', data, '--tls-cert', 'x.pem'],
    ['serve', '--data', data, '--keep-days', '0'],
    ['serve'],
    ['health'],
    ['health', '--url', 'x', '--data', data],
  ])
    assert.equal((await told(...args)).exit, 2, args.join(' '));
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const taken = await told('serve', '--data', data, '--listen', `127.0.0.1:${port}`);
  other.close();
  assert.equal(taken.code, 'HUB_ADDRESS_UNUSABLE');
  const text = join(folder, 'no.pem');
  writeFileSync(text, 'no PEM');
  const pem = await told('serve', '--data', data, '--tls-cert', text, '--tls-key', text);
  assert.equal(pem.code, 'INPUT_UNREADABLE');
  assert.equal((await told('import', join(folder, 'none.json'), '--data', data)).exit, 4);
});

test('import and certificate, as commands', async () => {
  const file = join(folder, 'medallion.json');
  const [root, users] = [{ collections: [] }, { admin: 'Password0' }];
  writeFileSync(file, JSON.stringify({ '/discovery': { title: 'Old' }, api1: root, users: {} }));
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ users }));
  const into = join(folder, 'taken');
  const done = await told('import', file, '--users', config, '--data', into, '--json');
  assert.equal(done.exit, 0, done.code);
  assert.equal(JSON.parse(done.text).users, 1);
  const none = await told('certificate', 'admin', file, '--data', into);
  assert.equal(none.code, 'INPUT_UNREADABLE');
});
