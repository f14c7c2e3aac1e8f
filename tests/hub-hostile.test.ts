/** Hostile input to the hub: refused, early and cheaply, while others are served. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import {
  indicator,
  PLAIN,
  startTestHub,
  TAXII,
  type TestHub,
  uuid,
} from '../src/serve/hub/taxii/hub.test-help.ts';

let hub: TestHub;
before(async () => {
  hub = await startTestHub();
});
after(() => hub.close());

const OBJECTS = `${PLAIN}/objects/`;
const post = (body: unknown) => hub.send('POST', OBJECTS, hub.operator, body);

/** Sends bytes as they are; gives what came back until the connection ended or the time was up. */
const raw = (
  parts: readonly string[],
  { pauseMs = 0, forMs = 3000 } = {},
): Promise<{ readonly text: string; readonly closed: boolean }> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(hub.url).port), '127.0.0.1');
    let text = '';
    const done = (closed: boolean) => () => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed });
    };
    const timer = setTimeout(done(false), forMs);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.on('error', done(true));
    socket.on('close', done(true));
    const send = async (): Promise<void> => {
      for (const part of parts) {
        if (socket.writable) socket.write(part, 'latin1');
        await new Promise((next) => setTimeout(next, pauseMs));
      }
    };
    void send();
  });

const head = (...lines: readonly string[]): string =>
  [
    `POST ${OBJECTS} HTTP/1.1`,
    'Host: hub',
    `Authorization: Bearer ${hub.operator}`,
    `Accept: ${TAXII}`,
    `Content-Type: ${TAXII}`,
    ...lines,
    '',
    '',
  ].join('\r\n');

test('a type on which the published pattern is exponential costs nothing', async () => {
  const type = `${'a'.repeat(200)}!`;
  const start = performance.now();
  const { json } = await post({
    objects: Array.from({ length: 50 }, () => ({ type, id: `${type}--${uuid(1)}` })),
  });
  assert.equal(json.failure_count, 50);
  assert.ok(performance.now() - start < 2000);
});

test('nesting of 10,000 is refused without recursion', async () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ]) {
    const deep = `${open!.repeat(10_000)}1${close!.repeat(10_000)}`;
    assert.equal((await post(`{"objects":[${deep}]}`)).status, 422);
  }
});

test('duplicate keys, __proto__ and broken UTF-8 are refused', async () => {
  assert.equal((await post('{"objects":[],"objects":[{}]}')).status, 422);
  assert.equal((await post('{"objects":[{"__proto__":{"type":"x"}}]}')).status, 422);
  const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('latin1');
  const { text } = await raw([head(`Content-Length: ${body.length}`, 'Connection: close'), body]);
  assert.match(text, /^HTTP\/1.1 400 /);
});

test('dates that do not exist are failures of their object alone', async () => {
  const dates = ['2026-02-30T00:00:00Z', '2026-01-01', '2026-13-01T00:00:00Z', 'now', ''];
  const { json } = await post({
    objects: [...dates.map((modified, i) => indicator(i, { modified })), indicator(99)],
  });
  assert.equal(json.failure_count, dates.length);
  assert.equal(json.success_count, 1);
});

test('100 MB that are announced are refused before the first of them', async () => {
  const { text } = await raw([head(`Content-Length: ${100 << 20}`)], { forMs: 1500 });
  assert.match(text, /^HTTP\/1.1 413 /);
  assert.match(text, /connection: close/i);
  assert.match(text, /max_content_length/);
});

test('100 MB in chunks are refused at the bound, in bounded memory', async () => {
  const chunk = `10000\r\n${'x'.repeat(1 << 16)}\r\n`;
  const before = process.memoryUsage().rss;
  const { text } = await raw([head('Transfer-Encoding: chunked'), ...Array(1600).fill(chunk)], {
    forMs: 8000,
  });
  assert.match(text, /^HTTP\/1.1 413 /);
  assert.ok(process.memoryUsage().rss - before < 250 << 20);
});

test('request smuggling: two lengths, a length with chunks, and disguised chunks', async () => {
  const hidden = 'GET /health HTTP/1.1\r\nHost: hub\r\n\r\n';
  for (const lines of [
    ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', 'Content-Length: 0'],
    ['Content-Length: 0', `Content-Length: ${hidden.length}`],
    ['Transfer-Encoding: chunked, identity'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding : chunked'],
    ['Content-Length: +5'],
    ['Content-Length: 0x5'],
  ]) {
    const { text, closed } = await raw([head(...lines) + hidden]);
    assert.match(text, /^HTTP\/1.1 400 /, lines.join());
    assert.ok(closed, lines.join());
    // One answer: what was hidden in the body was not taken for a request.
    assert.equal(text.match(/HTTP\/1.1 /g)?.length, 1, lines.join());
  }
});

test('headers without end, and too many of them, are refused with 431', async () => {
  const { text } = await raw([head(`X-Long: ${'x'.repeat(20_000)}`)]);
  assert.match(text, /^HTTP\/1.1 431 /);
  assert.match(text, /"http_status":"431"/);
});

test('a request without Host, and one that is not HTTP', async () => {
  assert.match((await raw(['GET /health HTTP/1.1\r\n\r\n'])).text, /^HTTP\/1.1 400 /);
  assert.match((await raw(['\x16\x03\x01\x02\x00\x01\x00'])).text, /^HTTP\/1.1 400 /);
});

test('a client that dribbles its headers is cut off, while others are served', async () => {
  const slow = Array.from({ length: 50 }, () =>
    raw(['GET /health HTTP/1.1\r\n', ...Array(40).fill('X-A: b\r\n')], {
      pauseMs: 500,
      forMs: 20_000,
    }),
  );
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    const start = performance.now();
    assert.equal((await hub.get('/taxii2/')).status, 200);
    times.push(performance.now() - start);
  }
  assert.ok(times.sort((a, b) => a - b)[47]! < 500);
  for (const { text, closed } of await Promise.all(slow)) {
    assert.ok(closed);
    assert.match(text, /^HTTP\/1.1 408 /);
  }
});

test('filters and tokens of page that are nonsense cost one answer each', async () => {
  for (const query of [
    `match[id]=${Array(200).fill('a').join()}`,
    `next=${'A'.repeat(32)}`,
    `added_after=${'9'.repeat(5000)}`,
    'match[__proto__]=x',
    'match[constructor]=x',
    'limit=99999999999999999999',
  ])
    assert.equal((await hub.get(`${OBJECTS}?${query}`)).status, 400, query.slice(0, 60));
});

test('names of records cannot be paths or prototypes', async () => {
  for (const name of ['__proto__', 'constructor', 'toString'])
    assert.equal((await hub.get(`/stillwatch/collections/${name}/`)).status, 404);
  assert.equal((await hub.get('/__proto__/')).status, 404);
});
