import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { loadIntentModel } from '../detect/verdict/intent-model.ts';
import { addTrainCommand } from './train.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-train-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const run = async (...args: string[]): Promise<string> => {
  let shown = '';
  const output = new Writable({
    write: (chunk, _, done) => {
      shown += String(chunk);
      done();
    },
  });
  const program = new Command('stillwatch').exitOverride();
  addTrainCommand(program, output, output);
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeErr: () => {} });
  await program.parseAsync(['node', 'stillwatch', 'train', ...args]);
  return shown;
};

/** Prompt files of one publisher in all three roles. */
const corporaOf = (name: string, origin: string): string => {
  const at = join(folder, name);
  for (const role of ['harvest', 'everyday', 'evaluation']) {
    mkdirSync(join(at, role), { recursive: true });
    writeFileSync(join(at, role, `${role}.jsonl`), `{"prompt":"${origin} ${role}"}\n`);
  }
  const rows = ['harvest', 'everyday', 'evaluation'].map((role) => [
    `${role}.jsonl`,
    { origin: `${origin}/${role}`, licence: 'MIT' },
  ]);
  writeFileSync(join(at, 'sources.json'), JSON.stringify(Object.fromEntries(rows)));
  return at;
};

test('fits a model that scan can read, and says what it rests on', async () => {
  const path = join(folder, 'model.json');
  const shown = await run('--out', path, '--seeds', '8', '--accounts', '800');
  const model = loadIntentModel(path);
  assert.deepEqual(model.provenance.seeds, [8]);
  assert.deepEqual(
    model.provenance.sources.map((s) => s.name),
    ['grammars'],
  );
  assert.ok(model.provenance.positives > 0 && model.provenance.negatives > 0);
  assert.ok(shown.includes(model.id));
  assert.match(shown, /next: stillwatch scan LOG --model/);
  // The same options give the same file.
  const again = JSON.parse(
    await run('--out', join(folder, 'again.json'), '--seeds', '8', '--accounts', '800', '--json'),
  ) as { id: string };
  assert.equal(again.id, model.id);
  assert.equal(readFileSync(join(folder, 'again.json'), 'utf8'), readFileSync(path, 'utf8'));
});

test('refuses to measure on an origin it was fitted on', async () => {
  const one = corporaOf('one', 'someone');
  const other = corporaOf('other', 'someone');
  await assert.rejects(
    run('--out', join(folder, 'm.json'), '--data', one, '--test-data', other, '--seeds', '1'),
    (e: unknown) =>
      e instanceof StillwatchError && e.code === 'USAGE' && /someone\/harvest/.test(e.message),
  );
});

test('refuses options that cannot be', async () => {
  for (const args of [
    ['--seeds', '5-2'],
    ['--seeds', 'x'],
    ['--accounts', '10'],
    ['--form', 'network'],
    ['--data', folder, '--harvest', 'x'],
  ])
    await assert.rejects(
      run('--out', join(folder, 'm.json'), ...args),
      /commander\.|argument|option/,
    );
});
