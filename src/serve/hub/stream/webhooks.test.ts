import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { headOf, readLedger } from '../../../share/ledger/reader.ts';
import { indicator, PLAIN, startTestHub, type TestHub } from '../taxii/hub.test-help.ts';
import { isPublicAddress } from './public-address.ts';
import { pause } from './stream.test-help.ts';
import { streamOf } from './service.ts';
import { parseWebhookUrl, postWebhook, signatureOf } from './webhook-post.ts';
import { startWebhooks } from './webhook-service.ts';
import { addWebhook, enableWebhook, webhooksOf } from './webhooks.ts';

let hub: TestHub;
before(async () => {
  hub = await startTestHub();
});
after(() => hub.close());

interface Got {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver that answers what it is told to. */
const receiver = async (answer: (got: Got, count: number) => number) => {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    got.push({ headers: request.headers, body });
    const status = answer(got.at(-1)!, got.length);
    response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const until = async (count: number): Promise<readonly Got[]> => {
    const end = Date.now() + 8000;
    while (got.length < count) {
      if (Date.now() > end) throw new Error(`${got.length} of ${count} deliveries`);
      await pause(20);
    }
    return got;
  };
  return { url: `http://127.0.0.1:${port}/hook`, got, until, close: () => server.close() };
};
const publish = (token: string, ...objects: readonly object[]) =>
  hub.send('POST', `${PLAIN}/objects/`, token, { objects });
const idsOf = (got: readonly Got[]) => got.map(({ body }) => JSON.parse(body).data.id);

test('deliveries are signed, in order, repeated under the same id, and counted in the ledger', async () => {
  const lab = await hub.member('lab');
  const to = await receiver((_got, count) => (count === 2 ? 500 : 204));
  const { store } = hub.hub;
  const hook = await addWebhook(store, lab, { url: to.url, allowPrivate: true }, Date.now());
  await publish(lab.token, indicator(1), indicator(2), indicator(3));
  const got = await to.until(4);
  assert.deepEqual(
    idsOf(got),
    [1, 2, 2, 3].map((n) => indicator(n).id),
  );
  const ids = got.map(({ headers }) => headers['webhook-id']);
  assert.equal(ids[1], ids[2]);
  assert.equal(new Set(ids).size, 3);
  for (const { headers, body } of got) {
    const seconds = Number(headers['webhook-timestamp']);
    const id = String(headers['webhook-id']);
    assert.equal(headers['webhook-signature'], signatureOf(hook.secret, id, seconds, body));
    assert.equal(JSON.parse(body).type, 'stillwatch.new');
  }
  await pause(100);
  assert.ok(headOf(await readLedger(store.ledger.read).checkpoint()).size >= 1);
  const state = (await streamOf(hub.hub).state()).webhooks;
  assert.deepEqual(
    state.map(({ id, failures, disabled }) => [id, failures, disabled]),
    [[hook.id, 0, null]],
  );
  to.close();
  await store.write(({ records }) => records.remove('seen', `webhook/${lab.id}/${hook.id}`));
});

test('the signature is that of Standard Webhooks', () => {
  // The example of the specification's reference libraries.
  const signature = signatureOf(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1614265330,
    '{"test": 2432232314}',
  );
  assert.equal(signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('after too many failures it is disabled with an event, and goes on when enabled again', async () => {
  const lab = await hub.member('down');
  let well = false;
  const to = await receiver(() => (well ? 200 : 302));
  const { store } = hub.hub;
  const hook = await addWebhook(store, lab, { url: to.url, allowPrivate: true }, Date.now());
  // A service of its own, which gives up sooner; the hub's own holds the lease and is waited for.
  const clock = { ahead: 0 };
  const early = { ...hub.hub, clock: () => Date.now() + clock.ahead };
  clock.ahead = 60_000;
  const service = startWebhooks(early, streamOf(hub.hub).fanOut.positions, {
    tickMs: 20,
    mostFailures: 3,
  });
  await publish(lab.token, indicator(4));
  const end = Date.now() + 8000;
  while ((await webhooksOf(store.records, lab.id))[0]!.disabled === null && Date.now() < end) {
    clock.ahead += 60_000;
    await pause(30);
  }
  const [disabled] = await webhooksOf(store.records, lab.id);
  assert.match(disabled!.disabled!, /status 302/, 'a redirect is not followed');
  assert.ok(to.got.length >= 3);
  const events = await store.events.read(0, 1000);
  assert.ok(
    events.some(({ body }) => JSON.stringify(body).includes(`webhook ${hook.id} disabled`)),
  );
  well = true;
  await enableWebhook(store, hook.id);
  const before = to.got.length;
  clock.ahead += 60_000;
  await to.until(before + 1);
  assert.equal(idsOf(to.got).at(-1), indicator(4).id);
  await service.stop();
  to.close();
});

test('members register their own over HTTP, and nothing private', async () => {
  const [a, b] = [await hub.member('a'), await hub.member('b')];
  const add = (url: string, token = a.token) =>
    hub.send('POST', '/api/webhooks', token, { url, types: ['indicator'] });
  const made = await add('https://hooks.example.org/stillwatch');
  assert.equal(made.status, 201);
  assert.match(made.json.secret, /^whsec_/);
  const seen = await hub.get('/api/webhooks', b.token);
  assert.deepEqual(seen.json, []);
  const path = `/api/webhooks/${made.json.id}`;
  assert.equal((await hub.send('DELETE', path, b.token)).status, 404);
  assert.equal((await hub.get('/api/webhooks', a.token)).json[0].secret, undefined);
  assert.equal((await hub.send('DELETE', path, a.token)).status, 200);
  for (const url of [
    'http://hooks.example.org/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://user:secret@hooks.example.org/',
    'file:///etc/passwd',
    'no url',
  ])
    assert.equal((await add(url)).status, 422, url);
});

test('a name that resolves to a private address is refused when it is sent to', async () => {
  const posted = await postWebhook({
    url: 'https://localhost:1/',
    secret: 'whsec_AAAA',
    allowPrivate: false,
    id: 'x',
    now: 0,
    body: '{}',
  });
  assert.deepEqual(posted, { taken: false, gone: false, why: 'EPRIVATE' });
  for (const address of ['8.8.8.8', '2606:4700::1111']) assert.ok(isPublicAddress(address));
  for (const address of [
    '10.1.2.3',
    '100.64.0.1',
    '192.168.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::ffff:8.8.8.8',
    'fe80::1',
    'fc00::1',
    '2002:7f00:1::',
    '64:ff9b::a00:1',
    'not an address',
  ])
    assert.ok(!isPublicAddress(address), address);
  assert.throws(() => parseWebhookUrl('http://x.example', false), { code: 'WEBHOOK_URL_REFUSED' });
});
