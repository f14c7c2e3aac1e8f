import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow } from './follow.ts';
import { openSession } from './session.ts';
import { type Handler, startServer } from './test-server.ts';

const quick = { sleep: async () => undefined, random: () => 0 };
const stream = { 'Content-Type': 'text/event-stream; charset=utf-8' };

/** A log of ten events; each connection gets two of them and breaks, in the middle of a third. */
const log: Handler = ({ headers }, response) => {
  const from = Number(headers['last-event-id'] ?? 0);
  if (from >= 10) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(200, stream);
  for (const n of [from + 1, from + 2])
    response.write(`id: ${n}\nevent: object-added\ndata: ${n}\n\n`);
  response.write(`id: ${from + 3}\ndata: half`, () => response.destroy());
};

test('a broken connection is taken up exactly where it was', async (t) => {
  const { url, seen } = await startServer(t, log);
  const got: string[] = [];
  for await (const one of follow(openSession({ url, ...quick }), { url: '/stream' }))
    if (one.kind === 'event') got.push(one.event.data);
  assert.deepEqual(got, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  assert.deepEqual(
    seen.map(({ headers }) => headers['last-event-id']),
    [undefined, '2', '4', '6', '8', '10'],
  );
});

test('stopped by its caller and begun again from what was kept', async (t) => {
  const { url } = await startServer(t, log);
  let kept = '';
  const got: string[] = [];
  for (;;) {
    const before = got.length;
    for await (const one of follow(openSession({ url, ...quick }), {
      url: '/s',
      lastEventId: kept,
    })) {
      if (one.kind !== 'event') continue;
      got.push(one.event.data);
      kept = one.lastEventId;
      break;
    }
    if (got.length === before) break;
  }
  assert.deepEqual(got.length, 10);
  assert.equal(new Set(got).size, 10);
});

test('a gap is said, and closed by reading again', async (t) => {
  const { url } = await startServer(t, ({ headers }, response) => {
    if (headers['last-event-id'] === '51') return response.writeHead(204).end();
    response.writeHead(200, stream);
    return response.end('id: 50\nevent: gap\ndata: {}\n\nid: 51\ndata: after\n\n');
  });
  async function* resync() {
    yield 'a';
    yield 'b';
  }
  const kinds = [];
  for await (const one of follow(openSession({ url, ...quick }), {
    url: '/s',
    lastEventId: '3',
    resync,
  }))
    kinds.push(one.kind === 'event' ? one.event.data : one.kind === 'gap' ? 'gap' : one.value);
  assert.deepEqual(kinds, ['gap', 'a', 'b', 'after']);
});

test('silence ends a connection; heartbeats do not let it seem silent', async (t) => {
  const { url, seen } = await startServer(t, (_, response, count) => {
    if (count === 2) return response.writeHead(204).end();
    response.writeHead(200, stream);
    response.write(': beat\n\n');
    if (count === 0) return undefined;
    const beat = setInterval(() => response.write(': beat\n\n'), 50);
    setTimeout(() => {
      clearInterval(beat);
      response.end('data: late\n\n');
    }, 600);
    return undefined;
  });
  const got = [];
  for await (const one of follow(openSession({ url, ...quick }), { url: '/s', idleMs: 250 }))
    got.push(one);
  assert.equal(got.length, 1);
  assert.equal(seen.length, 3);
});

test('what will not get better ends it: 403, another media type, an endless line; and failures in a row', async (t) => {
  const { url, seen } = await startServer(t, ({ url: { pathname } }, response) => {
    if (pathname === '/403') response.writeHead(403).end();
    else if (pathname === '/json')
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('{}');
    else if (pathname === '/long') response.writeHead(200, stream).end('a'.repeat(5000));
    else response.writeHead(503, { 'Retry-After': '3' }).end();
  });
  const slept: number[] = [];
  const session = openSession({ url, random: () => 0, sleep: async (ms) => slept.push(ms) });
  const first = (path: string) =>
    follow(session, { url: path, maxFailures: 3, bounds: { maxLine: 1000, maxData: 1000 } }).next();
  await assert.rejects(first('/403'), { code: 'TAXII_REFUSED' });
  await assert.rejects(first('/json'), { code: 'TAXII_ANSWER_INVALID' });
  await assert.rejects(first('/long'), { code: 'TAXII_ANSWER_INVALID' });
  assert.equal(seen.length, 3);
  await assert.rejects(first('/503'), { code: 'TAXII_UNREACHABLE' });
  assert.deepEqual(slept, [3000, 3000]);
});

test('a consumer that does not ask is not read for', async (t) => {
  let written = 0;
  const { url } = await startServer(t, (_, response) => {
    response.writeHead(200, stream);
    const more = (): void => {
      while (!response.destroyed && response.write(`data: ${'x'.repeat(10_000)}\n\n`))
        written += 10_000;
    };
    response.on('drain', more);
    more();
  });
  const events = follow(openSession({ url }), { url: '/s' });
  await events.next();
  await new Promise((done) => setTimeout(done, 500));
  const before = written;
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(written, before, 'the server must be held back');
  await events.return();
});
