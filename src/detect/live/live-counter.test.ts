import assert from 'node:assert/strict';
import { test } from 'node:test';
import { below, createRandom } from '../../base/random.ts';
import { mergeProfiles, type Profile } from '../profile/profile.ts';
import { createLiveCounter, type LiveChunk } from './live-counter.ts';

const ACCOUNTS = 3;

/** `count` exchanges of three accounts; some prompts come again. */
const chunkOf = (from: number, count: number): LiveChunk => {
  const random = createRandom(from + 1);
  const rows = Array.from({ length: count }, (_, i) => ({
    timestamp: 1_700_000_000_000 + (from + i) * 1000,
    account_id: `a${(from + i) % ACCOUNTS}`,
    exchange_id: `x${from + i}`,
    prompt: `Question ${below(random, 1e6)} of many`,
    response_tokens: 10,
  }));
  const data = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { stream: 'whole', at: 0, firstLine: 1, data };
};

const into = (all: Map<string, Profile>, gained: Iterable<readonly [string, Profile]>): number => {
  let samples = 0;
  for (const [id, profile] of gained) {
    const known = all.get(id);
    samples += profile.prompts.keys.length;
    all.set(id, known === undefined ? profile : mergeProfiles(known, profile));
  }
  return samples;
};

test('profiles drained again and again are those drained once, and sample little twice', () => {
  const once = createLiveCounter();
  const often = createLiveCounter();
  const fresh = createLiveCounter();
  const drained = new Map<string, Profile>();
  let carried = 0;
  let anew = 0;
  for (let part = 0; part < 20; part++) {
    const chunk = chunkOf(part * 300, 300);
    for (const counter of [once, often, fresh]) counter.accept(chunk);
    carried += into(drained, often.drain());
    anew += into(new Map(), fresh.drain());
    fresh.letGo(Number.POSITIVE_INFINITY);
  }
  const expected = new Map<string, Profile>();
  into(expected, once.drain());
  assert.deepEqual(drained, expected);
  assert.ok(carried < anew / 2, `${carried} samples were carried, ${anew} without it`);
});

test('after a sample was dropped, the next begins from nothing', () => {
  const counter = createLiveCounter();
  counter.accept(chunkOf(0, 900));
  [...counter.drain()];
  const last = 1_700_000_000_000 + 899_000;
  const samples = (): number => into(new Map(), counter.drain());
  counter.accept(chunkOf(900, 900));
  const carried = samples();
  counter.letGo(last); // one account was last seen before that
  counter.accept(chunkOf(1_800, 900));
  assert.ok(samples() > carried, 'everything is sampled again');
  counter.accept(chunkOf(2_700, 900));
  counter.letGo(0); // nobody was
  assert.ok(samples() <= 3 * 64);
  counter.accept(chunkOf(3_600, 900));
  counter.forget('nobody');
  [...counter.drain()];
});
