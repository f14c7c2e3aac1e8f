/** The three frameworks themselves, each with a gate in process and with one over HTTP. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { serve } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { createGuard, type Guard } from '../../act/gateway/node/guard.ts';
import {
  expressGuard,
  fastifyGuard,
  honoGuard,
  type WithVerdict,
} from '../../act/gateway/node/middleware.ts';
import { createGate } from '../../act/response/gate.ts';
import { APPEAL, CHANGES, idOf, TOKEN, testGate } from './gate.test-help.ts';

type Start = (guard: Guard) => Promise<{ url: string; close: () => unknown }>;

/** In these tests the key is the account; a service asks its own authentication. */
const accountOf = (key: string | undefined) => ({ account: key?.replace('Bearer sk-', '') });
const seen = (request: object) => ({
  obligations: (request as WithVerdict).stillwatch?.answer.obligations,
});
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const FRAMEWORKS: Readonly<Record<string, Start>> = {
  express: async (guard) => {
    const app = express();
    app.use(
      expressGuard(guard, (request: express.Request) => accountOf(request.headers.authorization)),
    );
    app.use((request, response) => void response.json(seen(request)));
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: urlOf(server), close: () => server.close() };
  },
  fastify: async (guard) => {
    const app = fastify();
    app.addHook(
      'onRequest',
      fastifyGuard(guard, ({ headers }) => accountOf(headers.authorization?.toString())),
    );
    app.all('/*', (request) => seen(request));
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },
  hono: async (guard) => {
    const app = new Hono<{ Variables: { stillwatch: WithVerdict['stillwatch'] } }>();
    app.use(honoGuard(guard, (context) => accountOf(context.req.header('authorization'))));
    app.all('/*', (context) => context.json(seen({ stillwatch: context.get('stillwatch') })));
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    await new Promise<void>((resolve) => server.once('listening', resolve));
    return { url: urlOf(server), close: () => server.close() };
  },
};

const behaves = async (t: TestContext, start: Start, guard: Guard): Promise<void> => {
  const { url, close } = await start(guard);
  t.after(close);
  const ask = (account: string, path = '/v1/chat/completions') =>
    fetch(`${url}${path}`, { method: 'POST', headers: { authorization: `Bearer sk-${account}` } });
  const capped = (await (await ask('capped')).json()) as { obligations: object };
  assert.deepEqual(capped.obligations, {
    max_output_tokens: 256,
    strip_reasoning: true,
    strip_logprobs: true,
  });
  const stopped = await ask('stopped');
  assert.equal(stopped.status, 403);
  assert.equal(stopped.headers.get('x-stillwatch-decision'), idOf('stopped'));
  const { error } = (await stopped.json()) as { error: { message: string } };
  assert.ok(error.message.includes(APPEAL));
  const anthropic = (await (await ask('stopped', '/v1/messages')).json()) as { type: string };
  assert.equal(anthropic.type, 'error');
  assert.deepEqual([(await ask('slow')).status, (await ask('slow')).status], [200, 429]);
  assert.equal((await ask('unknown')).status, 200);
};

for (const [name, start] of Object.entries(FRAMEWORKS)) {
  test(`${name}, with a gate in its process`, async (t) => {
    const gate = createGate();
    gate.apply(CHANGES, Date.now());
    await behaves(t, start, createGuard({ gate, appealUrl: APPEAL, fails: 'open' }));
  });

  test(`${name}, with a gate over HTTP, whose answers are kept for their time`, async (t) => {
    const { url, tally } = await testGate(t);
    const guard = createGuard({
      gate: { url, token: TOKEN, timeoutMs: 5000 },
      appealUrl: APPEAL,
      fails: 'closed',
    });
    await behaves(t, start, guard);
    assert.equal(guard.counts().cached, 2);
    assert.equal(tally.total(), guard.counts().asked - 2);
  });

  test(`${name}, when the gate is away and the cache empty: as configured, and counted`, async (t) => {
    for (const fails of ['open', 'closed'] as const) {
      const guard = createGuard({ gate: { url: 'http://127.0.0.1:9' }, appealUrl: APPEAL, fails });
      const { url, close } = await start(guard);
      t.after(close);
      const reply = await fetch(url, { headers: { authorization: 'Bearer sk-unknown' } });
      assert.equal(reply.status, fails === 'open' ? 200 : 503);
      const { unanswered_open, unanswered_closed } = guard.counts();
      assert.deepEqual([unanswered_open, unanswered_closed], fails === 'open' ? [1, 0] : [0, 1]);
    }
  });
}
