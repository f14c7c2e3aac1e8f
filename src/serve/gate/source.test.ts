import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ChangeFeed, createChangeFeed } from '../../act/gateway/feed.ts';
import { decisionOf } from '../../act/gateway/test-help.ts';
import { createGate } from '../../act/response/gate.ts';
import { BEARER, TOKEN, testGate } from './gate.test-help.ts';
import { freePort, until } from './programs.test-help.ts';
import { followed, followSource } from './source.ts';

const follow = (t: TestContext, url: string) => {
  const into = followed(() => createGate());
  const failures: string[] = [];
  const source = followSource({
    url,
    token: TOKEN,
    into,
    retryMs: 20,
    failed: (why) => failures.push(why),
  });
  t.after(source.close);
  const action = (account: string) => into.gate().answer({ account }, Date.now()).action;
  return { source, into, action, failures };
};

const serve = (t: TestContext, feed: ChangeFeed, port = 0) =>
  testGate(t, { feed, listen: { host: '127.0.0.1', port } });

test('a replica hears of changes at once, and a restart of its source does not part them', async (t) => {
  const port = await freePort();
  const feed = createChangeFeed({ epoch: 'first' });
  const kept = decisionOf('account', 'kept', 'suspend');
  feed.put(kept);
  feed.put(decisionOf('account', 'forgotten', 'suspend'));
  const server = await serve(t, feed, port);
  const { source, action, into } = follow(t, `http://127.0.0.1:${port}`);
  await source.heard;
  assert.deepEqual([action('kept'), action('forgotten')], ['suspend', 'suspend']);

  const before = performance.now();
  feed.put(decisionOf('account', 'late', 'restrict'));
  await until('the change arrives', () => action('late') === 'restrict', 2);
  assert.ok(performance.now() - before < 1000, 'by the waiting question, not by the next poll');
  feed.lift(kept.id);
  await until('the lift arrives', () => action('kept') === 'allow', 2);

  // The source comes back with other numbers and without one decision: the epoch tells.
  await server.close();
  assert.equal(action('late'), 'restrict', 'what is known holds while the source is away');
  const second = createChangeFeed({ epoch: 'second' });
  for (let i = 0; i < 4; i++) second.put(decisionOf('account', `new${i}`, 'verify'));
  const again = await serve(t, second, port);
  await until('the new epoch is taken over', () => action('new3') === 'verify', 5);
  assert.deepEqual([action('late'), action('forgotten')], ['allow', 'allow']);
  assert.equal(source.cursor(), 'second:4');
  assert.equal(into.gate().answer({}, Date.now()).stale, false);
  await source.close();
  await again.close();
});

test('a part that broke off, or another content, changes nothing', async (t) => {
  const { createServer } = await import('node:http');
  const head = '{"stillwatch_feed":1,"epoch":"e","kind":"snapshot","cursor":1,"more":false}\n';
  const put = `${JSON.stringify({ cursor: 1, change: 'put', decision: decisionOf('account', 'a', 'suspend') })}\n`;
  const bodies = [
    head + put,
    `${head}{"end":0}\n${put}`,
    'hello',
    `${head}${put}{"end":2}\n`,
    `${head}${put}{"end":1}\n`,
  ];
  let at = 0;
  const server = createServer((_, response) => response.end(bodies[Math.min(at++, 4)]));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const { source, action, failures } = follow(t, `http://127.0.0.1:${port}`);
  await source.heard;
  assert.equal(failures.length, 4);
  assert.equal(action('a'), 'suspend');
  await source.close();
});

test('the API: one question, many, faults, health, metrics and remediations', async (t) => {
  const { ask, url } = await testGate(t);
  const post = (path: string, body: unknown) =>
    ask(path, { method: 'POST', body: JSON.stringify(body) });
  const one = await post('/v1/decide', { account: 'stopped', address: '192.0.2.1' });
  assert.equal(one.headers.get('x-stillwatch-age'), '0');
  const answer = (await one.json()) as Record<string, unknown>;
  assert.equal(answer.action, 'suspend');
  assert.deepEqual(answer.subject, { kind: 'account', value: 'stopped' });
  const many = await post('/v1/decide/batch', {
    questions: [{ account: 'capped' }, { account: 'x' }],
  });
  const { answers } = (await many.json()) as { answers: { action: string }[] };
  assert.deepEqual(
    answers.map(({ action }) => action),
    ['restrict', 'allow'],
  );
  for (const wrong of [
    { acount: 'x' },
    {},
    { tier: 'free' },
    [],
    { account: 7 },
    { account: 'x'.repeat(600) },
  ])
    assert.equal((await post('/v1/decide', wrong)).status, 400, JSON.stringify(wrong).slice(0, 40));
  assert.equal((await ask('/v1/decide', { method: 'POST', body: 'x'.repeat(20_000) })).status, 413);
  assert.equal((await fetch(`${url}/v1/decide`, { method: 'POST', body: '{}' })).status, 401);
  assert.equal((await fetch(`${url}/health/ready`)).status, 200);

  const batch = {
    batch_id: 'b-1',
    remediations: [
      {
        decision_id: String(answer.decision_id),
        outcome: 'refused',
        action: 'suspend',
        reason: 'DISTILLATION_CONFIRMED',
        count: 4,
      },
    ],
  };
  const report = async () =>
    (await (await post('/v1/remediations', batch)).json()) as { counted: boolean };
  assert.deepEqual([(await report()).counted, (await report()).counted], [true, false]);
  const summary = (await (await ask('/v1/remediations/summary')).json()) as {
    remediations: { count: number }[];
  };
  assert.equal(summary.remediations[0]?.count, 4);
  assert.equal(
    (await post('/v1/remediations', { batch_id: 'b', remediations: [{ outcome: 'ban' }] })).status,
    400,
  );
  const page = await (await fetch(`${url}/metrics`)).text();
  assert.match(
    page,
    /stillwatch_gate_answers_total\{way="plain",action="restrict",reason="DISTILLATION_CONFIRMED"\} 1/,
  );
  assert.match(
    page,
    /stillwatch_remediations_total\{gateway="test",outcome="refused",action="suspend",reason="DISTILLATION_CONFIRMED"\} 4/,
  );
  assert.equal(
    (
      await fetch(`${url}/v1/decide`, {
        method: 'POST',
        headers: BEARER,
        body: '{"account":"a","account":"stopped"}',
      })
    ).status,
    400,
  );
});
