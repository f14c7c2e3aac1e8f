/** The fast part of the evaluation kit: small worlds, few seeds, and assertions that can fail. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { scan } from '../../../detect/scan/scan.ts';
import { proportion } from '../measures.ts';
import { compose } from './work/compose.ts';
import type { Lab } from './work/lab.ts';
import { runLevels } from './work/levels-job.ts';
import { evidenceOf, PERMISSIVE, rejudge, stepUp } from './work/rejudge.ts';
import { runReplay } from './work/replay-job.ts';
import { runScan } from './work/scan-job.ts';
import { readSources } from './work/sources.ts';
import { runWindows } from './work/windows-job.ts';
import { nullSpec, specOf } from './work/world-spec.ts';

const scratch = mkdtempSync(join(tmpdir(), 'stillwatch-kit-'));
after(() => rmSync(scratch, { recursive: true }));
const lab: Lab = { sources: readSources(undefined), scratch, level: 0.01, calibration: {} };

/** One campaign that every version must find, in a small world. */
const PLAIN = specOf(400, { campaigns: 1, unrelated: 0.5 });
const SEED = 2;

test('nobody is accused where nobody harvests (null control), at 1, 5 and 10 %', async () => {
  const levels = [0.01, 0.05, 0.1];
  const result = await runLevels({ world: nullSpec(400), levels }, SEED, lab);
  assert.deepEqual(
    result.levels.map((at) => at.findings),
    [0, 0, 0],
  );
  for (const { name, values } of result.nullP) {
    assert.ok(values.length > 5, `${name}: something was tested`);
    assert.ok(values.every((p) => p >= 0 && p <= 1));
  }
});

test('a plain campaign is found (positive control), and its costs are counted', async () => {
  const result = await runScan({ world: PLAIN }, SEED, lab);
  const [campaign] = result.tally.campaigns;
  assert.equal(campaign!.seen_as, 'distillation');
  assert.ok(campaign!.held >= 36, `${campaign!.held} of 40`);
  const { sent } = result;
  assert.ok(sent.otherTokens > 0);
  // A third of forty accounts share cards by twos to fours; some have none.
  assert.ok(sent.cards > 15 && sent.cards < 40 && sent.addresses > 40, `${sent.cards}`);
  assert.ok(sent.harvested > 0.4 * sent.exchanges && sent.harvested < 0.6 * sent.exchanges);
  assert.ok(sent.promptTokens > 0 && sent.promptTokens < sent.harvestTokens);
  const [harvest] = result.harvested;
  assert.ok(harvest!.asked > 1000 && harvest!.asked <= harvest!.prompts);
});

test('a scan that is judged again says what a scan at that level says', async () => {
  const world = await compose(PLAIN, SEED, lab);
  const at = (level: number) => scan([world.traffic], { accounts: world.accounts, level });
  const evidence = evidenceOf(await at(PERMISSIVE));
  const distilled = (list: readonly { verdict: string; accounts: readonly string[] }[]) =>
    list
      .filter((finding) => finding.verdict === 'distillation')
      .map((finding) => [...finding.accounts].sort().join())
      .sort();
  const strict = distilled((await at(0.01)).report.campaigns);
  assert.ok(strict.length > 0, 'there is something to judge');
  assert.deepEqual(distilled(rejudge(evidence, 0.01)), strict);
  assert.deepEqual(distilled(rejudge(evidence, 1e-12)), []);
});

test('the step-up procedure rejects what its definition says', () => {
  const p = [0.001, 0.012, 0.014, 0.2, 0.9].map(Math.log);
  // 0.014 ≤ 0.05 · 3/5 though 0.012 alone would also pass; 0.2 > 0.05 · 4/5.
  assert.equal(stepUp(p, 0.05), Math.log(0.014));
  assert.equal(stepUp(p, 0.0001), Number.NEGATIVE_INFINITY);
  assert.equal(stepUp([], 0.05), Number.NEGATIVE_INFINITY);
});

test('a replay stops when everything is found, and says how much was lost', async () => {
  const result = await runReplay({ world: PLAIN, looks: [0.02, 0.8, 0.9, 1] }, SEED, lab);
  const [campaign] = result.campaigns;
  assert.ok(campaign!.share !== null, 'found');
  assert.ok(result.looks < 4, `${result.looks} looks`);
  assert.ok(campaign!.share! > 0.7 && campaign!.share! < 0.95, `${campaign!.share}`);
  assert.equal(campaign!.made, Math.round(campaign!.share! * campaign!.exchanges));
  assert.ok(campaign!.hours! > 24 && campaign!.hours! < 14 * 24);
  assert.ok(campaign!.shareBefore! < campaign!.share!);
  assert.equal(result.looksWithBenign, 0);
});

test('windows of harvest stand out, windows of benign prompts do not', async () => {
  const spec = {
    sizes: [100],
    shares: [0.05, 1],
    falsePositives: 0.01,
    calibration: 300,
    perShare: 60,
  };
  // Several pairs, because one pair of corpora may be hard.
  const pairs = await Promise.all([1, 2, 9].map((seed) => runWindows(spec, seed, lab)));
  for (const pair of pairs) {
    const [size] = pair.sizes;
    const all = size!.shares.at(-1)!;
    assert.ok(all.found > 0.9 * all.of, `${pair.benign} against ${pair.harvest}: ${all.found}`);
    const wrong = proportion(size!.falsePositives, size!.benignWindows);
    assert.ok(wrong.low! < 0.05, `${pair.benign}: ${wrong.numerator} false`);
    assert.ok(size!.shares[0]!.found <= all.found);
  }
});

test('a world is written as the spec says', async () => {
  const spec = specOf(400, { accounts: 20, exchanges: 10, campaigns: 2, unrelated: 0.5 });
  const world = await compose(spec, 5, lab);
  const rows = readFileSync(world.traffic, 'utf8').trimEnd().split('\n');
  const members = new Map(world.labels.map((label) => [label.account_id, label.campaign]));
  assert.equal(world.labels.filter((label) => label.label === 'distillation').length, 40);
  assert.equal(world.labels.length, 440);
  for (const [campaign, { rows: own, times }] of world.rowsOf) {
    assert.equal(own.length, times.length);
    for (const i of own.slice(0, 50)) {
      const row = JSON.parse(rows[i]!) as { account_id: string };
      assert.equal(members.get(row.account_id), campaign);
    }
  }
});
