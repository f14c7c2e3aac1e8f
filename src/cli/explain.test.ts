import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { addExplainCommand } from './explain.ts';
import { buildReport } from './show/fixture.ts';
import { hostileReport } from './show/fixture-hostile.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-explain-'));
const path = join(folder, 'report.json');
const hostilePath = join(folder, 'hostile.json');
const report = buildReport();

before(() => {
  writeFileSync(path, JSON.stringify(report));
  writeFileSync(hostilePath, JSON.stringify(hostileReport()));
});
after(() => rmSync(folder, { recursive: true }));

const run = async (...args: string[]): Promise<string> => {
  const output = new PassThrough();
  const program = new Command().exitOverride();
  addExplainCommand(program, output);
  await program.parseAsync(['explain', ...args], { from: 'user' });
  output.end();
  return text(output);
};

test('explain prints the tree of a campaign', async () => {
  const shown = await run(path, report.campaigns[0]!.id);
  assert.match(shown, /distillation campaign/);
  assert.ok(shown.endsWith('\n'));
});

test('explain --json prints one object that holds the campaign unchanged', async () => {
  const shown = JSON.parse(await run(path, report.campaigns[1]!.id, '--json'));
  assert.deepEqual(shown, { kind: 'campaign', campaign: report.campaigns[1] });
});

test('explain --json of a hostile report holds no raw control', async () => {
  const id = hostileReport().campaigns[0]!.id;
  const shown = await run(hostilePath, id, '--json');
  assert.doesNotMatch(shown, /(?!\n)[\p{Cc}\p{Cf}]/u);
  assert.equal(JSON.parse(shown).campaign.id, id);
});

test('explain refuses an unknown name with its code', async () => {
  await assert.rejects(run(path, 'nobody'), { code: 'SUBJECT_UNKNOWN' });
});
