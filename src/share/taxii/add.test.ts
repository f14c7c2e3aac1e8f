import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { batchesOf } from './add.ts';
import { taxiiClient } from './client.ts';
import { answer, startServer } from './test-server.ts';

const PLACE = { root: '/api/', collection: 'c' };
const quick = { sleep: async () => undefined, random: () => 0 };
const objects = (n: number): { id: string; text: string }[] =>
  Array.from({ length: n }, (_, i) => ({ id: `x--${i}`, text: 'ä'.repeat(i % 7) }));
const status = (count: number, more: object = {}): object => ({
  id: 'f0a2',
  status: 'complete',
  total_count: count,
  success_count: count,
  failure_count: 0,
  pending_count: 0,
  ...more,
});

test('batches hold every object once, in order, within the bounds', () => {
  const object = fc.record({ id: fc.string({ maxLength: 30 }) });
  fc.assert(
    fc.property(
      fc.array(object),
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 1, max: 9 }),
      (all, bytes, most) => {
        const batches = batchesOf(all, bytes, most);
        assert.deepEqual(batches.flat(), all);
        for (const batch of batches) {
          assert.ok(batch.length <= most);
          const size = Buffer.byteLength(JSON.stringify({ objects: batch }));
          assert.ok(batch.length === 1 || size <= bytes, `${size} > ${bytes}`);
        }
      },
    ),
  );
});

test('requests stay within max_content_length; what is larger alone is a failure', async (t) => {
  const got: string[] = [];
  const { url } = await startServer(t, ({ method, body }, response) => {
    if (method === 'GET') return answer(response, 200, { title: 'r', max_content_length: 200 });
    assert.ok(Buffer.byteLength(body) <= 200);
    const sent = JSON.parse(body).objects as { id: string }[];
    got.push(...sent.map(({ id }) => id));
    return answer(response, 202, status(sent.length));
  });
  const large = { id: 'x--large', modified: '2026-01-01T00:00:00Z', text: 'a'.repeat(300) };
  const report = await taxiiClient({ url }).add(PLACE, [...objects(20), large]);
  assert.deepEqual(
    got,
    objects(20).map(({ id }) => id),
  );
  assert.deepEqual([report.total, report.success, report.pending], [21, 20, 0]);
  assert.deepEqual(
    report.failures.map(({ id, version }) => [id, version]),
    [['x--large', large.modified]],
  );
});

test('413 of a proxy halves the request', async (t) => {
  const got: string[] = [];
  const { url } = await startServer(t, ({ body }, response) => {
    const sent = JSON.parse(body).objects as { id: string }[];
    if (sent.length > 3) return answer(response, 413);
    got.push(...sent.map(({ id }) => id));
    return answer(response, 202, status(sent.length));
  });
  const report = await taxiiClient({ url }).add(PLACE, objects(10), { maxContentLength: 1 << 20 });
  assert.equal(report.success, 10);
  assert.deepEqual(
    got,
    objects(10).map(({ id }) => id),
  );
});

test('each batch is prepared by itself: a signature covers exactly what it is sent with', async (t) => {
  const { url, seen } = await startServer(t, (_, response) => answer(response, 202, status(2)));
  await taxiiClient({ url }).add(PLACE, objects(4), {
    maxContentLength: 1000,
    maxObjects: 2,
    prepare: (batch) => ({
      body: JSON.stringify({ objects: batch, signed: batch.length }),
      headers: { 'X-Test': batch.map(({ id }) => id).join() },
    }),
  });
  assert.deepEqual(
    seen.map(({ headers }) => headers['x-test']),
    ['x--0,x--1', 'x--2,x--3'],
  );
  for (const { body } of seen) assert.equal(JSON.parse(body).signed, 2);
});

test('a pending status is followed until it is complete (4.3)', async (t) => {
  let polls = 0;
  const { url } = await startServer(t, ({ method, url: { pathname } }, response) => {
    if (method === 'POST')
      return answer(
        response,
        202,
        status(2, { status: 'pending', success_count: 0, pending_count: 2 }),
      );
    assert.equal(pathname, '/api/status/f0a2/');
    polls += 1;
    return polls < 3
      ? answer(response, 200, status(2, { status: 'pending', success_count: 1, pending_count: 1 }))
      : answer(
          response,
          200,
          status(2, {
            success_count: 1,
            failure_count: 1,
            failures: [{ id: 'x--1', version: 'v', message: 'no' }],
          }),
        );
  });
  const report = await taxiiClient({ url, ...quick }).add(PLACE, objects(2), {
    maxContentLength: 1000,
  });
  assert.equal(polls, 3);
  assert.deepEqual(report, {
    total: 2,
    success: 1,
    failures: [{ id: 'x--1', version: 'v', message: 'no' }],
    pending: 0,
    statuses: ['f0a2'],
  });
});

test('what stays pending is said to be pending, and failures without a list are counted', async (t) => {
  let clock = 0;
  const { url } = await startServer(t, (_, response) =>
    answer(
      response,
      202,
      status(3, { status: 'pending', success_count: 0, failure_count: 1, pending_count: 2 }),
    ),
  );
  // The same resource answers the polls, so it never completes.
  const client = taxiiClient({ url, sleep: async (ms) => (clock += ms), now: () => clock });
  await assert.rejects(client.status('/api/', 'f0a2'), { code: 'TAXII_REFUSED' });
  const { url: second } = await startServer(t, ({ method }, response) =>
    answer(
      response,
      method === 'POST' ? 202 : 200,
      status(3, { status: 'pending', success_count: 0, failure_count: 1, pending_count: 2 }),
    ),
  );
  const other = taxiiClient({ url: second, sleep: async (ms) => (clock += ms), now: () => clock });
  const report = await other.add(PLACE, objects(3), { maxContentLength: 1000, pollMs: 10_000 });
  assert.deepEqual([report.pending, report.failures.length], [2, 1]);
});
