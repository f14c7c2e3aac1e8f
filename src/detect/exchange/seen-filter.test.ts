import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { mix } from './hash.ts';
import {
  createSeenFilter,
  exchangeKey,
  falsePositiveRate,
  seenBefore,
  seenFilterBytes,
} from './seen-filter.ts';
import { readText, row } from './test-help.ts';

const key = (i: number): [number, number] => [
  mix(i ^ 0x5bd1e995),
  mix(Math.imul(i, 0x9e3779b1) ^ 0x1b873593),
];

test('a key added is never forgotten', () => {
  const filter = createSeenFilter(1 << 14);
  for (let i = 0; i < 20_000; i++) seenBefore(filter, ...key(i));
  for (let i = 0; i < 20_000; i++) assert.ok(seenBefore(filter, ...key(i)));
});

test('the measured rate of false positives is the stated one', () => {
  const bytes = 1 << 20;
  for (const bitsPerKey of [8, 12, 16]) {
    const filter = createSeenFilter(bytes);
    const keys = (bytes * 8) / bitsPerKey;
    for (let i = 0; i < keys; i++) seenBefore(filter, ...key(i));
    // Asking also adds: few enough probes that they do not change the load.
    const trials = 10_000;
    let wrong = 0;
    for (let i = 0; i < trials; i++) if (seenBefore(filter, ...key(1e8 + i))) wrong++;
    const stated = falsePositiveRate(bytes, keys);
    const sigma = Math.sqrt((stated * (1 - stated)) / trials);
    const off = Math.abs(wrong / trials - stated);
    assert.ok(
      off < 5 * sigma + 0.03 * stated,
      `${bitsPerKey} bits: ${wrong / trials}, not ${stated}`,
    );
    assert.ok(wrong > 0, 'too few probes to see anything');
  }
});

test('the recommended size keeps false positives under one in 16,000', () => {
  for (const keys of [1e5, 1e6, 16e6]) {
    const rate = falsePositiveRate(seenFilterBytes(keys), keys);
    assert.ok(rate < 1 / 16_000, `${keys}: ${rate}`);
  }
});

test('threads share one filter: each key is new exactly once when they take turns', async () => {
  const filter = createSeenFilter(1 << 20);
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.module).then(({ wrapSeenFilter, seenBefore }) => {
      const filter = wrapSeenFilter(workerData.buffer);
      let fresh = 0;
      for (const [hi, lo] of workerData.keys) if (!seenBefore(filter, hi, lo)) fresh++;
      parentPort.postMessage(fresh);
    });`;
  const keys = Array.from({ length: 5000 }, (_, i) => key(i));
  const run = (part: readonly [number, number][]): Promise<number> =>
    new Promise((resolve, reject) => {
      const module = new URL('./seen-filter.ts', import.meta.url).href;
      const worker = new Worker(code, {
        eval: true,
        workerData: { module, buffer: filter.buffer, keys: part },
      });
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  const halves = await Promise.all([run(keys.slice(0, 2500)), run(keys.slice(2500))]);
  assert.equal(halves[0]! + halves[1]!, 5000);
  assert.equal(await run(keys), 0);
});

test('what makes two rows the same exchange', () => {
  const id = (over: Record<string, unknown>): string => {
    const out = new Uint32Array(2);
    exchangeKey(readText(`${row(over)}\n`).exchanges[0]!, out);
    return out.join();
  };
  const base = id({});
  assert.equal(id({}), base);
  for (const over of [
    { account_id: 'b' },
    { timestamp: '2026-03-01T10:00:00.001Z' },
    { timestamp: 1772359200000 + 2 ** 32 },
    { prompt: 'hello!' },
    { response_tokens: 6 },
    { model: 'm' },
    { template_id: 't' },
    { prompt: undefined, prompt_hash: 'h' },
    { exchange_id: 'x' },
  ])
    assert.notEqual(id(over), base, JSON.stringify(over));
  // With an id the id decides: a retried delivery may carry another time.
  assert.equal(
    id({ exchange_id: 'x' }),
    id({ exchange_id: 'x', timestamp: 1772359999000, prompt: 'other' }),
  );
  assert.notEqual(id({ exchange_id: 'x' }), id({ exchange_id: 'x', account_id: 'b' }));
});

test('a hundred thousand different exchanges have different keys', () => {
  const out = new Uint32Array(2);
  const keys = new Set<string>();
  const e = readText(`${row()}\n`).exchanges[0]!;
  for (let i = 0; i < 50_000; i++) {
    exchangeKey({ ...e, exchangeId: `ex-${i}` }, out);
    keys.add(out.join());
    exchangeKey({ ...e, timestamp: e.timestamp + i }, out);
    keys.add(out.join());
  }
  assert.equal(keys.size, 100_000);
});
