/** A lab under faults: too much at once, a disk that takes nothing, clocks that jump, deliveries out of order. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { below, createRandom } from '../src/base/random.ts';
import { profileLog } from '../src/detect/scan/profile-log.ts';
import { parseConfig } from '../src/serve/lab/config/config.ts';
import { type Lab, startLab } from '../src/serve/lab/start.ts';
import { startPostgres } from '../src/serve/store/postgres.test-help.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-faults-'));
let child: ChildProcess | null = null;
after(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const AT = Date.UTC(2026, 8, 1);
const DAY = 86_400_000;

const row = (n: number, more: object = {}): string =>
  `${JSON.stringify({ timestamp: AT + n, account_id: 'a1', exchange_id: `x${n}`, prompt: `p ${n}`, response_tokens: 5, ...more })}\n`;
const rows = (from: number, count: number, more: object = {}): string =>
  Array.from({ length: count }, (_, i) => row(from + i, more)).join('');

interface Answer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly error?: { readonly code: string };
}
interface Target {
  readonly url: string;
  readonly token: string;
}
const send = async (
  { url, token }: Target,
  body: string,
): Promise<{ readonly status: number; readonly retry: string | null; readonly body: Answer }> => {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/ingest`, { method: 'POST', body, headers });
  const retry = response.headers.get('retry-after');
  return { status: response.status, retry, body: (await response.json()) as Answer };
};

const open = async (name: string, more: object = {}, data?: string): Promise<[Lab, Target]> => {
  const own = join(folder, name);
  const config = parseConfig({ version: 1, look: { every_seconds: 3600 }, ...more }, 'test');
  const lab = await startLab({
    listen: '127.0.0.1:0',
    data: data ?? own,
    config,
    ...(data === undefined ? {} : { folder: own }),
  });
  return [lab, { url: lab.url, token: await lab.tokens.issue('t', ['ingest'], AT) }];
};

const until = async (what: () => boolean | Promise<boolean>, why: string): Promise<void> => {
  for (let i = 0; i < 400; i++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(why);
};

test('too much at once: some are told to come later, and whoever does loses nothing', async () => {
  const [lab, target] = await open('busy', { ingest: { max_waiting_bytes: 1 << 20 } });
  try {
    const SENDERS = 12;
    const EACH = 6_000;
    let refused = 0;
    const accepted = await Promise.all(
      Array.from({ length: SENDERS }, async (_, sender) => {
        const body = rows(sender * EACH, EACH);
        for (;;) {
          const answer = await send(target, body);
          if (answer.status === 200) return answer.body;
          assert.equal(answer.status, 429);
          assert.equal(answer.body.error?.code, 'LAB_BUSY');
          assert.ok(Number(answer.retry) > 0);
          refused += 1;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }),
    );
    assert.ok(refused > 0, 'positive control: it was too much');
    for (const answer of accepted)
      assert.deepEqual([answer.accepted, answer.duplicates], [EACH, 0]);
    assert.equal(lab.status().exchanges, SENDERS * EACH);
    assert.equal(lab.engine.slots.free, 2, 'every slot came back');
  } finally {
    await lab.stop();
  }
});

const serve = async (data: string, limitKb: number | null): Promise<Target & { pid: number }> => {
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const lab = [main, 'lab', 'serve', '--listen', '127.0.0.1:0', '--data', data];
  const limit = limitKb === null ? '' : `ulimit -S -f ${limitKb}; `;
  const started = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, ...lab], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) {
    const { url, pid } = JSON.parse(line) as { url: string; pid: number };
    return { url, pid, token: readFileSync(join(data, 'token'), 'utf8').trim() };
  }
  throw new Error('the lab ended before it listened');
};

/** A limit on the size of files stands for a full disk: writes fail in the same places (setrlimit(2)). */
test('a disk that takes nothing: refused, not lost, and taken up again by itself', async () => {
  const data = join(folder, 'full');
  const lab = await serve(data, 2_048);
  assert.equal((await send(lab, rows(0, 10))).status, 200);
  // More than the disk takes.
  const big = rows(1_000, 5_000, { prompt: 'x'.repeat(600) });
  const refused = await send(lab, big);
  assert.equal(refused.status, 503);
  assert.equal(refused.body.error?.code, 'LAB_JOURNAL_STALLED');
  assert.equal((await send(lab, rows(100, 10))).status, 503, 'nothing else is taken meanwhile');
  execFileSync('prlimit', ['--pid', String(lab.pid), '--fsize=unlimited']);
  let again = await send(lab, rows(100, 10));
  await until(async () => {
    if (again.status !== 200) again = await send(lab, rows(100, 10));
    return again.status === 200;
  }, 'the lab goes on');
  const repeated = await send(lab, big);
  assert.equal(repeated.status, 200);
  assert.equal(repeated.body.accepted + repeated.body.duplicates, 5_000);
  process.kill(lab.pid, 'SIGKILL');
  await new Promise((resolve) => child!.once('exit', resolve));
  const [restarted] = await open('full');
  try {
    assert.equal(restarted.status().exchanges, 5_020);
  } finally {
    await restarted.stop();
  }
});

