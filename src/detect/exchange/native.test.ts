import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashText } from './hash.ts';
import { fixture, readAll, readText, row } from './test-help.ts';

const one = (over: Record<string, unknown>) => readText(`${row(over)}\n`).exchanges[0]!;
const why = (over: Record<string, unknown>): string | undefined =>
  readText(`${row(over)}\n`).rejected[0]?.split(':')[1];

test('every native field arrives', async () => {
  const { exchanges, rejected } = await readAll([fixture('native.jsonl')]);
  assert.deepEqual(rejected, []);
  assert.deepEqual(exchanges[0], {
    timestamp: Date.UTC(2026, 2, 1, 10, 0, 0, 250),
    accountId: 'acct-1',
    prompt: 'What is a Bloom filter?',
    responseTokens: 212,
    exchangeId: 'ex-1',
    organizationId: 'org-1',
    endUserId: 'u-1',
    conversationId: 'c-1',
    model: 'm-large',
    promptTokens: 9,
    reasoningTokens: 40,
    maxTokens: 512,
    temperature: 0.7,
    n: 2,
    logprobs: true,
    stream: true,
    tools: false,
    systemPrompt: 'Be brief.',
    finishReason: 'stop',
    status: 200,
    ip: '203.0.113.7',
    asn: 'AS64500',
    country: 'DE',
    userAgent: 'client/1.0',
    ja4: 't13d1516h2_8daaf6152771_e5627efa2ab1',
    priorTurns: 0,
    contextHash: 0,
    promptHash: null,
    templateId: null,
  });
  const chat = exchanges[1]!;
  assert.equal(chat.accountId, '4711');
  assert.equal(chat.prompt, 'And for a fair coin?');
  assert.equal(chat.responseTokens, 31);
  assert.equal(chat.priorTurns, 1);
  assert.equal(chat.tools, true);
  assert.equal(chat.systemPrompt, 'You tutor.');
  assert.equal(
    chat.contextHash,
    hashText('It measures surprise.', hashText('Explain entropy.', 0)),
  );
  assert.deepEqual(
    exchanges.slice(2).map((e) => [e.timestamp % 60_000, e.prompt, e.promptHash, e.templateId]),
    [
      [2000, '', '5f1d', 't-9'],
      [3000, 'again', null, null],
    ],
  );
  assert.deepEqual([exchanges[3]!.status, exchanges[3]!.responseTokens], [429, 0]);
});

test('every exchange has the same keys in the same order', async () => {
  const { exchanges } = await readAll([
    fixture('native.jsonl'),
    fixture('litellm.jsonl'),
    fixture('otel-otlp.jsonl'),
    fixture('cloudflare-api.jsonl'),
  ]);
  assert.equal(new Set(exchanges.map((e) => Object.keys(e).join())).size, 1);
});

test('required fields are refused by name', () => {
  assert.equal(why({ timestamp: undefined }), 'TIMESTAMP_MISSING');
  assert.equal(why({ timestamp: 1772359200 }), 'TIMESTAMP_INVALID'); // seconds
  assert.equal(why({ timestamp: '2026-03-01' }), 'TIMESTAMP_INVALID');
  assert.equal(why({ timestamp: true }), 'TIMESTAMP_INVALID');
  assert.equal(why({ account_id: null }), 'ACCOUNT_MISSING');
  assert.equal(why({ account_id: '' }), 'ACCOUNT_MISSING');
  assert.equal(why({ account_id: 'x'.repeat(257) }), 'ACCOUNT_INVALID');
  assert.equal(why({ account_id: 1.5 }), 'ACCOUNT_INVALID');
  assert.equal(why({ account_id: 2 ** 53 }), 'ACCOUNT_INVALID'); // may be two accounts already
  assert.equal(why({ account_id: {} }), 'ACCOUNT_INVALID');
  assert.equal(why({ prompt: undefined }), 'PROMPT_MISSING');
  assert.equal(
    why({ prompt: undefined, messages: [{ role: 'system', content: 'x' }] }),
    'PROMPT_MISSING',
  );
  assert.equal(why({ response_tokens: undefined }), 'RESPONSE_TOKENS_MISSING');
  for (const bad of [-1, 1.5, 1e10, 'many', '0x10', true, [], 'Infinity'])
    assert.equal(why({ response_tokens: bad }), 'RESPONSE_TOKENS_INVALID', String(bad));
});

