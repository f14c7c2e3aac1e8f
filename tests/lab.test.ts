/** A lab from outside: what goes in by each door, and what it says. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { parseConfig } from '../src/serve/lab/config/config.ts';
import { type Lab, startLab } from '../src/serve/lab/start.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-lab-'));
const followed = join(folder, 'gateway.jsonl');
const AT = Date.UTC(2026, 10, 1);
let lab: Lab;
let token = '';

const row = (n: number, more: object = {}): string =>
  `${JSON.stringify({ timestamp: AT + n, account_id: 'a1', exchange_id: `x${n}`, prompt: `p ${n}`, response_tokens: 5, ...more })}\n`;

const post = async (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
  const response = await fetch(`${lab.url}${path}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const profileOf = async (id: string) => (await lab.accounts([id]))[0];

before(async () => {
  writeFileSync(followed, '');
  lab = await startLab({
    listen: '127.0.0.1:0',
    data: join(folder, 'data'),
    config: parseConfig(
      {
        version: 1,
        look: { every_seconds: 3600 },
        ingest: { join_window_seconds: 3, max_request_bytes: 1 << 20 },
        mapping: {
          account_id: ['app.account', 'metadata.requester_metadata.customer'],
          payment_fingerprint: ['app.card'],
        },
        follow: [{ path: followed }],
      },
      'test',
    ),
  });
  token = await lab.tokens.issue('test', ['ingest', 'admin'], AT);
});
after(async () => {
  await lab.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('POST /ingest', () => {
  test('acknowledges what was counted, repeated and rejected, with line and code', async () => {
    const body = `${row(1)}${row(2)}no row\n${row(1)}{"account_id":"a1"}\n`;
    assert.deepEqual((await post('/ingest', body)).body, {
      accepted: 2,
      duplicates: 1,
      rejected: 2,
      errors: [
        { line: 3, code: 'ROW_NOT_JSON' },
        { line: 5, code: 'TIMESTAMP_MISSING' },
      ],
    });
    assert.equal((await post('/ingest', row(2))).body.duplicates, 1);
  });

  test('takes gzip, refuses other encodings, damage and too much', async () => {
    const packed = await post('/ingest', new Uint8Array(gzipSync(row(3))), {
      'content-encoding': 'gzip',
    });
    assert.equal(packed.body.accepted, 1);
    const unknown = await post('/ingest', row(4), { 'content-encoding': 'br' });
    assert.equal(unknown.status, 415);
    const damaged = await post('/ingest', 'no gzip', { 'content-encoding': 'gzip' });
    assert.equal(damaged.status, 400);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(8 << 20, 32)));
    assert.equal((await post('/ingest', bomb, { 'content-encoding': 'gzip' })).status, 413);
  });

  test('refuses who has no token, or one for something else', async () => {
    const response = await fetch(`${lab.url}/ingest`, { method: 'POST', body: row(5) });
    assert.equal(response.status, 401);
    const reader = await lab.tokens.issue('reader', ['read'], AT);
    const refused = await post('/ingest', row(5), { authorization: `Bearer ${reader}` });
    assert.equal(refused.status, 401);
  });

  test('joins a content and a network stream by request id, in either order', async () => {
    const network = (id: string): string =>
      `${JSON.stringify({ exchange_id: id, ip: '198.51.100.7', user_agent: 'cli/1' })}\n`;
    await post('/ingest?stream=network', network('j1'));
    await post('/ingest?stream=content', row(0, { exchange_id: 'j1', account_id: 'joined' }));
    await post('/ingest?stream=content', row(0, { exchange_id: 'j2', account_id: 'joined' }));
    await post('/ingest?stream=network', network('j2'));
    const known = await profileOf('joined');
    assert.equal(known?.profile.exchanges, 2);
    assert.deepEqual(known?.profile.userAgents?.values, ['cli/1']);
  });
});

test('POST /litellm takes one payload, a list, and JSON lines', async () => {
  const payload = (id: string): object => ({
    id,
    call_type: 'acompletion',
    status: 'success',
    startTime: AT / 1000,
    model: 'm',
    completion_tokens: 4,
    prompt_tokens: 3,
    messages: [{ role: 'user', content: `hello ${id}` }],
    metadata: { requester_metadata: { customer: 'litellm-customer' } },
  });
  assert.equal((await post('/litellm', JSON.stringify(payload('l1')))).body.accepted, 1);
  const list = JSON.stringify([payload('l1'), payload('l2')]);
  assert.deepEqual((await post('/litellm', list)).body, {
    accepted: 1,
    duplicates: 1,
    rejected: 0,
    errors: [],
  });
  const lines = `${JSON.stringify(payload('l3'))}\n${JSON.stringify(payload('l4'))}\n`;
  assert.equal((await post('/litellm', lines)).body.accepted, 2);
  assert.equal((await profileOf('litellm-customer'))?.profile.exchanges, 4);
  assert.equal((await post('/litellm', 'nothing of that kind')).status, 400);
});

describe('OTLP/HTTP with the OpenTelemetry SDK and the OpenAI instrumentation', () => {
  /** A server that answers like the API of OpenAI; not a model. */
  let fake: Server;
  before(async () => {
    fake = createServer((request, response) => {
      request.resume().on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            id: 'chatcmpl-1',
            object: 'chat.completion',
            created: 1,
            model: 'gpt-fake',
            choices: [
              { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yes.' } },
            ],
            usage: { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 },
          }),
        );
      });
    });
    await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
  });
  // One for both: it patches the class once.
  const instrumentation = new OpenAIInstrumentation({ captureMessageContent: true });
  after(() => {
    instrumentation.disable();
    fake.close();
  });

  for (const encoding of ['proto', 'http'] as const)
    test(`spans by exporter-trace-otlp-${encoding} and messages as log records are joined`, async () => {
      const { NodeTracerProvider, SimpleSpanProcessor } = await import(
        '@opentelemetry/sdk-trace-node'
      );
      const { OTLPTraceExporter } = (await import(
        `@opentelemetry/exporter-trace-otlp-${encoding}`
      )) as typeof import('@opentelemetry/exporter-trace-otlp-proto');
      const logsSdk = await import('@opentelemetry/sdk-logs');
      const transformer = await import('@opentelemetry/otlp-transformer');
      const account = `otel-${encoding}`;
      const headers = { authorization: `Bearer ${token}` };
      const tracers = new NodeTracerProvider({
        spanProcessors: [
          // What a gateway does: it knows the account and the card, the library does not.
          {
            onStart: (span) => {
              span.setAttributes({ 'app.account': account, 'app.card': `card-${encoding}` });
            },
            onEnd: () => undefined,
            forceFlush: async () => undefined,
            shutdown: async () => undefined,
          },
          new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${lab.url}/v1/traces`, headers })),
        ],
      });
      const records = new logsSdk.InMemoryLogRecordExporter();
      const loggers = new logsSdk.LoggerProvider({
        processors: [new logsSdk.SimpleLogRecordProcessor({ exporter: records })],
      });
      instrumentation.setTracerProvider(tracers);
      instrumentation.setLoggerProvider(loggers as never);
      // The instrumentation patches what is required; it has no part that an import would load.
      const { OpenAI } = createRequire(import.meta.url)('openai') as typeof import('openai');
      const port = (fake.address() as AddressInfo).port;
      const client = new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}/v1` });
      await client.chat.completions.create({
        model: 'gpt-fake',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: `Is this ${encoding}?` },
        ],
      });
      await tracers.forceFlush();
      const serializer =
        encoding === 'proto' ? transformer.ProtobufLogsSerializer : transformer.JsonLogsSerializer;
      const body = serializer.serializeRequest(records.getFinishedLogRecords() as never)!;
      const response = await fetch(`${lab.url}/v1/logs`, {
        method: 'POST',
        body: Buffer.from(body),
        headers: {
          ...headers,
          'content-type': encoding === 'proto' ? 'application/x-protobuf' : 'application/json',
        },
      });
      assert.equal(response.status, 200);
      const known = await profileOf(account);
      assert.equal(known?.profile.exchanges, 1);
      assert.equal(known?.profile.responseTokens, 9);
      assert.equal(known?.profile.withSystemPrompt, 1);
      assert.equal(known?.profile.prompts.values[0]?.text, `Is this ${encoding}?`);
      assert.equal(known?.record?.paymentFingerprint, `card-${encoding}`);
    });

  test('a body that is no OTLP is refused in the form of the protocol', async () => {
    const wrong = await post('/v1/traces', '[1', { 'content-type': 'application/json' });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.body.code, 3);
  });
});

