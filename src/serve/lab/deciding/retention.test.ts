import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { APPEAL_WINDOW } from '../../../act/casework/case.ts';
import { createRandom, uniform } from '../../../base/random.ts';
import { openStore } from '../../store/open.ts';
import { assign, file, review, rule } from '../appeals/appeal.ts';
import { decideByHand, undo } from '../decisions/manual.ts';
import { allDecisions } from '../decisions/shelf.ts';
import { testCore } from './core.test-help.ts';
import { keepRemediations } from './remediations.ts';
import type { Deciding } from './deciding.ts';
import { openDeciding } from './start.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-retention-'));
after(() => rmSync(root, { recursive: true, force: true }));

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 21);
const KEEP = { decisions: 60 * DAY, cases: 120 * DAY };
const POLICY = 'version: 1\nname: none\nowner: team\nrules: []\n';

const openLab = async (name: string) => {
  const place = join(root, name);
  const store = await openStore(join(place, 'store'));
  const policyFile = join(place, 'policy.yaml');
  writeFileSync(policyFile, POLICY);
  const clock = { at: START };
  const start = (): Promise<Deciding> =>
    openDeciding(testCore(store).core, {
      ...{ policyFile, tickMs: 0, keep: KEEP },
      now: () => clock.at,
      steady: () => clock.at,
    });
  let deciding = await start();
  return {
    store,
    clock,
    lab: () => deciding,
    again: async () => {
      await deciding.close();
      deciding = await start();
    },
    close: async () => {
      await deciding.close();
      await store.close();
    },
  };
};
const byHand = (deciding: Deciding, account: string, days = 1) =>
  decideByHand(deciding, {
    subject: { kind: 'account', value: account },
    action: 'suspend',
    obligations: null,
    ttl: (days * DAY) / 1000,
    reason: `about ${account}`,
    by: 'alex',
  });
const complaint = (decision_id: string) => ({
  decision_id,
  statement: 'It was not us.',
  contact: 'dean@university.example',
  by: 'portal',
});
const ruling = {
  by: 'robin',
  reason: 'so it is',
  told: 'We looked.',
  wrong: 'membership',
} as const;

test('an ended decision is deleted with all that is kept of it, and not a day before', async () => {
  const { store, clock, lab, close } = await openLab('plain');
  const { id, until } = await byHand(lab(), 'a');
  const remediations = keepRemediations(store);
  const report = (batch_id: string) => {
    const count = { decision_id: id, outcome: 'refused', action: 'suspend', count: 2 } as const;
    remediations.told('edge', { batch_id, remediations: [{ ...count, reason: 'MANUAL_REVIEW' }] });
    return remediations.flush(clock.at);
  };
  await report('1');
  assert.deepEqual(await remediations.of(id), { refused: 2 });
  assert.equal((await lab().sweep()).decisions, 0, 'it is in force');
  clock.at = until + KEEP.decisions - 1;
  await lab().tick();
  await store.write(async () => undefined); // it is put away behind the tick
  assert.equal((await lab().sweep()).decisions, 0);
  assert.equal((await lab().book.get(id))?.decision.id, id, 'it can be explained as long');
  clock.at += 1;
  assert.equal((await lab().sweep()).decisions, 1);
  assert.equal(await lab().book.get(id), undefined);
  await report('2');
  for (const kind of ['decision', 'ended-decision', 'decision-end', 'decision-note'] as const)
    assert.deepEqual(await store.records.list(kind), [], kind);
  assert.equal(await remediations.of(id), null, 'nor does a late report bring it back');
  await assert.rejects(file(lab(), complaint(id)), { code: 'DECISION_UNKNOWN' });
  await close();
});

test('an early end does not shorten the time for an appeal', async () => {
  const { clock, lab, close } = await openLab('lifted');
  const { id, until } = await byHand(lab(), 'a', 60);
  await undo(lab(), id, 'alex', 'a partner');
  clock.at = until + APPEAL_WINDOW - 1;
  assert.ok(clock.at > START + KEEP.decisions);
  assert.equal((await lab().sweep()).decisions, 0);
  clock.at += 1;
  assert.equal((await lab().sweep()).decisions, 1);
  await close();
});

test('a case that is open keeps its decision; closed it goes itself, with statement and contact', async () => {
  const { store, clock, lab, again, close } = await openLab('case');
  const { id } = await byHand(lab(), 'a');
  const one = await file(lab(), complaint(id));
  clock.at += 400 * DAY;
  await again();
  assert.deepEqual(await lab().sweep(), { decisions: 0, proposals: 0, cases: 0 });
  await assign(lab(), one.id, 'robin', 'desk');
  await rule(lab(), one.id, { ...ruling, outcome: 'overturned' });
  assert.deepEqual(await lab().sweep(), { decisions: 1, proposals: 0, cases: 0 });
  clock.at += KEEP.cases - 1;
  assert.equal((await lab().sweep()).cases, 0);
  clock.at += 1;
  assert.equal((await lab().sweep()).cases, 1);
  assert.equal(lab().desk.casework.get(one.id), undefined);
  for (const kind of ['case-event', 'case-contact', 'case-effect'] as const)
    assert.deepEqual(await store.records.list(kind), [], kind);
  await again();
  assert.deepEqual([...lab().desk.casework.all()], []);
  await close();
});

test('random work and sweeps: a lab always starts again with the cases it had, and loses none that is open', async () => {
  const random = createRandom(20261121);
  const pick = (n: number): number => Math.floor(uniform(random) * n);
  const { store, clock, lab, again, close } = await openLab('random');
  const ids: string[] = [];
  let swept = 0;
  for (let step = 0; step < 150; step++) {
    const deciding = lab();
    const waiting = deciding.desk.casework.waiting();
    const work = pick(6);
    if (work === 0) ids.push((await byHand(deciding, `a${pick(5)}`, 1 + pick(25))).id);
    else if (work === 1 && ids.length > 0)
      await file(deciding, complaint(ids[pick(ids.length)]!)).catch(() => undefined);
    else if (work === 2 && ids.length > 0) {
      const about = ids[pick(ids.length)]!;
      const subject = { kind: 'account', value: 'a' } as const;
      await deciding.desk.open('sample', [{ about, subject, by: 'rule' }], clock.at);
    } else if (work === 3 && waiting.length > 0) {
      const one = waiting[pick(waiting.length)]!;
      const outcome = pick(2) === 0 ? 'upheld' : 'overturned';
      if (one.kind === 'appeal')
        await rule(deciding, one.id, { ...ruling, outcome }).catch(() => undefined);
      else await review(deciding, one.id, 'dismissed', ruling).catch(() => undefined);
    } else if (work === 4) clock.at += pick(40) * DAY;
    else {
      const open = new Set(deciding.desk.casework.waiting().map(({ about }) => about));
      const before = new Set(
        (await allDecisions(store.records)).map(({ decision }) => decision.id),
      );
      await deciding.tick();
      const gone = await deciding.sweep();
      swept += gone.cases + gone.decisions;
      const kept = new Set((await allDecisions(store.records)).map(({ decision }) => decision.id));
      for (const id of open) assert.equal(kept.has(id), before.has(id));
      const cases = [...deciding.desk.casework.all()];
      await again();
      assert.deepEqual([...lab().desk.casework.all()], cases);
    }
  }
  assert.ok(swept > 20, 'positive control');
  await close();
});
