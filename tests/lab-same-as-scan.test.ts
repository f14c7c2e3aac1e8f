/** A lab that is fed a log, in any chunks, with restarts, ends where a scan of the log ends. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { below, createRandom } from '../src/base/random.ts';
import { unpackProfiles } from '../src/detect/profile/wire.ts';
import { profileLog } from '../src/detect/scan/profile-log.ts';
import { scan } from '../src/detect/scan/scan.ts';
import { type Engine, type EngineOptions, startEngine } from '../src/serve/lab/engine/engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-same-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const world = join(folder, 'world');
const log = join(world, 'traffic.jsonl');
const options = (inMemory: number, counting: number): EngineOptions => ({
  folder: join(folder, `lab-${inMemory}`),
  join: { windowMs: 1000, most: 10 },
  retention: { prompts: 1e15, profiles: 1e15 },
  trafficClock: true,
  inMemory,
  counting,
  mostWaiting: 32 << 20,
  onFailure: (error) => {
    throw error;
  },
});
const order = { level: 0.01, window: 1e15, most: 1e9 };

/** Feeds the log in random chunks of whole lines, with checkpoints and restarts in between. */
const feed = async (with_: EngineOptions, bytes: Buffer): Promise<Engine> => {
  const random = createRandom(7);
  let engine = await startEngine(with_);
  const accounts = readFileSync(join(world, 'accounts.jsonl'));
  const chunk = (data: Buffer, stream: 'whole' | 'accounts') => ({
    stream,
    at: Date.now(),
    firstLine: 1,
    data: new Uint8Array(data),
  });
  await engine.submit(chunk(accounts, 'accounts'));
  let waiting: Promise<unknown>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const feed_ = bytes.indexOf(10, Math.min(bytes.length - 1, at + 1 + below(random, 1 << 20)));
    const end = feed_ < 0 ? bytes.length : feed_ + 1;
    await engine.room();
    waiting.push(engine.submit(chunk(bytes.subarray(at, end), 'whole')));
    at = end;
    const what = below(random, 12);
    if (what === 0) await engine.checkpoint();
    if (what === 1) {
      await Promise.all(waiting);
      waiting = [];
      await engine.close();
      engine = await startEngine(with_);
    }
  }
  await Promise.all(waiting);
  return engine;
};

test('profiles bit by bit and campaigns of a lab are those of a scan', async () => {
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const made = spawnSync(
    process.execPath,
    [
      main,
      'simulate',
      'mixed',
      '--accounts',
      '500',
      '--campaigns',
      '1',
      '--seed',
      '3',
      '--unrelated',
      '0.5',
      '--out',
      world,
    ],
    { encoding: 'utf8' },
  );
  assert.equal(made.status, 0, made.stderr);
  const bytes = readFileSync(log);
  const accounts = join(world, 'accounts.jsonl');
  const expected = (await scan([log], { accounts, level: 0.01, threads: 0 })).report;
  const { profiles } = await profileLog([log], { threads: 0 });
  assert.ok(expected.campaigns.length > 0, 'positive control: there is something to find');
  // Everything in memory, and nearly nothing.
  for (const [inMemory, counting] of [
    [100_000, 20_000],
    [60, 40],
  ] as const) {
    const engine = await feed(options(inMemory, counting), bytes);
    try {
      const looked = await engine.look({ ...order, procedure: 'scan' });
      assert.deepEqual(looked?.report.campaigns, expected.campaigns);
      assert.deepEqual(looked?.report.accounts, expected.accounts);
      const ids = [...profiles.keys()].filter((_, i) => i % 5 === 0);
      const known = await engine.accounts(ids);
      assert.equal(known.length, ids.length);
      for (const { id, packed } of known)
        assert.deepEqual(unpackProfiles(packed)[0]![1], profiles.get(id), id);
      const live = await engine.look({ ...order, procedure: 'lond' });
      assert.equal(live?.report.procedure, 'lond');
    } finally {
      await engine.close();
    }
  }
});