test('repeated and reordered delivery ends at the profiles of a scan', async () => {
  const random = createRandom(5);
  const lines = Array.from({ length: 3_000 }, (_, n) =>
    row(n, {
      account_id: `a${below(random, 7)}`,
      conversation_id: `c${n % 40}`,
      ip: `10.0.${n % 9}.1`,
    }),
  );
  const log = join(folder, 'ordered.jsonl');
  writeFileSync(log, lines.join(''));
  const { profiles } = await profileLog([log], { threads: 0 });
  const parts: string[] = [];
  for (let at = 0; at < lines.length; at += 100) parts.push(lines.slice(at, at + 100).join(''));
  const order = [...parts, ...parts];
  for (let i = order.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const [lab, target] = await open('reordered', { memory: { profiles: 10, counting: 10 } });
  try {
    for (const [i, part] of order.entries()) {
      assert.equal((await send(target, part)).status, 200);
      if (i % 15 === 0) await lab.engine.checkpoint();
    }
    const { exchanges, duplicates } = lab.status();
    assert.deepEqual([exchanges, duplicates], [lines.length, lines.length]);
    for (const { id, profile } of await lab.accounts([...profiles.keys()]))
      assert.deepEqual(profile, profiles.get(id), id);
  } finally {
    await lab.stop();
  }
});

test('policy lets go of prompts first and of profiles then, by the time of the traffic', async () => {
  const retention = { prompts_days: 1, profiles_days: 3 };
  const [lab, target] = await open('retention', { retention });
  const known = async (id: string) => (await lab.accounts([id]))[0]?.profile;
  const arrive = async (account: string, days: number): Promise<void> => {
    const more = {
      timestamp: AT + days * DAY,
      account_id: account,
      exchange_id: `${account}${days}`,
    };
    assert.equal((await send(target, row(0, more))).status, 200);
    await lab.lookNow();
  };
  try {
    await arrive('old', 0);
    assert.equal((await known('old'))?.prompts.keys.length, 1);
    await arrive('new', 2);
    assert.equal((await known('old'))?.prompts.keys.length, 0, 'its prompts are gone');
    assert.equal((await known('old'))?.exchanges, 1, 'its profile is not');
    assert.equal((await known('new'))?.prompts.keys.length, 1);
    await arrive('new', 3.5);
    assert.equal(await known('old'), undefined);
    assert.equal(lab.status().last_look?.expired, 1);
  } finally {
    await lab.stop();
  }
});

test('a clock that jumps loses no half, and a stamp of the future makes nobody old', async () => {
  const retention = { prompts_days: 1000, profiles_days: 1000 };
  const [lab, target] = await open('clock', { retention, ingest: { join_window_seconds: 30 } });
  const engine = lab.engine;
  const half = (stream: 'content' | 'network', n: number, at: number) => {
    const { prompt, ...rest } = JSON.parse(row(n)) as Record<string, unknown>;
    const { exchange_id } = rest;
    const of = stream === 'content' ? { exchange_id, prompt } : rest;
    const data = Buffer.from(`${JSON.stringify(of)}\n`);
    return engine.submit({ stream, at, firstLine: 1, data: new Uint8Array(data) });
  };
  try {
    const now = Date.now();
    // Set back by a day between the halves, then set right again.
    await half('network', 1, now);
    await half('content', 1, now - DAY);
    assert.equal(lab.status().exchanges, 1);
    // Forward by a day: the other half comes too late, and both are counted as what they are.
    await half('network', 2, now);
    await half('content', 2, now + DAY);
    assert.equal(lab.status().exchanges, 1);
    assert.equal(lab.status().unjoined, 1);
    assert.equal(lab.status().held, 1);
    const future = { timestamp: Date.UTC(2200, 0, 1), account_id: 'future' };
    assert.equal((await send(target, row(3, future))).status, 200);
    await lab.lookNow();
    assert.equal((await lab.accounts(['a1'])).length, 1);
  } finally {
    await lab.stop();
  }
});

test('follows files of LiteLLM and of a collector, and goes on after a restart', async () => {
  const litellm = join(folder, 'litellm.jsonl');
  const otel = join(folder, 'otel.jsonl');
  const payload = (n: number): string =>
    `${JSON.stringify({ id: `l${n}`, startTime: (AT + n) / 1000, model: 'm', messages: [{ role: 'user', content: `q ${n}` }], completion_tokens: 3, status: 'success', metadata: { user_api_key_hash: 'lite' } })}\n`;
  const spans = (n: number): string =>
    `${JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: 'ab'.repeat(16),
                  spanId: String(n).padStart(16, '0'),
                  name: 'chat m',
                  startTimeUnixNano: `${AT + n}000000`,
                  attributes: [
                    { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
                    { key: 'app.account', value: { stringValue: 'traced' } },
                    { key: 'app.digest', value: { stringValue: `h${n}` } },
                    { key: 'gen_ai.usage.output_tokens', value: { intValue: '7' } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    })}\n`;
  writeFileSync(litellm, payload(1) + payload(2));
  writeFileSync(otel, spans(1));
  const more = {
    mapping: { account_id: ['app.account'], prompt_hash: ['app.digest'] },
    follow: [
      { path: litellm, format: 'litellm' },
      { path: otel, format: 'otel' },
    ],
  };
  const count = async (lab: Lab, id: string): Promise<number> =>
    (await lab.accounts([id]))[0]?.profile.exchanges ?? 0;
  const [first] = await open('follows', more);
  try {
    await until(async () => (await count(first, 'lite')) === 2, 'LiteLLM lines');
    await until(async () => (await count(first, 'traced')) === 1, 'spans');
    // A span whose mapping gives a digest of its prompt is a content-free exchange, not half of one.
    assert.equal((await first.accounts(['traced']))[0]?.profile.contentFree, 1);
    assert.equal(first.status().held, 0);
  } finally {
    await first.stop();
  }
  appendFileSync(litellm, payload(3));
  appendFileSync(otel, spans(2));
  const [second] = await open('follows', more);
  try {
    await until(async () => (await count(second, 'lite')) === 3, 'a line more');
    await until(async () => (await count(second, 'traced')) === 2, 'a span more');
    assert.equal(second.status().duplicates, 0);
  } finally {
    await second.stop();
  }
});

test('findings and tokens in PostgreSQL, journal and profiles in a folder', async () => {
  const postgres = await startPostgres();
  try {
    const database = postgres.database();
    const [first, target] = await open('grown', {}, database);
    try {
      assert.equal((await send(target, rows(0, 20))).body.accepted, 20);
    } finally {
      await first.stop();
    }
    const [second] = await open('grown', {}, database);
    try {
      const again = { url: second.url, token: target.token };
      assert.equal((await send(again, rows(10, 20))).body.duplicates, 10);
      assert.equal(second.status().exchanges, 30);
    } finally {
      await second.stop();
    }
  } finally {
    await postgres.stop();
  }
});
