import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { taxiiClient } from './client.ts';
import { answer, startServer } from './test-server.ts';

const DISCOVERY = { title: 'T', api_roots: ['/api/', 'https://elsewhere.example/api/'] };
const quick = { sleep: async () => undefined, random: () => 0 };
const coded = (code: string) => (error: Error & { code?: string }) => {
  assert.equal(error.code, code, error.stack);
  return true;
};

test('the credential is sent, and Accept asks for TAXII 2.1', async (t) => {
  const { url, seen } = await startServer(t, (_, response) => answer(response, 200, DISCOVERY));
  await taxiiClient({ url, credential: { kind: 'bearer', token: 'abc.DEF' } }).discovery();
  const basic = { kind: 'basic', user: 'anna', password: 'pä:ss' } as const;
  const client = taxiiClient({ url, credential: basic });
  assert.deepEqual(await client.apiRoots(), [`${url}/api/`]);
  assert.equal(seen[0]!.url.pathname, '/taxii2/');
  assert.equal(seen[0]!.headers.authorization, 'Bearer abc.DEF');
  assert.equal(seen[0]!.headers.accept, 'application/taxii+json;version=2.1');
  const sent = seen[1]!.headers.authorization!.slice('Basic '.length);
  assert.equal(Buffer.from(sent, 'base64').toString(), 'anna:pä:ss');
});

test('what may not be a credential or a URL is refused before anything is sent', () => {
  const token = { kind: 'bearer', token: 'x\r\nEvil: 1' } as const;
  const url = 'https://hub.example/taxii2/';
  assert.throws(() => taxiiClient({ url, credential: token }), coded('TAXII_CREDENTIAL_INVALID'));
  for (const user of ['', 'a:b', 'a\nb'])
    assert.throws(
      () => taxiiClient({ url, credential: { kind: 'basic', user, password: 'x' } }),
      coded('TAXII_CREDENTIAL_INVALID'),
    );
  for (const wrong of ['nonsense', 'ftp://hub.example/', 'https://a:b@hub.example/', `${url}#x`])
    assert.throws(() => taxiiClient({ url: wrong }), coded('TAXII_URL_INVALID'));
  // Section 8.1: not readable on the way, unless that is asked for.
  const credential = { kind: 'bearer', token: 'x' } as const;
  assert.throws(
    () => taxiiClient({ url: 'http://hub.example/', credential }),
    coded('TAXII_URL_INVALID'),
  );
  taxiiClient({ url: 'http://hub.example/', credential, plainHttp: true });
});

test('another origin is never asked, by redirect or by name', async (t) => {
  const other = await startServer(t, (_, response) => answer(response, 200, DISCOVERY));
  const { url } = await startServer(t, (_, response) =>
    answer(response, 302, undefined, { Location: `${other.url}/taxii2/` }),
  );
  const client = taxiiClient({ url, credential: { kind: 'bearer', token: 'secret' } });
  await assert.rejects(client.discovery(), coded('TAXII_OTHER_ORIGIN'));
  await assert.rejects(client.apiRoot(`${other.url}/api/`), coded('TAXII_OTHER_ORIGIN'));
  assert.equal(other.seen.length, 0);
});

test('a redirect within the server is followed, but not for ever, and not for a POST that becomes a GET', async (t) => {
  const { url } = await startServer(t, ({ url: { pathname } }, response) => {
    if (pathname === '/taxii2/') answer(response, 301, undefined, { Location: '/moved/' });
    else if (pathname === '/moved/') answer(response, 200, DISCOVERY);
    else answer(response, 302, undefined, { Location: pathname });
  });
  const client = taxiiClient({ url });
  assert.equal((await client.discovery()).title, 'T');
  await assert.rejects(client.apiRoot('/loop/'), coded('TAXII_ANSWER_INVALID'));
  const place = { root: '/api/', collection: 'c' };
  await assert.rejects(
    client.add(place, [{ id: 'x' }], { maxContentLength: 1000 }),
    coded('TAXII_ANSWER_INVALID'),
  );
});