test('follows a file over a rotation, each line once', async () => {
  const upTo = async (count: number): Promise<void> => {
    for (let i = 0; i < 100; i++) {
      if ((await profileOf('followed'))?.profile.exchanges === count) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`not ${count} exchanges`);
  };
  const line = (n: number): string => row(n, { account_id: 'followed', exchange_id: `f${n}` });
  appendFileSync(followed, line(1) + line(2).slice(0, 20));
  await upTo(1);
  appendFileSync(followed, line(2).slice(20));
  await upTo(2);
  appendFileSync(followed, line(3));
  renameSync(followed, `${followed}.1`);
  writeFileSync(followed, line(4));
  await upTo(4);
});

test('forgets an account: profile, record and raw lines', async () => {
  await post('/ingest', row(9, { account_id: 'gone', exchange_id: 'gone-1' }));
  await post('/accounts', '{"account_id":"gone","payment_fingerprint":"card"}\n');
  assert.equal((await profileOf('gone'))?.record?.paymentFingerprint, 'card');
  const response = await fetch(`${lab.url}/accounts/gone`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  });
  assert.deepEqual(await response.json(), {
    ...{ account: 'gone', known: true, findings: 0, still_in: [] },
  });
  assert.equal(await profileOf('gone'), undefined);
  assert.equal(lab.status().journal.bytes, 0);
});

