import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { openLog } from './open-log.ts';
import { coded, readAll, row, scratchFolder } from './test-help.ts';

const write = scratchFolder();
const lines = (n: number, from = 0): string =>
  Array.from({ length: n }, (_, i) => `${row({ exchange_id: `x${from + i}` })}\n`).join('');
const ids = (exchanges: readonly { exchangeId: string | null }[]): string =>
  exchanges.map((e) => e.exchangeId).join();
const expected = (n: number): string => Array.from({ length: n }, (_, i) => `x${i}`).join();
async function* stream(bytes: Uint8Array, size = 100): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('plain, gzip and zstd read alike, whatever the name, in files and on standard input', async () => {
  const plain = Buffer.from(lines(500));
  for (const bytes of [plain, gzipSync(plain), zstdCompressSync(plain)]) {
    const path = write('log.txt', bytes);
    const file = await readAll([path], { chunkBytes: 4096 });
    const stdin = await readAll(['-'], { stdin: stream(bytes) });
    for (const { exchanges, rejected } of [file, stdin]) {
      assert.deepEqual(rejected, []);
      assert.equal(ids(exchanges), expected(500));
    }
    assert.ok(file.chunks > 10);
  }
});

test('several members in one file are one stream', async () => {
  const [a, b] = [Buffer.from(lines(300)), Buffer.from(lines(200, 300))];
  for (const pack of [gzipSync, zstdCompressSync]) {
    const { exchanges, rejected } = await readAll([write('m', Buffer.concat([pack(a), pack(b)]))]);
    assert.deepEqual(rejected, []);
    assert.equal(ids(exchanges), expected(500));
  }
});

test('a chunk owns its buffer and can be transferred', async () => {
  for await (const chunk of openLog([write('t.jsonl', lines(10))])) {
    structuredClone(chunk, { transfer: [chunk.data.buffer] });
    assert.equal(chunk.data.byteLength, 0);
  }
});

test('globs, real names with stars, and a file named twice', async () => {
  const a = write('g1.jsonl', lines(2));
  write('g2.jsonl', lines(3, 2));
  const star = write('g[3]*.jsonl', lines(1, 5));
  const folder = dirname(a);
  assert.equal((await readAll([`${folder}/g?.jsonl`, a])).exchanges.length, 5);
  assert.equal((await readAll([star])).exchanges.length, 1);
});

test('byte order mark, CRLF and blank lines', async () => {
  const text = `\uFEFF${row()}\r\n\r\n  \n${row()}\r\n{"bad\n`;
  const { exchanges, rejected } = await readAll([write('crlf.jsonl', text)]);
  assert.equal(exchanges.length, 2);
  assert.deepEqual(rejected, ['5:ROW_NOT_JSON']);
});

test('CSV: quotes, line breaks inside cells, line numbers, gaps, nested JSON', async () => {
  const csv = [
    '\uFEFFtimestamp,account_id,prompt,response_tokens,temperature,messages,__proto__',
    '2026-03-01T10:00:00Z,a,"say ""hi"",', // lines 2 and 3
    'please",5,0.5,,x',
    '', // line 4
    '2026-03-01T10:00:01Z,,no account,5', // line 5
    '1772359202000,b,,7,,"[{""role"":""user"",""content"":""chat""}]"', // line 6
    'never,c,p,1', // line 7
  ].join('\r\n');
  for (const bytes of [Buffer.from(csv), gzipSync(csv)]) {
    const { exchanges, rejected } = await readAll([write('log.csv', bytes)]);
    assert.deepEqual(rejected, ['5:ACCOUNT_MISSING', '7:TIMESTAMP_INVALID']);
    assert.deepEqual(
      exchanges.map((e) => [e.accountId, e.prompt, e.responseTokens, e.temperature]),
      [
        ['a', 'say "hi",\r\nplease', 5, 0.5],
        ['b', 'chat', 7, null],
      ],
    );
  }
});

