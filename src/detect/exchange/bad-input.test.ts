import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import { openLog } from './open-log.ts';
import { assertMostlyReadable } from './readable.ts';
import type { RejectReason } from './reject.ts';
import { createRowReader } from './row-reader.ts';
import { coded, readAll, readText, row, scratchFolder } from './test-help.ts';

const write = scratchFolder();
const log = (n: number): string =>
  Array.from(
    { length: n },
    (_, i) => `${row({ prompt: `prompt ${(i * 7919) % 10007}`, exchange_id: i })}\n`,
  ).join('');

test('a last line without its line feed counts when it is whole, and is ROW_TRUNCATED when not', async () => {
  assert.equal((await readAll([write('a', row())])).exchanges.length, 1);
  const cut = await readAll([write('b', `${row()}\n${row().slice(0, -9)}`)]);
  assert.deepEqual([cut.exchanges.length, cut.rejected], [1, ['2:ROW_TRUNCATED']]);
  const alone = await readAll([write('c', row().slice(0, 40))]);
  assert.deepEqual([alone.exchanges.length, alone.rejected], [0, ['1:ROW_TRUNCATED']]);
});

test('invalid UTF-8 costs its own row only', () => {
  const bad = Buffer.from(`${row({ prompt: 'x\u00ff' })}\n`, 'latin1');
  const good = Buffer.from(`${row({ prompt: 'é' })}\n`);
  const { exchanges, rejected } = readText(Buffer.concat([good, bad, good]));
  assert.deepEqual([exchanges.length, rejected], [2, ['2:INVALID_UTF8']]);
});

test('half a surrogate pair in an escape is text like any other', () => {
  assert.equal(
    readText(
      '{"timestamp":1772359200000,"account_id":"a","prompt":"\\ud800","response_tokens":1}\n',
    ).exchanges[0]!.prompt,
    '\ud800',
  );
});

test('a 50 MB prompt is read, and 64 KB of it are kept', async () => {
  const path = write('big', `${row()}\n${row({ prompt: 'z'.repeat(50 << 20) })}\n${row()}\n`);
  const { exchanges, rejected } = await readAll([path]);
  assert.deepEqual(rejected, []);
  assert.deepEqual(
    exchanges.map((e) => e.prompt.length),
    [5, 65_536, 5],
  );
});

test('a line past the bound is refused as it flows by', async () => {
  const path = write('long', `${row()}\n${row({ prompt: 'z'.repeat(3 << 20) })}\n${row()}\n`);
  let held = 0;
  for await (const chunk of openLog([path], { maxLineBytes: 1 << 20, chunkBytes: 1 << 16 }))
    held = Math.max(held, chunk.data.buffer.byteLength);
  assert.ok(held <= (1 << 20) + 1);
  const { exchanges, rejected } = await readAll([path], { maxLineBytes: 1 << 20 });
  assert.deepEqual([exchanges.length, rejected], [2, ['2:ROW_TOO_LONG']]);
});

test('nesting and breadth are bounded before JSON.parse sees them', () => {
  const deep = `{"a":${'['.repeat(100_000)}`;
  const wide = `{"a":[${'[],'.repeat(1_000_001)}[]]}`;
  const { rejected } = readText(
    `${deep}\n${wide}\n{"timestamp":${'['.repeat(1000)}${']'.repeat(1000)}}\n`,
  );
  assert.deepEqual(rejected, ['1:ROW_TOO_DEEP', '2:ROW_TOO_MANY_VALUES', '3:TIMESTAMP_INVALID']);
  const inString = row({ prompt: '[{"'.repeat(5000) });
  assert.equal(readText(`${inString}\n`).exchanges.length, 1);
});

test('JSON that is no object', () => {
  const { rejected } = readText('5\n"x"\n[1]\nnull\n{"a":1} {"b":2}\nNaN\n');
  assert.deepEqual(
    rejected,
    [1, 2, 3, 4, 5, 6].map((n) => `${n}:ROW_NOT_JSON`),
  );
});

test('clocks that run backwards are accepted', () => {
  const back = [3, 1, 2, 1].map((s) => `${row({ timestamp: 1772359200000 - s * 1e6 })}\n`).join('');
  assert.deepEqual(
    readText(back).exchanges.map((e) => (1772359200000 - e.timestamp) / 1e6),
    [3, 1, 2, 1],
  );
});

/** gzip of `megabytes` of spaces after one row: about 1,030 to 1. */
const bomb = (megabytes: number): Promise<Buffer> =>
  new Promise((resolve) => {
    const gzip = createGzip({ level: 9 });
    const parts: Buffer[] = [];
    gzip.on('data', (p: Buffer) => parts.push(p));
    gzip.on('end', () => resolve(Buffer.concat(parts)));
    gzip.write(`${row()}\n`);
    const block = Buffer.alloc(1 << 20, 32);
    const more = (left: number): void => {
      if (left === 0) gzip.end();
      else gzip.write(block, () => more(left - 1));
    };
    more(megabytes);
  });