test('429 and 503 are asked again, not before Retry-After', async (t) => {
  const { url, seen } = await startServer(t, (_, response, count) => {
    if (count === 0) answer(response, 429, undefined, { 'Retry-After': '7' });
    else if (count === 1) answer(response, 503);
    else answer(response, 200, DISCOVERY);
  });
  const slept: number[] = [];
  const sleep = async (ms: number) => slept.push(ms);
  await taxiiClient({ url, sleep, random: () => 0.5 }).discovery();
  assert.equal(seen.length, 3);
  assert.ok(slept[0]! >= 7000 && slept[1]! < 7000, String(slept));
});

test('a server that wants too much patience, or never recovers, is given up on', async (t) => {
  const { url, seen } = await startServer(t, ({ url: { pathname } }, response) =>
    answer(
      response,
      503,
      { title: 'Busy\u001b[2J' },
      pathname === '/long/' ? { 'Retry-After': '99999' } : {},
    ),
  );
  const client = taxiiClient({ url, ...quick });
  await assert.rejects(client.apiRoot('/long/'), coded('TAXII_REFUSED'));
  assert.equal(seen.length, 1);
  await assert.rejects(client.apiRoot('/short/'), (error: Error) => {
    assert.match(error.message, /503: Busy\\x1b\[2J/);
    return true;
  });
  assert.equal(seen.length, 6);
});

test('a lost connection is tried again for reading, and not for what may not be sent twice', async (t) => {
  const { url, seen } = await startServer(t, ({ method }, response, count) => {
    if (method === 'POST' || count === 0) response.destroy();
    else answer(response, 200, DISCOVERY);
  });
  const client = taxiiClient({ url, ...quick });
  assert.equal((await client.discovery()).title, 'T');
  const before = seen.length;
  await assert.rejects(
    client.add({ root: '/a/', collection: 'c' }, [{}], {
      maxContentLength: 100,
      repeatable: false,
    }),
    coded('TAXII_UNREACHABLE'),
  );
  assert.equal(seen.length, before + 1);
});

test('answers are bounded in size, also compressed, in depth, in time and by media type', async (t) => {
  const { url } = await startServer(t, ({ url: { pathname } }, response) => {
    if (pathname === '/html/') answer(response, 200, DISCOVERY, { 'Content-Type': 'text/html' });
    if (pathname === '/2.0/')
      answer(response, 200, DISCOVERY, { 'Content-Type': 'application/taxii+json;version=2.0' });
    if (pathname === '/shape/') answer(response, 200, { title: 7, max_content_length: -1 });
    if (pathname === '/twice/') {
      response.writeHead(200, { 'Content-Type': 'application/taxii+json;version=2.1' });
      response.end('{"title":"a","title":"b","max_content_length":1}');
    }
    if (pathname === '/deep/') {
      response.writeHead(200, { 'Content-Type': 'application/taxii+json;version=2.1' });
      response.end('['.repeat(10_000) + ']'.repeat(10_000));
    }
    if (pathname === '/bomb/') {
      const type = 'application/taxii+json;version=2.1';
      response.writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(5 << 20, ' ')));
    }
    if (pathname === '/slow/')
      response.writeHead(200, { 'Content-Type': 'application/taxii+json' }).write('{');
  });
  const client = taxiiClient({
    url,
    ...quick,
    maxBytes: 1 << 20,
    timeoutMs: 300,
    retry: { attempts: 2 },
  });
  for (const path of ['/html/', '/2.0/', '/shape/', '/twice/', '/deep/', '/bomb/'])
    await assert.rejects(client.apiRoot(path), coded('TAXII_ANSWER_INVALID'), path);
  await assert.rejects(client.apiRoot('/slow/'), coded('TAXII_UNREACHABLE'));
});

test('a name can not step out of its place in the path', async (t) => {
  const { url, seen } = await startServer(t, (_, response) => answer(response, 404));
  const client = taxiiClient({ url });
  await assert.rejects(client.status('/api/', '..'), coded('TAXII_URL_INVALID'));
  await assert.rejects(client.status('/api/', 'a/../../b?c'), coded('TAXII_REFUSED'));
  assert.equal(seen[0]!.url.pathname, '/api/status/a%2F..%2F..%2Fb%3Fc/');
});
