import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { scan } from './scan.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-scan-'));
after(() => rmSync(folder, { recursive: true }));

const log = join(folder, 'log.jsonl');
const START = Date.UTC(2026, 2, 1);
const row = (i: number): string =>
  JSON.stringify({
    timestamp: START + i * 60_000,
    account_id: `a${i % 40}`,
    prompt: `how do I bake bread of kind ${i} in house ${i % 40}`,
    response_tokens: 20 + (i % 90),
  });
writeFileSync(log, `${Array.from({ length: 400 }, (_, i) => row(i)).join('\n')}\nnot a row\n`);

test('a scan reads, searches and judges, and names each stage once', async () => {
  const stages: string[] = [];
  const { report, search, judgement } = await scan([log], {
    level: 0.05,
    threads: 0,
    onStage: (stage) => stages.push(stage),
  });
  assert.equal(new Set(stages).size, stages.length);
  assert.deepEqual([stages[0], stages.at(-1)], ['profiles', 'verdicts']);
  assert.equal(report.read.exchanges, 400);
  assert.equal(report.read.rejected, 1);
  assert.equal(report.read.quarantine[0]!.line, 401);
  assert.equal(search.population.ids.length, 40);
  assert.equal(report.fdr, 0.05);
  assert.equal(report.procedure, judgement.procedure);
  assert.match(report.calibration.source, /^this population/);
  assert.equal(report.drift, null);
  assert.deepEqual(report.campaigns, []);
});

test('the same log gives the same report', async () => {
  const once = await scan([log], { level: 0.01, threads: 0 });
  const again = await scan([log], { level: 0.01, threads: 0 });
  assert.deepEqual(again.report, once.report);
});

test('what cannot be read ends with its code', async () => {
  const options = { level: 0.01, threads: 0 };
  await assert.rejects(scan([join(folder, 'missing')], options), { code: 'INPUT_NOT_FOUND' });
  await assert.rejects(scan([log], { ...options, accounts: join(folder, 'missing') }), {
    code: 'ACCOUNTS_UNREADABLE',
  });
});
