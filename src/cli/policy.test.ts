import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { writeWorld } from '../prove/simulate/write-world.ts';
import { addPolicyCommand } from './policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-policy-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const run = async (...args: string[]): Promise<string> => {
  let text = '';
  const output = { write: (part: string) => (text += part) } as unknown as NodeJS.WritableStream;
  const program = new Command().exitOverride();
  addPolicyCommand(program, output);
  await program.parseAsync(['node', 'stillwatch', 'policy', ...args]);
  return text;
};

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const RULES = `version: 1
name: trial
owner: me
rules:
  - {name: young, when: account.age_days < 10000, action: verify, reason: IDENTITY_UNVERIFIED, mode: {rollout: 50%}}
  - {name: heavy, when: account.exchanges > 0, action: suspend, reason: DISTILLATION_CONFIRMED, mode: live}
`;

test('check lists faults by place, and ends with 4', async () => {
  const sound = await run('check', file('sound.yaml', RULES));
  assert.match(sound, /is sound: policy trial@[0-9a-f]{12}.*Next: stillwatch policy simulate/s);
  const before = process.exitCode;
  const faulty = await run('check', file('faulty.yaml', RULES.replace('verify', 'verifi')));
  const code = process.exitCode;
  process.exitCode = before;
  assert.equal(code, 4);
  assert.match(faulty, /faulty\.yaml:5:\d+: POLICY_FIELD: rules\[0\]\.action/);
  assert.match(faulty, /1 fault$/m);
  await assert.rejects(run('check', join(folder, 'none.yaml')), { code: 'INPUT_UNREADABLE' });
});

test('simulate shows whom it would hit, and explain says why', async () => {
  await writeWorld({ world: 'quiet', seed: 3, accounts: 120, exchanges: 3_000 }, folder);
  const policy = file('policy.yaml', RULES);
  const against = [
    '--against',
    join(folder, 'traffic.jsonl'),
    '--accounts',
    join(folder, 'accounts.jsonl'),
  ];
  const radius = JSON.parse(await run('simulate', policy, ...against, '--json'));
  const [young, heavy] = radius.rules;
  // Known of every account, live for about half of them, and nobody is suspended without both axes.
  assert.ok(young.live > 20 && young.shadow > 20);
  assert.equal(young.honest.without_finding, young.live + young.shadow);
  assert.deepEqual([heavy.live, heavy.proposed], [0, radius.accounts]);
  assert.equal(heavy.held.TWO_AXES, radius.accounts);
  const text = await run('simulate', policy, ...against);
  assert.match(text, /young acts on \d+ accounts without a finding/);
  assert.match(text, /heavy waits for a person: TWO_AXES/);
  await assert.rejects(run('simulate', policy), { code: 'USAGE' });
  await assert.rejects(run('explain', policy, 'nobody', ...against), { code: 'SUBJECT_UNKNOWN' });
});
