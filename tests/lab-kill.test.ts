/** Whatever moment a lab is killed at: what it acknowledged is counted, and counted once. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { createRandom, uniform } from '../src/base/random.ts';
import { startLab } from '../src/serve/lab/start.ts';

const KILLS = Number(process.env.STILLWATCH_KILLS ?? 20);
const BATCH = 40;
const ACCOUNTS = 30;
const folder = mkdtempSync(join(tmpdir(), 'stillwatch-kill-'));
const data = join(folder, 'data');
const config = join(folder, 'lab.yaml');
// Checkpoints and hand-overs as often as it goes, so that kills fall into them.
writeFileSync(
  config,
  'version: 1\ncheckpoint_seconds: 1\nlook: { every_seconds: 3600 }\nmemory: { profiles: 12, counting: 10 }\n',
);
let child: ChildProcess | null = null;
after(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const serve = async (): Promise<{ readonly url: string; readonly token: string }> => {
  // Not bin/stillwatch: that starts another process, and this one is to be killed.
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const args = [
    main,
    'lab',
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--data',
    data,
    '--config',
    config,
  ];
  const started = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { NODE_COMPILE_CACHE: join(folder, 'cache'), ...process.env },
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) {
    const { url } = JSON.parse(line) as { url: string };
    return { url, token: readFileSync(join(data, 'token'), 'utf8').trim() };
  }
  throw new Error('the lab ended before it listened');
};

const START = Date.UTC(2026, 10, 1);
const batchOf = (first: number): string =>
  Array.from({ length: BATCH }, (_, i) => {
    const n = first + i;
    return `${JSON.stringify({
      timestamp: START + n * 1000,
      account_id: `a${n % ACCOUNTS}`,
      exchange_id: `x${n}`,
      prompt: `question ${n} about subject ${n % 7}`,
      response_tokens: n % 90,
    })}\n`;
  }).join('');

test(`a lab killed ${KILLS} times counts every acknowledged exchange exactly once`, async () => {
  const random = createRandom(20261121);
  let sent = 0;
  let repeated = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { url, token } = await serve();
    const at = 30 + uniform(random) * 600;
    const timer = setTimeout(() => child?.kill('SIGKILL'), at);
    const gone = once(child!, 'exit');
    for (let alive = true; alive; ) {
      try {
        const response = await fetch(`${url}/ingest`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: batchOf(sent),
        });
        const answer = (await response.json()) as { accepted: number; duplicates: number };
        assert.equal(answer.accepted + answer.duplicates, BATCH);
        repeated += answer.duplicates;
        sent += BATCH;
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        alive = false; // not acknowledged: the same batch is sent to the next one
      }
    }
    clearTimeout(timer);
    await gone;
  }
  const lab = await startLab({ listen: '127.0.0.1:0', data });
  try {
    // The last batch may have been counted without its acknowledgement.
    const { exchanges } = lab.status();
    assert.ok(exchanges === sent || exchanges === sent + BATCH, `${exchanges} of ${sent}`);
    const ids = Array.from({ length: ACCOUNTS }, (_, a) => `a${a}`);
    const accounts = await lab.accounts(ids);
    const expected = (a: number): number =>
      Array.from({ length: exchanges }, (_, n) => n % ACCOUNTS).filter((x) => x === a).length;
    for (const { id, profile } of accounts)
      assert.equal(profile.exchanges, expected(Number(id.slice(1))), id);
    assert.equal(accounts.length, Math.min(ACCOUNTS, exchanges));
    assert.ok(sent > 0 && repeated <= KILLS * BATCH);
  } finally {
    await lab.stop();
  }
});