test('plain numbers may be strings', () => {
  const e = one({
    response_tokens: '12',
    prompt_tokens: '7.0',
    temperature: '0.25',
    status: '503',
    n: '4',
  });
  assert.deepEqual(
    [e.responseTokens, e.promptTokens, e.temperature, e.status, e.n],
    [12, 7, 0.25, 503, 4],
  );
});

test('an optional field that cannot be read is not known', () => {
  const e = one({
    temperature: 'hot',
    n: 0,
    status: 7,
    prompt_tokens: -4,
    exchange_id: 'y'.repeat(300),
    model: {},
  });
  assert.deepEqual(
    [e.temperature, e.n, e.status, e.promptTokens, e.exchangeId, e.model],
    [null, null, null, null, null, null],
  );
});

test('a failed request without a count answered nothing; a text answer stands in for its size', () => {
  assert.equal(one({ response_tokens: undefined, status: 500 }).responseTokens, 0);
  assert.equal(one({ response_tokens: undefined, response: 'größer' }).responseTokens, 2); // 8 bytes
  assert.equal(why({ response_tokens: undefined, status: 200 }), 'RESPONSE_TOKENS_MISSING');
});

test('autonomous systems are written one way', () => {
  for (const asn of [64500, '64500', 'AS64500', 'as64500'])
    assert.equal(one({ asn }).asn, 'AS64500');
  assert.equal(one({ asn: 'ASN-X' }).asn, 'ASN-X');
});

test('long texts are cut, never inside a surrogate pair', () => {
  assert.equal(one({ prompt: 'p'.repeat(70_000) }).prompt.length, 65_536);
  assert.equal(one({ prompt: `${'p'.repeat(65_535)}😀` }).prompt.length, 65_535);
  assert.equal(one({ user_agent: 'u'.repeat(5000) }).userAgent!.length, 1024);
});

test('conversations: what counts as a turn', () => {
  const read = (messages: unknown[]) => one({ prompt: undefined, messages });
  const start = [
    { role: 'user', content: 'first' },
    { role: 'assistant', content: 'answer' },
  ];
  const a = read([...start, { role: 'user', content: 'second' }]);
  const b = read([...start, { role: 'user', content: 'other' }]);
  const c = read([
    { role: 'user', content: 'else' },
    start[1],
    { role: 'user', content: 'second' },
  ]);
  assert.equal(a.contextHash, b.contextHash);
  assert.notEqual(a.contextHash, c.contextHash);
  assert.notEqual(a.contextHash, 0);
  assert.deepEqual([a.priorTurns, a.prompt], [1, 'second']);
  // A tool's result comes back in a user message (Anthropic): it is the agent's turn, not a person's.
  const agent = read([
    { role: 'user', content: 'do it' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't' }] },
    { role: 'user', content: [{ type: 'tool_result', content: 'done' }] },
  ]);
  assert.deepEqual(
    [agent.priorTurns, agent.contextHash, agent.prompt, agent.tools],
    [0, 0, 'do it', true],
  );
  assert.equal(
    read([null, 7, 'x', { role: 'user', content: ['a', { text: 'b' }] }]).prompt,
    'a\nb',
  );
});

test('hostile keys and values change nothing', () => {
  const text =
    '{"__proto__":{"status":429},"constructor":1,"timestamp":1772359200000,"account_id":"a","prompt":"p","response_tokens":1,"toString":{}}\n';
  const { exchanges } = readText(text);
  assert.equal(exchanges[0]!.status, null);
  assert.equal(({} as Record<string, unknown>).status, undefined);
});

test('no JSON value in any field throws, and what is accepted keeps its bounds', () => {
  const fields = Object.keys(
    JSON.parse(
      row({
        messages: 1,
        status: 1,
        asn: 1,
        tools: 1,
        exchange_id: 1,
        temperature: 1,
        response: 1,
      }),
    ),
  );
  fc.assert(
    fc.property(
      fc.record(
        Object.fromEntries(fields.map((f) => [f, fc.option(fc.jsonValue(), { nil: undefined })])),
      ),
      fc.constantFrom('native', 'otel', 'litellm', 'cloudflare'),
      (over, format) => {
        const { exchanges, rejected } = readText(`${row(over)}\n`, format as 'native');
        assert.ok(exchanges.length + rejected.length <= 1 || format !== 'native');
        for (const e of exchanges) {
          assert.ok(Number.isInteger(e.timestamp) && Number.isInteger(e.responseTokens));
          assert.ok(e.accountId.length > 0 && e.accountId.length <= 256);
        }
      },
    ),
    { numRuns: 500 },
  );
});
