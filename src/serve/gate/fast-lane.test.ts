import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { TOKEN, testGate } from './gate.test-help.ts';

const BODY = '{"account":"stopped"}';
const HOST = 'Host: gate';
const BEARER = `Authorization: Bearer ${TOKEN}`;

const post = (body: string, ...more: readonly string[]): string =>
  [
    'POST /v1/decide HTTP/1.1',
    HOST,
    BEARER,
    ...more,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
const nginx = (account: string): string =>
  ['GET /nginx/auth HTTP/1.1', HOST, BEARER, `X-Account: ${account}`, '', ''].join('\r\n');

/** Sends pieces as they are and gives back everything until nothing comes any more. */
const exchange = async (url: string, pieces: readonly (string | Buffer)[], end: RegExp) => {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.setNoDelay(true);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (const piece of pieces) {
    socket.write(piece);
    if (pieces.length > 1) await pause(5);
  }
  for (let i = 0; i < 200 && !end.test(text) && !socket.closed; i++) await pause(10);
  socket.destroy();
  await closed;
  return text;
};

const statuses = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

const asked = async (t: TestContext) => (await testGate(t)).url;

test('many requests in one piece are answered in their order, of both kinds', async (t) => {
  const url = await asked(t);
  const all =
    post(BODY) + post('{"account":"capped"}') + nginx('stopped') + nginx('nobody') + post(BODY);
  const text = await exchange(url, [all], /(stopped.*){2}\}$/s);
  assert.deepEqual(statuses(text), [200, 200, 403, 200, 200]);
  assert.match(text, /"suspend".*"restrict".*X-Stillwatch-Action: suspend.*allow.*"suspend"/s);
  assert.match(text, /\r\nDate: [A-Z][a-z]{2}, \d\d /);
});

test('a request that comes in any pieces gets the same answer', async (t) => {
  const url = await asked(t);
  const request = Buffer.from(post('{"account":"stopped","client":"ä€😀"}'));
  for (const cuts of [
    [1],
    [20, 60],
    [request.length - 1],
    [request.length - 9, request.length - 3],
  ]) {
    const pieces = [0, ...cuts].map((from, i) => request.subarray(from, cuts[i] ?? request.length));
    const text = await exchange(url, [...pieces, post(BODY)], /(false,"appeal.*){2}\}$/s);
    assert.deepEqual(statuses(text), [200, 200], String(cuts));
  }
  const drip = [...post(BODY)].slice(0, 12).concat(post(BODY).slice(12));
  assert.deepEqual(statuses(await exchange(url, drip, /\}$/)), [200]);
});

test('what is not plain goes on with Node, on the same connection and in order', async (t) => {
  const url = await asked(t);
  const ready = `GET /health/ready HTTP/1.1\r\n${HOST}\r\n\r\n`;
  const text = await exchange(url, [post(BODY) + ready + post(BODY)], /(suspend.*){2}\}$/s);
  assert.deepEqual(statuses(text), [200, 200, 200]);
  assert.match(text, /suspend.*"ready".*suspend/s);
  const later = await exchange(url, [post(BODY), ready, post(BODY)], /(suspend.*){2}\}$/s);
  assert.deepEqual(statuses(later), [200, 200, 200]);
  const chunked = `${post('', 'Transfer-Encoding: chunked').replace(/Content-Length: 0\r\n/, '')}15\r\n${BODY}\r\n0\r\n\r\n`;
  assert.deepEqual(statuses(await exchange(url, [chunked], /\}$/)), [200]);
  for (const [request, status] of [
    [post('{"acount":"x"}'), 400],
    [post(BODY).replace(TOKEN, 'wrong'), 401],
    [post(BODY, 'Content-Length: 3'), 400],
    [post(BODY, 'Transfer-Encoding: chunked'), 400],
    [post(BODY).replace(`${HOST}\r\n`, ''), 400],
    [post(BODY, 'X-A : b'), 400],
    [post(BODY, 'X-A: b\r\n c'), 400],
    [`${post(BODY).split('\r\n\r\n')[0]}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n${BODY}`, 431],
    [post('x'.repeat(17_000)), 413],
  ] as const)
    assert.deepEqual(
      statuses(await exchange(url, [request], /\r\n\r\n/)),
      [status],
      request.slice(0, 200),
    );
});

test('the fast lane and Node give the same answers', async (t) => {
  const { url, ask } = await testGate(t);
  const value = fc.oneof(
    fc.constantFrom('stopped', 'capped', 'slow', 'allowed', '198.51.100.9'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  );
  const question = fc.record(
    { account: value, address: value, tier: value },
    { requiredKeys: ['account'], noNullPrototype: true },
  );
  const known = (text: string): unknown => {
    const answer = JSON.parse(text) as Record<string, unknown>;
    // Allowances have ids of their own, and time goes on.
    return {
      ...answer,
      decision_id: String(answer.decision_id).slice(0, 9),
      ttl: 0,
      knowledge_age: 0,
    };
  };
  await fc.assert(
    fc.asyncProperty(question, async (one) => {
      const body = JSON.stringify(one);
      const { port } = new URL(url);
      const fast = await fetch(`http://127.0.0.1:${port}/v1/decide`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}` },
        body,
      });
      // Nothing in these questions is wrong, so that the connection stays on the lane.
      const node = await ask('/v1/decide/batch', { method: 'POST', body: `[${body}]` });
      assert.deepEqual([fast.status, node.status], [200, 200], body);
      const { answers } = (await node.json()) as { answers: unknown[] };
      assert.deepEqual(known(await fast.text()), known(JSON.stringify(answers[0])));
    }),
    { numRuns: 100 },
  );
});

test('a gateway that does not read is not asked further, and closing ends what is left', async (t) => {
  const running = await testGate(t);
  const { port } = new URL(running.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined);
  const many = post(BODY).repeat(200);
  let sent = 0;
  while (sent < 400 && socket.write(many)) sent += 1;
  for (; sent < 400 && socket.writableLength < 8 << 20; sent++) socket.write(many);
  await pause(200);
  const before = running.tally.total();
  await pause(100);
  assert.equal(running.tally.total(), before, 'stands still');
  assert.ok(before < 80_000);
  socket.destroy();
  const started = performance.now();
  await running.close();
  assert.ok(performance.now() - started < 4000);
});
