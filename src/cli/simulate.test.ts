import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, describe, it } from 'node:test';
import { Command, CommanderError } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { addSimulateCommand } from './simulate.ts';

const dir = mkdtempSync(join(tmpdir(), 'stillwatch-simulate-'));
after(() => rmSync(dir, { recursive: true }));

const run = async (...args: readonly string[]): Promise<string> => {
  const output = new PassThrough();
  const program = new Command('stillwatch').exitOverride();
  addSimulateCommand(program, output);
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeErr: () => {} });
  await program.parseAsync(['simulate', ...args], { from: 'user' });
  output.end();
  return (await output.toArray()).join('');
};

describe('stillwatch simulate', () => {
  it('writes the four files and prints the next command', async () => {
    const out = join(dir, 'a world');
    const text = await run(
      'mixed',
      '--out',
      out,
      '--accounts',
      '300',
      '--days',
      '2',
      '--seed',
      '3',
    );
    for (const name of ['traffic.jsonl', 'accounts.jsonl', 'labels.jsonl', 'world.json'])
      assert.ok(existsSync(join(out, name)), name);
    assert.match(text, /exchanges, 300 accounts, \d campaigns/);
    assert.match(text, /next: stillwatch scan '.*a world\/traffic.jsonl' --accounts '/);
  });

  it('passes every option on', async () => {
    const harvest = join(dir, 'harvest.jsonl');
    writeFileSync(harvest, Array.from({ length: 900 }, (_, i) => `{"prompt":"h${i}"}\n`).join(''));
    const trace = join(dir, 'trace.csv');
    writeFileSync(trace, '0,1,\n600,2,\n');
    const text = await run(
      ...['sharded', '--out', join(dir, 'b'), '--accounts', '200', '--exchanges', '12_000'],
      ...['--seed', '4', '--days', '5', '--campaigns', '2', '--campaign-accounts', '20'],
      ...['--per-account', '5-9', '--unrelated', '0,0.5', '--network', 'strong', '--jitter', '9'],
      ...['--schedule', 'real', '--arrivals', trace, '--release-pivot', '--language', 'ja'],
      ...['--harvest', harvest, '--everyday', harvest, '--evaluation', harvest, '--json'],
    );
    const world = JSON.parse(text);
    assert.deepEqual(world, JSON.parse(readFileSync(join(dir, 'b', 'world.json'), 'utf8')));
    assert.deepEqual(world.options, {
      world: 'sharded',
      accounts: 200,
      exchanges: 12_000,
      seed: 4,
      days: 5,
      unrelated: [0, 0.5],
      network: 'strong',
      jitterSeconds: 9,
      schedule: 'real',
      releasePivot: true,
      language: 'ja',
      campaigns: 2,
      relays: 0,
      campaignAccounts: [20, 20],
      perAccount: [5, 9],
      start: '2026-06-01T00:00:00.000Z',
      arrivals: ['trace.csv'],
    });
    assert.equal(world.corpora.length, 3);
  });

  it('refuses what cannot be read as an option', async () => {
    for (const args of [
      ['nowhere', '--out', dir],
      ['quiet'],
      ['quiet', '--out', dir, '--accounts', 'many'],
      ['quiet', '--out', dir, '--unrelated', '1'],
      ['quiet', '--out', dir, '--unrelated', ''],
      ['quiet', '--out', dir, '--per-account', '5-'],
      ['quiet', '--out', dir, '--jitter', '-1'],
      ['quiet', '--out', dir, '--network', 'some'],
    ])
      await assert.rejects(run(...args), CommanderError, args.join(' '));
  });

  it('refuses worlds that cannot be, with a code', async () => {
    for (const args of [
      ['--schedule', 'real'],
      ['--accounts', '5'],
      ['--accounts', '200', '--campaigns', '5', '--campaign-accounts', '100'],
      ['--per-account', '9-5'],
    ])
      await assert.rejects(
        run('mixed', '--out', join(dir, 'never'), ...args),
        (error) => error instanceof StillwatchError && error.code === 'USAGE',
        args.join(' '),
      );
    assert.ok(!existsSync(join(dir, 'never')));
  });
});
