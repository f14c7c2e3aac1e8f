import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from './exchange.ts';
import { fixture, readAll, readText } from './test-help.ts';

const known = (e: Exchange): Partial<Exchange> =>
  Object.fromEntries(
    Object.entries(e).filter(([, v]) => v !== null && v !== false && v !== 0 && v !== ''),
  );
const TEN = Date.UTC(2026, 2, 1, 10);

test('OpenTelemetry, old names in flat spans; other spans are no exchanges', async () => {
  const { exchanges, rejected, formats } = await readAll([fixture('otel-flat.jsonl')]);
  assert.deepEqual([formats, rejected], [['otel'], []]);
  assert.deepEqual(exchanges.map(known), [
    {
      timestamp: TEN,
      accountId: 'acct-7',
      prompt: 'Name a prime.',
      responseTokens: 5,
      exchangeId: 'a1:b1',
      model: 'm-large',
      promptTokens: 12,
      maxTokens: 256,
      temperature: 0.2,
      systemPrompt: 'Be kind.',
      finishReason: 'stop',
      ip: '198.51.100.4',
      userAgent: 'sdk/2',
    },
    {
      timestamp: TEN + 1000,
      accountId: 'acct-7',
      prompt: 'Name another.',
      exchangeId: 'a2:b2',
      model: 'm-large',
      status: 429,
    },
  ]);
});

test('OpenTelemetry, new names in OTLP batches; an agent span does not count its inner call twice', async () => {
  const { exchanges, rejected, formats } = await readAll([fixture('otel-otlp.jsonl')]);
  assert.deepEqual([formats, rejected], [['otel'], []]);
  assert.deepEqual(exchanges.map(known), [
    {
      timestamp: TEN + 123,
      accountId: 'acct-8',
      prompt: 'Weather in Paris?',
      responseTokens: 77,
      exchangeId: 'c1:d1',
      organizationId: 'org-3',
      endUserId: 'pseudo-1',
      conversationId: 'conv-5',
      model: 'm-small',
      promptTokens: 40,
      n: 3,
      tools: true,
      systemPrompt: 'Grade answers.',
      finishReason: 'length',
    },
    {
      timestamp: TEN + 1000,
      accountId: 'acct-9',
      prompt: 'Hi',
      responseTokens: 4,
      exchangeId: 'c1:d3',
      organizationId: 'org-3',
      model: 'm-small',
    },
  ]);
});

test('OpenTelemetry prompts in span events, and attributes beside the span fields', () => {
  const span = { start_time: '2026-03-01T10:00:00Z', span_id: 's' };
  const usage = { 'gen_ai.usage.output_tokens': 3, 'user.id': 'u' };
  const events = [
    { name: 'gen_ai.system.message', attributes: { content: 'S' } },
    { name: 'gen_ai.user.message', attributes: { content: 'Q' } },
  ];
  const content = [
    {
      name: 'gen_ai.content.prompt',
      attributes: [{ key: 'gen_ai.prompt', value: { stringValue: 'Q2' } }],
    },
  ];
  const lines = [
    { ...span, attributes: usage, events },
    { ...span, attributes: usage, events: content },
    { ...span, ...usage, 'gen_ai.prompt': 'Q3' },
    { ...span, attributes: { ...usage, 'gen_ai.prompt': 'Q4', 'http.response.status_code': 503 } },
  ];
  const { exchanges, rejected } = readText(
    lines.map((l) => `${JSON.stringify(l)}\n`).join(''),
    'otel',
  );
  assert.deepEqual(rejected, []);
  assert.deepEqual(
    exchanges.map((e) => [e.prompt, e.systemPrompt, e.status, e.accountId]),
    [
      ['Q', 'S', null, 'u'],
      ['Q2', null, null, 'u'],
      ['Q3', null, null, 'u'],
      ['Q4', null, 503, 'u'],
    ],
  );
});

test('LiteLLM: hashed key first, failures with their status, redacted prompts refused, embeddings left out', async () => {
  const { exchanges, rejected, formats } = await readAll([fixture('litellm.jsonl')]);
  assert.deepEqual([formats, rejected], [['litellm'], ['4:PROMPT_MISSING']]);
  assert.deepEqual(exchanges.map(known), [
    {
      timestamp: TEN + 250,
      accountId: '88dc28',
      prompt: 'Rank these answers.',
      responseTokens: 20,
      exchangeId: 'chatcmpl-1',
      organizationId: 'org-1',
      endUserId: 'eu-1',
      conversationId: 's-1',
      model: 'm-large',
      promptTokens: 10,
      reasoningTokens: 8,
      maxTokens: 100,
      temperature: 1,
      n: 1,
      logprobs: true,
      stream: true,
      tools: true,
      finishReason: 'stop',
      status: 200,
      ip: '192.0.2.8',
      userAgent: 'OpenAI/Python 1.0',
    },
    {
      timestamp: TEN + 2000,
      accountId: 'trial',
      prompt: 'Again.',
      exchangeId: 'chatcmpl-2',
      conversationId: 'tr-2',
      model: 'm-large',
      status: 429,
    },
  ]);
});

test('Cloudflare logs API, a page per line', async () => {
  const { exchanges, rejected, formats } = await readAll([fixture('cloudflare-api.jsonl')]);
  assert.deepEqual([formats, rejected], [['cloudflare'], []]);
  assert.deepEqual(exchanges.map(known), [
    {
      timestamp: TEN,
      accountId: 'acct-3',
      prompt: 'Rewrite this politely.',
      responseTokens: 60,
      exchangeId: '01HX1',
      organizationId: 'org-2',
      model: 'm-large',
      promptTokens: 14,
      temperature: 0.3,
      stream: true,
      status: 200,
    },
    {
      timestamp: TEN + 5000,
      accountId: '77',
      prompt: 'Once more.',
      exchangeId: '01HX2',
      model: 'm-large',
      status: 429,
    },
  ]);
});

test('Cloudflare Logpush, decrypted and not', async () => {
  const { exchanges, rejected, formats } = await readAll([fixture('cloudflare-logpush.jsonl')]);
  assert.deepEqual([formats, rejected], [['cloudflare'], ['2:ROW_ENCRYPTED']]);
  assert.deepEqual(known(exchanges[0]!), {
    timestamp: TEN,
    accountId: 'acct-5',
    prompt: 'Bonjour?',
    responseTokens: 9,
    exchangeId: 'msg-1',
    model: 'm-large',
    promptTokens: 11,
    maxTokens: 64,
    systemPrompt: 'Answer in French.',
    finishReason: 'end_turn',
    status: 200,
  });
});
