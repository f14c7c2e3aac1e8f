import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { blatant, ordinary } from '../prove/evaluate/naive/test-traffic.ts';
import { idsOf, labelsOf, reportOf } from '../prove/evaluate/test-report.ts';
import { addEvaluateCommand } from './evaluate.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-evaluate-'));
const at = (name: string): string => join(folder, name);
const lines = (rows: readonly object[]): string => rows.map((r) => JSON.stringify(r)).join('\n');

const people = labelsOf('person', 40, 'benign', null, 'chat');
const attacker = labelsOf('loud', 2, 'distillation', 'loud', 'harvest');
const hostile = { account_id: 'x', label: 'benign', campaign: null, group: '\u001b[31mred\u202e' };
const report = reportOf([['distillation', [...idsOf(attacker), 'person-3']]]);

before(() => {
  writeFileSync(at('report.json'), JSON.stringify(report));
  writeFileSync(at('labels.jsonl'), lines([...people, ...attacker]));
  writeFileSync(at('hostile.jsonl'), lines([...people, ...attacker, hostile]));
  writeFileSync(at('other.jsonl'), lines([{ ...people[0], account_id: 'nobody' }]));
  const traffic = [
    ...idsOf(people).flatMap((id) => ordinary(id, 1, 6)),
    ...idsOf(attacker).flatMap((id) => blatant(id, 1100)),
  ].map((e) => ({
    timestamp: Math.round(e.timestamp) + 1_772_000_000_000,
    account_id: e.accountId,
    prompt: e.prompt,
    response_tokens: e.responseTokens,
  }));
  writeFileSync(at('traffic.jsonl'), `${lines(traffic)}\n`);
  writeFileSync(at('broken.jsonl'), `${lines([...traffic.slice(0, 2), {}, {}, {}])}\n`);
});
after(() => rmSync(folder, { recursive: true }));

const run = async (...args: string[]): Promise<string> => {
  const output = new PassThrough();
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addEvaluateCommand(program, output);
  await program.parseAsync(['evaluate', ...args], { from: 'user' });
  output.end();
  return text(output);
};

test('evaluate says in sentences what was found and who was wronged', async () => {
  const shown = await run(at('report.json'), '--labels', at('labels.jsonl'));
  assert.match(shown, /Labelled campaigns found: +1 of 1 = 100 % \[2\.5 % – 100 %\]/);
  assert.match(shown, /Benign accounts called distillation: +1 of 40 = 2\.5 %/);
  assert.match(shown, /chat .* 1 of 40/);
  assert.doesNotMatch(shown, /Naive/);
});

test('evaluate --json prints the measures with numerators and denominators', async () => {
  const shown = JSON.parse(await run(at('report.json'), '--labels', at('labels.jsonl'), '--json'));
  assert.equal(shown.version, 1);
  assert.equal(shown.summary.campaigns_found.numerator, 1);
  assert.equal(shown.summary.benign.distillation.groups.chat.denominator, 40);
  assert.equal(shown.baselines, null);
});

test('evaluate --baselines runs the naive detectors on the log', async () => {
  const args = [at('report.json'), '--labels', at('labels.jsonl'), '--baselines'];
  const shown = JSON.parse(await run(...args, at('traffic.jsonl'), '--json'));
  assert.equal(shown.baselines[0].detector, 'weighted-score');
  assert.equal(shown.baselines[0].campaigns_found.value, 1);
  assert.equal(shown.baselines[0].benign_flagged.numerator, 0);
  const human = await run(...args, at('traffic.jsonl'));
  assert.match(human, /stillwatch .* 1 of 1 .* 2 of 2 .* 1 of 40/);
  assert.match(human, /weighted-score .* 1 of 1 .* 2 of 2 .* 0 of 40/);
});

test('nothing from the labels reaches the terminal raw', async () => {
  const shown = await run(at('report.json'), '--labels', at('hostile.jsonl'));
  assert.ok(shown.includes('\\x1b[31mred\\u202e'));
  assert.doesNotMatch(shown, /(?!\n)[\p{Cc}\p{Cf}]/u);
});

test('a suite makes worlds, keeps their results and writes a page', async () => {
  const suite = ['--suite', 'controls', '--seeds', '1', '--accounts', '200', '--out', at('out')];
  const shown = await run(...suite, '--worlds', '1', '--report', at('page.html'));
  assert.match(shown, /Controls \(unfinished: 1 of 4 worlds\)/);
  assert.match(shown, /null: nobody harvests or resells: 0\/1/);
  assert.match(shown, /next: .*--resume/);
  assert.match(readFileSync(at('page.html'), 'utf8'), /unfinished: 1 of 4/);
  // Finished worlds are not made again: as many new ones as asked, and the JSON counts both.
  const json = JSON.parse(await run(...suite, '--worlds', '1', '--resume', '--json'));
  assert.equal(json.kind, 'stillwatch-evaluation');
  assert.equal(json.sections[0].done, 2);
  await assert.rejects(run(...suite), { code: 'USAGE' });
});

test('input errors are coded', async () => {
  const labels = at('labels.jsonl');
  const refused = (code: string, ...args: string[]) => assert.rejects(run(...args), { code });
  await refused('REPORT_UNREADABLE', at('none.json'), '--labels', labels);
  await refused('REPORT_UNREADABLE', labels, '--labels', labels);
  await refused('LABELS_UNREADABLE', at('report.json'), '--labels', at('none.jsonl'));
  await refused('LABELS_UNREADABLE', at('report.json'), '--labels', at('traffic.jsonl'));
  await refused('LABELS_MISMATCH', at('report.json'), '--labels', at('other.jsonl'));
  const withLog = (log: string) => [at('report.json'), '--labels', labels, '--baselines', at(log)];
  await refused('INPUT_NOT_FOUND', ...withLog('none.jsonl'));
  await refused('INPUT_MOSTLY_REJECTED', ...withLog('broken.jsonl'));
  await refused('USAGE', at('report.json'));
  await refused('USAGE');
  await refused('USAGE', at('report.json'), '--suite', 'grid');
  await refused('USAGE', '--suite', 'grid', '--seeds', '5-1');
  await refused('INPUT_NOT_FOUND', '--suite', 'grid', '--data', at('nowhere'));
  await refused('commander.invalidArgument', '--suite', 'everything');
  await refused('commander.invalidArgument', '--suite', 'grid', '--level', '1');
});
