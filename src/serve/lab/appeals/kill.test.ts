/** Whatever moment a lab is killed at: what was decided on an appeal has all its effects, each of them once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { createRandom, uniform } from '../../../base/random.ts';
import { openStore } from '../../store/open.ts';
import { allDecisions } from '../decisions/shelf.ts';
import { openDesk } from './desk.ts';

const KILLS = Number(process.env.STILLWATCH_KILLS ?? 10);
const root = mkdtempSync(join(tmpdir(), 'stillwatch-desk-kill-'));
after(() => rmSync(root, { recursive: true, force: true }));
const help = join(import.meta.dirname, 'kill-desk.test-help.ts');

/** Ids of the cases that it said were decided, until it was killed so many milliseconds after the second. */
const runAndKill = (run: number, appeals: number, after_: number | null): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const args = [help, root, String(appeals), String(run)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const decided: string[] = [];
    let killed = false;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('decided ')) decided.push(line.slice(8));
      // So long after the second: whatever the speed of the disk, it falls into the third or a later one.
      if (decided.length !== 2 || after_ === null) return;
      setTimeout(() => {
        killed = child.kill('SIGKILL');
      }, after_);
    });
    child.on('close', (status) => {
      if (killed || status === 0) resolve(decided);
      else reject(new Error(`it ended with ${status}`));
    });
  });

test(`a lab killed ${KILLS} times while it decides appeals loses no effect and doubles none`, async () => {
  const random = createRandom(20261121);
  const said: string[] = [];
  for (let run = 0; run < KILLS; run++)
    said.push(...(await runAndKill(run, 10_000, uniform(random) * 120)));
  assert.ok(said.length >= 2 * KILLS, 'positive control: appeals were decided between the kills');
  // The next start carries out what was left.
  assert.deepEqual(await runAndKill(KILLS, 0, null), []);

  const store = await openStore(join(root, 'store'));
  const desk = await openDesk(store);
  const cases = [...desk.casework.all()].filter(({ status }) => status === 'decided');
  for (const id of said) assert.equal(desk.casework.get(id)?.status, 'decided', id);
  const done = new Set((await store.records.list('case-effect')).map(({ id }) => id));
  const all = await allDecisions(store.records);
  const allowed = await store.records.list('allowance');
  const excluded = new Map(
    (await store.records.list('exclusion')).map(({ value }) => [value.account, value.case]),
  );
  const keys = readFileSync(join(root, 'outbox'), 'utf8').split('\n');
  for (const { id, about, subject, outcome } of cases) {
    for (const i of outcome!.effects.keys()) assert.ok(done.has(`${id}/${i}`), `${id}/${i}`);
    const one = all.find(({ decision }) => decision.id === about);
    assert.equal(one?.lifted?.because, id);
    const instead = all.filter(({ decision }) => decision.rests_on.includes(id));
    const entries = allowed.filter(({ value }) => value.case === id).length;
    if (outcome!.outcome === 'partly') assert.deepEqual([instead.length, entries], [1, 0]);
    else {
      assert.deepEqual([instead.length, entries], [0, 1]);
      assert.equal(excluded.get(subject.value), id);
      assert.ok(keys.includes(`${id}/2`), 'the hub is told, under one key however often');
    }
  }
  // Nothing was lifted, allowed or carried out that no case asked for.
  const effects = cases.reduce((sum, { outcome }) => sum + outcome!.effects.length, 0);
  assert.equal(done.size, effects);
  const asked = cases.flatMap(({ outcome }) =>
    outcome!.effects.flatMap((one) => (one.effect === 'lift' ? one.decisions : [])),
  );
  const lifted = all
    .filter((one) => one.lifted?.by === 'appeal')
    .map(({ decision }) => decision.id);
  assert.deepEqual(lifted.sort(), asked.sort());
  await store.close();
});
