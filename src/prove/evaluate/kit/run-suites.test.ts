/** Specs, corpora, and runs that are stopped and continued. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { StillwatchError } from '../../../base/errors.ts';
import { parseSeeds } from './parse-options.ts';
import { runSuites } from './run-suites.ts';
import { openStore } from './store.ts';
import type { Plan, Suite } from './suite.ts';
import { job } from './work/job.ts';
import { readSources } from './work/sources.ts';
import { harvestFor, requestOf, specOf } from './work/world-spec.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-kit-run-'));
after(() => rmSync(folder, { recursive: true }));

const plan: Plan = { seeds: [1], ordinary: 800, level: 0.01, sources: readSources(undefined) };

test('specs become requests: the same numbers, and honest accounts beside every campaign', () => {
  const spec = specOf(800, { accounts: 150, exchanges: 25 });
  assert.equal(spec.campaigns, 1);
  assert.equal(specOf(3200, { accounts: 150 }).campaigns, 3);
  const request = requestOf(spec, plan.sources, 7);
  assert.deepEqual(request.campaignAccounts, [150, 150]);
  assert.equal(request.accounts, 950);
  assert.equal(request.perAccount![0] + request.perAccount![1], 50);
  assert.equal(requestOf(specOf(800, { campaigns: 0, relays: 0 }), plan.sources, 7).world, 'quiet');
});

test('corpora come from a folder; large enough files are harvested in turn', () => {
  const data = join(folder, 'data');
  const lines = (n: number, name: string) =>
    Array.from({ length: n }, (_, i) => `{"prompt":"${name} ${i}"}\n`).join('');
  for (const role of ['harvest', 'everyday', 'evaluation', 'arrivals'])
    mkdirSync(join(data, role), { recursive: true });
  for (const name of ['a', 'b'])
    writeFileSync(join(data, 'harvest', `${name}.jsonl`), lines(900, name));
  writeFileSync(join(data, 'harvest', 'small.jsonl'), lines(3, 's'));
  writeFileSync(join(data, 'everyday', 'chat.jsonl'), lines(50, 'chat'));
  assert.throws(() => readSources(data), { code: 'INPUT_NOT_FOUND' });
  writeFileSync(join(data, 'evaluation', 'exam.jsonl'), lines(20, 'exam'));
  writeFileSync(join(data, 'arrivals', 'features.csv'), 'who,mean gap\nx,3\n');
  writeFileSync(join(data, 'arrivals', 'client.csv'), '0.0,1.5,a\n600.0,2.5,a\n');
  const sources = readSources(data);
  assert.equal(sources.kind, 'files');
  // A table of features is no recording.
  assert.deepEqual(
    sources.arrivals.map((trace) => trace.name),
    ['client.csv'],
  );
  const names = (seed: number, exchanges: number) =>
    harvestFor(specOf(800, { exchanges, accounts: 20 }), sources, seed).map((c) => c.name);
  assert.deepEqual(names(0, 60), ['a.jsonl', 'b.jsonl']);
  assert.deepEqual(names(1, 60), ['b.jsonl', 'a.jsonl']);
  assert.deepEqual(names(1, 600), [], 'no file is large enough: grammars');
});

test('seeds are one or a range', () => {
  assert.deepEqual(parseSeeds('7'), [7]);
  assert.deepEqual(parseSeeds('3-5'), [3, 4, 5]);
  for (const bad of ['', '5-3', 'a', '1-', '-1', '1-999999'])
    assert.throws(() => parseSeeds(bad), { code: 'USAGE' });
});

/** One cheap job per seed. */
const cheap: Suite = {
  name: 'cheap',
  title: 'Cheap',
  question: 'Does it run?',
  jobs: ({ seeds }) =>
    seeds.map((seed) =>
      job(
        'windows',
        { sizes: [20], shares: [1], falsePositives: 0.1, calibration: 20, perShare: 5 },
        seed,
      ),
    ),
  report: () => ({ answers: [], method: [], limits: [], tables: [], charts: [], data: null }),
};

test('a stopped run continues: nothing is done twice, other code is left out', async () => {
  const out = join(folder, 'run');
  const started: number[] = [];
  const run = (options: { resume?: boolean; atMost?: number }) =>
    runSuites(
      [cheap],
      { ...plan, seeds: [1, 2, 3] },
      {
        out,
        ...options,
        onJob: ({ seed }) => started.push(seed),
      },
    );
  const first = await run({ atMost: 2 });
  assert.deepEqual([first.sections[0]!.done, first.sections[0]!.planned], [2, 3]);
  await assert.rejects(run({}), (e) => e instanceof StillwatchError && e.code === 'USAGE');
  // A line that was cut off in the middle of writing is no result.
  appendFileSync(join(out, 'worlds.jsonl'), '{"name":"[');
  const second = await run({ resume: true });
  assert.equal(second.sections[0]!.done, 3);
  assert.deepEqual(started, [1, 2, 3]);
  const lines = readFileSync(join(out, 'worlds.jsonl'), 'utf8').split('\n');
  const complete = lines.filter((line) => line.endsWith('}'));
  assert.equal(complete.length, 3);
  const one = JSON.parse(complete[0]!) as { code: string; setting: string };
  const other = openStore(out, true, 'other code', one.setting);
  assert.equal(other.foreign, 3);
  assert.equal(openStore(out, true, one.code, one.setting).foreign, 0);
});
