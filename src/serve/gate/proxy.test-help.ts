/** What every gateway that asks before each request must do, whichever it is. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { APPEAL, idOf } from './gate.test-help.ts';
import type { Upstream } from './programs.test-help.ts';

export const proxyBehaves = async (
  t: TestContext,
  url: string,
  upstream: Upstream,
): Promise<void> => {
  const ask = (
    account: string,
    headers: Record<string, string> = {},
    path = '/v1/chat/completions',
  ) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      body: '{"model":"m"}',
      headers: { authorization: `Bearer sk-${account}`, ...headers },
    });

  await t.test('an account that nothing is known of goes on, with its body', async () => {
    const reply = await ask('unknown');
    assert.equal(reply.status, 200);
    assert.deepEqual(await reply.json(), { upstream: true });
    const { method, headers } = upstream.seen.at(-1)!;
    assert.equal(method, 'POST');
    assert.equal(headers['content-length'], '13');
    assert.equal(headers['x-stillwatch-action'], 'allow');
  });

  await t.test(
    'obligations reach the upstream; what the customer sent under our names does not',
    async () => {
      const forged = { 'x-stillwatch-max-output-tokens': '999999', 'x-account': 'allowed' };
      assert.equal((await ask('capped', forged)).status, 200);
      const { headers } = upstream.seen.at(-1)!;
      assert.equal(headers['x-stillwatch-decision'], idOf('capped'));
      assert.equal(headers['x-stillwatch-max-output-tokens'], '256');
      assert.equal(headers['x-stillwatch-strip-reasoning'], '1');
      assert.equal((await ask('unknown', forged)).status, 200);
      assert.equal(upstream.seen.at(-1)!.headers['x-stillwatch-max-output-tokens'] ?? '', '');
    },
  );

  await t.test('a suspended account reads a refusal of the OpenAI API', async () => {
    const before = upstream.seen.length;
    const reply = await ask('stopped', { 'x-account': 'allowed' });
    assert.equal(reply.status, 403);
    assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(reply.headers.get('x-stillwatch-decision'), idOf('stopped'));
    const { error } = (await reply.json()) as { error: { message: string } };
    assert.ok(error.message.includes(idOf('stopped')));
    assert.ok(error.message.includes(APPEAL));
    assert.equal(upstream.seen.length, before);
  });

  await t.test('and one of the Anthropic API where that was asked', async () => {
    const reply = await ask('stopped', {}, '/v1/messages');
    assert.equal(reply.status, 403);
    const body = (await reply.json()) as { type: string; error: { type: string } };
    assert.equal(body.type, 'error');
    assert.equal(body.error.type, 'permission_error');
  });

  await t.test('verify is refused with its own words', async () => {
    const reply = await ask('unverified');
    assert.equal(reply.status, 403);
    assert.equal(reply.headers.get('x-stillwatch-action'), 'verify');
  });

  await t.test('too fast becomes 429 with Retry-After', async () => {
    const statuses: number[] = [];
    let wait = 0;
    for (let i = 0; i < 3; i++) {
      const reply = await ask('slow');
      statuses.push(reply.status);
      wait = Number(reply.headers.get('retry-after'));
      await reply.arrayBuffer();
    }
    assert.deepEqual(statuses, [200, 429, 429]);
    assert.ok(wait >= 1);
  });
};
