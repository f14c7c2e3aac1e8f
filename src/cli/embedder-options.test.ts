import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StillwatchError } from '../base/errors.ts';
import { answer, letters, startEndpoint } from '../detect/family/embedding/test-endpoint.ts';
import { scan } from '../detect/scan/scan.ts';
import { writeWorld } from '../prove/simulate/write-world.ts';
import { embedderOf } from './embedder-options.ts';

const usage = (e: unknown): boolean => e instanceof StillwatchError && e.code === 'USAGE';

test('without --embedder nothing is sent, and its options make no sense', () => {
  assert.equal(embedderOf({}, {}), undefined);
  assert.throws(() => embedderOf({ embedderModel: 'm' }, {}), usage);
  assert.throws(() => embedderOf({ embedderCache: 'c' }, {}), usage);
});

test('a key variable that is not set is told before anything is read', () => {
  const flags = { embedder: 'http://localhost:1', embedderKeyEnv: 'EMBEDDER_KEY' };
  assert.throws(() => embedderOf(flags, {}), usage);
  assert.throws(() => embedderOf(flags, { EMBEDDER_KEY: '' }), usage);
  assert.ok(embedderOf(flags, { EMBEDDER_KEY: 'k' }));
});

test('a scan with an embedder asks it for the sampled prompts, and says so in the report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-embedder-'));
  const endpoint = await startEndpoint(({ input }, response) =>
    answer(
      response,
      input.map((text) => letters(text.toLowerCase(), 26)),
    ),
  );
  try {
    await writeWorld({ world: 'quiet', accounts: 160, exchanges: 1_500, seed: 3 }, folder);
    const flags = { embedder: endpoint.url.href, embedderModel: 'letters' };
    const { report, search } = await scan([join(folder, 'traffic.jsonl')], {
      level: 0.01,
      threads: 1,
      embedder: embedderOf(flags, {}),
    });
    assert.equal(report.models.embedding, `endpoint:${endpoint.url.host}/letters`);
    const sent = new Set(endpoint.asked.flatMap(({ input }) => input));
    assert.deepEqual(sent, new Set(search.table.samples.map(({ text }) => text)));
    assert.ok(search.families.draws.topics > 1, 'the vectors were made into topics');
  } finally {
    await endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