test('by the wall clock what is too old goes, though nothing comes any more', async () => {
  const idle = await startLab({
    listen: '127.0.0.1:0',
    data: join(folder, 'idle'),
    idleMs: 200,
    config: parseConfig(
      {
        ...{ version: 1, clock: 'wall', look: { every_seconds: 0.1 } },
        retention: { prompts_days: 0, profiles_days: 5 / 86_400 },
      },
      'test',
    ),
  });
  try {
    const key = await idle.tokens.issue('t', ['ingest'], AT);
    const response = await fetch(`${idle.url}/ingest`, {
      method: 'POST',
      body: row(1, { account_id: 'old', timestamp: Date.now() }),
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(((await response.json()) as { accepted: number }).accepted, 1);
    const become = async (accounts: number): Promise<void> => {
      for (let i = 0; i < 600 && idle.status().accounts !== accounts; i++)
        await new Promise((done) => setTimeout(done, 50));
      assert.equal(idle.status().accounts, accounts);
    };
    await become(1);
    await become(0);
  } finally {
    await idle.stop();
  }
});

test('status, health, metrics and findings answer', async () => {
  await lab.lookNow();
  const get = async (path: string): Promise<string> =>
    (await fetch(`${lab.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).text();
  assert.deepEqual(JSON.parse(await get('/health')), { ok: true });
  assert.equal(JSON.parse(await get('/status')).looks, 1);
  assert.match(await get('/metrics'), /^stillwatch_lab_exchanges_total \d+$/m);
  assert.deepEqual(JSON.parse(await get('/findings')), { findings: [] });
  assert.equal((await fetch(`${lab.url}/nothing`)).status, 404);
  assert.equal((await fetch(`${lab.url}/ingest`)).status, 405);
});

test('content-free: no text of a prompt is on the disk, and the counts are the same', async () => {
  const data = join(folder, 'free');
  const free = await startLab({
    listen: '127.0.0.1:0',
    data,
    config: parseConfig({ version: 1, content: 'none', look: { every_seconds: 3600 } }, 'test'),
  });
  try {
    const key = await free.tokens.issue('t', ['ingest'], AT);
    const body = row(1, { prompt: 'a very secret question', system_prompt: 'secret too' });
    const response = await fetch(`${free.url}/ingest`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(((await response.json()) as { accepted: number }).accepted, 1);
    const { readdirSync, readFileSync, statSync } = await import('node:fs');
    for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' })) {
      const path = join(data, name);
      if (statSync(path).isFile()) assert.ok(!readFileSync(path).includes('secret question'), path);
    }
    const [known] = await free.accounts(['a1']);
    assert.equal(known?.profile.contentFree, 1);
  } finally {
    await free.stop();
  }
});

test('what a second lab on the same folder is told', async () => {
  await assert.rejects(startLab({ listen: '127.0.0.1:0', data: join(folder, 'data') }), {
    code: 'LAB_STATE_IN_USE',
  });
});