test('a gzip bomb and a zstd bomb are INPUT_TOO_LARGE, and only past both bounds', async () => {
  const gzip = write('bomb.gz', await bomb(40));
  const zstd = write(
    'bomb.zst',
    zstdCompressSync(Buffer.concat([Buffer.from(`${row()}\n`), Buffer.alloc(40 << 20, 32)])),
  );
  for (const path of [gzip, zstd]) {
    const limits = { maxExpandedBytes: 16 << 20, maxLineBytes: 1 << 20 };
    await assert.rejects(readAll([path], limits), coded('INPUT_TOO_LARGE', /500 to 1/));
    assert.equal(
      (await readAll([path], { ...limits, maxExpandedBytes: 64 << 20 })).exchanges.length,
      1,
    );
    assert.equal(
      (await readAll([path], { ...limits, maxExpansionRatio: 1e6 })).exchanges.length,
      1,
    );
  }
});

test('a bomb is stopped with bounded memory', async () => {
  const path = write('big.gz', await bomb(300));
  const before = process.memoryUsage().rss;
  let most = 0;
  await assert.rejects(async () => {
    for await (const _ of openLog([path], { maxLineBytes: 1 << 20 }))
      most = Math.max(most, process.memoryUsage().rss);
  }, coded('INPUT_TOO_LARGE'));
  assert.ok(Math.max(most, process.memoryUsage().rss) - before < 200 << 20);
});

test('a truncated gzip or zstd keeps the rows before the cut and says so', async () => {
  for (const pack of [gzipSync, zstdCompressSync]) {
    const whole = pack(log(20_000));
    const { exchanges, rejected } = await readAll([
      write('cut', whole.subarray(0, whole.length >> 1)),
    ]);
    assert.ok(exchanges.length > 5000 && exchanges.length < 15_000, String(exchanges.length));
    assert.ok(exchanges.every((e, i) => e.exchangeId === String(i)));
    assert.deepEqual(rejected, [`${exchanges.length + 1}:SOURCE_TRUNCATED`]);
  }
});

test('a damaged gzip keeps what came before the damage', async () => {
  const bytes = gzipSync(log(100_000));
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 64);
  const { exchanges, rejected } = await readAll([write('hurt', bytes)]);
  assert.ok(exchanges.length > 1000);
  assert.ok(rejected.at(-1)!.endsWith(':SOURCE_DAMAGED'));
  await assert.rejects(
    readAll([write('head', gzipSync(row()).subarray(0, 20))]),
    coded('INPUT_UNREADABLE', /damaged/),
  );
});

test('empty and blank sources are INPUT_EMPTY, unless another source has rows', async () => {
  const empty = write('empty', '');
  for (const content of [
    '',
    '\n\n \r\n',
    gzipSync(''),
    'timestamp,account_id,prompt,response_tokens\n',
  ])
    await assert.rejects(readAll([write('e', content)]), coded('INPUT_EMPTY'));
  assert.equal((await readAll([empty, write('full', row())])).exchanges.length, 1);
});

test('binary garbage and JSON that is not one object per line are INPUT_FORMAT_UNKNOWN', async () => {
  const garbage = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919 + (i >> 3)) & 255);
  await assert.rejects(readAll([write('bin', garbage)]), coded('INPUT_FORMAT_UNKNOWN'));
  await assert.rejects(
    readAll([write('bin.gz', gzipSync(garbage))]),
    coded('INPUT_FORMAT_UNKNOWN'),
  );
  await assert.rejects(readAll([write('txt', 'dear diary\n')]), coded('INPUT_FORMAT_UNKNOWN'));
  const array = JSON.stringify([JSON.parse(row())], null, 2);
  await assert.rejects(readAll([write('arr', array)]), (error: { remedy: string }) =>
    /jq/.test(error.remedy),
  );
  await assert.rejects(readAll([write('par', 'PAR1 not really')]), coded('INPUT_UNREADABLE'));
});

test('a file with no usable field', async () => {
  const path = write('other', '{"when":"now","who":"me"}\n'.repeat(10));
  const reasons: Partial<Record<RejectReason, number>> = {};
  let read = 0;
  for await (const chunk of openLog([path]))
    createRowReader(chunk.format)(
      chunk,
      () => read++,
      (_, reason) => {
        reasons[reason] = (reasons[reason] ?? 0) + 1;
      },
    );
  assert.throws(
    () => assertMostlyReadable(new Map([['other', { read, rejected: 10, reasons }]])),
    coded('INPUT_MOSTLY_REJECTED', /other: 10 of 10 .*TIMESTAMP_MISSING 10 times/),
  );
  assertMostlyReadable(new Map([['half', { read: 5, rejected: 5, reasons: { ROW_NOT_JSON: 5 } }]]));
});

test('a log cut at its start is still recognised', async () => {
  const { exchanges, rejected } = await readAll([write('rot', `ompt":"x"}\n${log(3)}`)]);
  assert.deepEqual([exchanges.length, rejected], [3, ['1:ROW_NOT_JSON']]);
});