test('CSV with semicolons, stray quotes, bad UTF-8, and a quote that is never closed', async () => {
  const head = 'timestamp;account_id;prompt;response_tokens\n';
  const good = '1772359200000;a;é;5\n';
  const bytes = Buffer.concat([
    Buffer.from(`${head}${good}1772359200000;a;b"c;5\n`),
    Buffer.from('1772359200000;a;\xff;5\n', 'latin1'),
    Buffer.from(`${good}1772359200000;a;"open;5\n${good}${good}`),
  ]);
  const { exchanges, rejected } = await readAll([write('semi.csv', bytes)]);
  assert.deepEqual(
    exchanges.map((e) => e.prompt),
    ['é', 'b"c', 'é'],
  );
  assert.deepEqual(rejected.sort(), [
    '4:INVALID_UTF8',
    '6:ROW_NOT_CSV',
    '7:ROW_NOT_CSV',
    '8:ROW_NOT_CSV',
  ]);
});

test('CSV line numbers hold over many blocks', async () => {
  const rows = Array.from({ length: 150_000 }, (_, i) =>
    i % 1000 === 999 ? `bad,a,"two\r\nlines",1\r\n` : '1772359200000,a,p,1\r\n',
  );
  const text = `timestamp,account_id,prompt,response_tokens\r\n${rows.join('')}`;
  const { exchanges, rejected } = await readAll([write('many.csv', text)]);
  assert.equal(exchanges.length, 150_000 - 150);
  const wanted = Array.from({ length: 150 }, (_, k) => `${2 + 999 + 1001 * k}:TIMESTAMP_INVALID`);
  assert.deepEqual(rejected, wanted);
});

test('Parquet, by file and on standard input, leaving no temporary file behind', async () => {
  const path = write('log[1].parquet', '');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT TIMESTAMPTZ '2026-03-01 10:00:00Z' + to_seconds(i) AS "timestamp", 9007199254740993 + i AS account_id,
       'quote " and '' ' || i AS prompt, CASE WHEN i % 2 = 0 THEN 'NaN'::DOUBLE ELSE 4 END AS response_tokens,
       [{'role': 'user', 'content': 'hi'}] AS messages, 500 AS status FROM range(5000) t(i))
     TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('stillwatch-parquet-'));
  const { readFileSync } = await import('node:fs');
  for (const result of [
    await readAll([path]),
    await readAll(['-'], { stdin: stream(readFileSync(path), 10_000) }),
  ]) {
    assert.deepEqual(result.rejected, []);
    assert.equal(result.exchanges.length, 5000);
    const last = result.exchanges[4999]!;
    assert.deepEqual(
      [last.timestamp, last.accountId, last.prompt, last.responseTokens],
      [Date.UTC(2026, 2, 1, 10) + 4999_000, '9007199254745992', `quote " and ' 4999`, 4],
    );
    assert.equal(result.exchanges[0]!.responseTokens, 0); // NaN is no count, and the request failed
  }
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith('stillwatch-parquet-'));
  assert.deepEqual(after, before);
});

test('the format can be named', async () => {
  const path = write('n.jsonl', lines(3));
  const { formats, rejected } = await readAll([path], { format: 'cloudflare' });
  assert.deepEqual(formats, ['cloudflare']);
  assert.equal(rejected.length, 3);
});

test('bytes are reported, reading can be aborted, and a reader may leave early', async () => {
  const text = lines(20_000);
  const path = write('big.jsonl', text);
  let bytes = 0;
  await readAll([path], { onBytes: (n) => (bytes += n) });
  assert.equal(bytes, text.length);
  const abort = new AbortController();
  await assert.rejects(
    async () => {
      for await (const _ of openLog([path], { signal: abort.signal, chunkBytes: 1000 }))
        abort.abort();
    },
    { name: 'AbortError' },
  );
  for await (const _ of openLog([path], { chunkBytes: 1000 })) break;
});

test('paths that lead nowhere', async () => {
  await assert.rejects(readAll(['no/such/file.jsonl']), coded('INPUT_NOT_FOUND', /no\/such\/file/));
  await assert.rejects(readAll(['no/such/*.jsonl']), coded('INPUT_NOT_FOUND', /no\/such\/\*/));
  await assert.rejects(readAll([dirname(write('x', ''))]), coded('INPUT_UNREADABLE', /folder/));
});
