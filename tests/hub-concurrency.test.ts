/** Clients that page while writers add: everything once, for everybody. The whole size is in `bench/hub.ts`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  indicator,
  PLAIN,
  startTestHub,
  type TestHub,
  uuid,
} from '../src/serve/hub/taxii/hub.test-help.ts';

const OBJECTS = `${PLAIN}/objects/`;

/** Pages in sevens until `total` objects have come; gives every id in the order of its coming. */
const pageAll = async (
  hub: TestHub,
  token: string,
  total: number,
  by: 'next' | 'added_after',
): Promise<string[]> => {
  const seen: string[] = [];
  let from = '';
  let since = '';
  let last = '';
  while (seen.length < total) {
    const { status, json, headers } = await hub.get(`${OBJECTS}?limit=7${from}`, token);
    assert.equal(status, 200);
    seen.push(...(json.objects ?? []).map((one: { id: string }) => one.id));
    last = headers.get('x-taxii-date-added-last') ?? last;
    // A token belongs to its filters: with it goes the added_after that its first page had.
    if (json.more && by === 'next') from = `${since}&next=${json.next}`;
    else if (last !== '') from = since = `&added_after=${last}`;
    if (!json.more) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return seen;
};

test('30 clients paging in sevens while 4 writers add see the exact multiset', async () => {
  const hub = await startTestHub();
  try {
    const [WRITERS, EACH, BATCH] = [4, 100, 10];
    const total = WRITERS * EACH;
    const writer = async (w: number): Promise<void> => {
      for (let at = 0; at < EACH; at += BATCH) {
        const objects = Array.from({ length: BATCH }, (_, i) => indicator(w * 1000 + at + i));
        const { json } = await hub.send('POST', OBJECTS, hub.operator, { objects });
        assert.equal(json.success_count, BATCH);
      }
    };
    const readers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => hub.member(`Lab ${i}`, i % 2 ? 'observer' : 'member')),
    );
    const [seen] = await Promise.all([
      Promise.all(
        readers.map(({ token }, i) => pageAll(hub, token, total, i % 3 ? 'next' : 'added_after')),
      ),
      ...Array.from({ length: WRITERS }, (_, w) => writer(w)),
    ]);
    const expected = Array.from(
      { length: total },
      (_, i) => `indicator--${uuid(Math.floor(i / EACH) * 1000 + (i % EACH))}`,
    ).sort();
    for (const ids of seen) assert.deepEqual([...ids].sort(), expected);
  } finally {
    await hub.close();
  }
});

test('a graceful stop finishes what is under way and takes nothing new', async () => {
  const hub = await startTestHub();
  const objects = Array.from({ length: 2000 }, (_, i) => indicator(i));
  // One that never sends anything, and one that stops in the middle of its headers.
  const idle = ['', 'GET /health HTTP/1.1\r\nHost: hub\r\n'].map((text) => {
    const socket = connect(Number(new URL(hub.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(text);
    return once(socket, 'close');
  });
  // Half of a body is under way, and known to be: a request that came after it was answered.
  const body = Buffer.from(JSON.stringify({ objects }));
  const adding = request(`${hub.url}${OBJECTS}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${hub.operator}`,
      'content-type': 'application/taxii+json;version=2.1',
      accept: 'application/taxii+json;version=2.1',
      'content-length': body.length,
    },
  });
  const answered = once(adding, 'response');
  await new Promise((written) => adding.write(body.subarray(0, body.length / 2), written));
  for (let i = 0; i < 5; i++) await hub.get('/health');
  const stopped = hub.close();
  const begun = performance.now();
  adding.end(body.subarray(body.length / 2));
  const [response] = (await answered) as [IncomingMessage];
  assert.equal(response.statusCode, 202);
  assert.equal(((await json(response)) as { success_count: number }).success_count, 2000);
  await stopped;
  assert.ok(performance.now() - begun < 8000, 'not the time for which requests are waited for');
  await Promise.all(idle);
  await assert.rejects(hub.get('/health'));
});
