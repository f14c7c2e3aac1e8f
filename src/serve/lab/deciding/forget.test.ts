import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { assign, file, note, rule } from '../appeals/appeal.ts';
import { decideByHand, undo } from '../decisions/manual.ts';
import { allDecisions } from '../decisions/shelf.ts';
import { findingOf, testCore } from './core.test-help.ts';
import { DEFAULT_POLICY } from './policy-file.ts';
import type { Deciding } from './deciding.ts';
import { openDeciding } from './start.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-forget-'));
after(() => rmSync(root, { recursive: true, force: true }));

const NAME = 'acct-honest';
const KINDS = [
  ...(['decision', 'ended-decision', 'decision-end', 'decision-note', 'proposal'] as const),
  ...(['case-event', 'case-contact', 'case-effect', 'matter', 'allowance', 'exclusion'] as const),
  ...(['withdrawn', 'policy-version', 'share-group', 'remediation'] as const),
];
/** Everything that a store holds of decisions and cases, as text. */
const everything = async (store: Store): Promise<string> => {
  const all = await Promise.all(KINDS.map((kind) => store.records.list(kind)));
  return JSON.stringify(all);
};
const complaint = (decision_id: string) => ({
  decision_id,
  statement: `This is the dean. Our account ${NAME} is a course.`,
  contact: 'dean@university.example',
  by: NAME,
});
const hand = (deciding: Deciding, value: string) =>
  decideByHand(deciding, {
    subject: { kind: 'account', value },
    action: 'suspend',
    obligations: null,
    ttl: 3600,
    reason: `asked by ${NAME}`,
    by: 'alex',
  });

test('an account that was decided about in every way is in nothing any more, others are whole, and it starts again', async () => {
  const store = await openStore(join(root, 'store'));
  const policyFile = join(root, 'policy.yaml');
  const text = readFileSync(DEFAULT_POLICY, 'utf8').replaceAll('mode: shadow', 'mode: live');
  const allow = `allow:\n  - {subject: {kind: account, value: ${NAME}}, reason: contract, until: 2036-01-01T00:00:00Z}`;
  writeFileSync(policyFile, text.replace('allow: []', allow));
  const lab = testCore(store);
  const start = () => openDeciding(lab.core, { policyFile, tickMs: 0 });
  let deciding = await start();
  // Named by an older version of the policy.
  writeFileSync(policyFile, text);
  assert.equal(await deciding.reload(), true);
  const others = ['acct-honest-2', 'b', 'c'];
  await lab.look([findingOf('finding--1', [NAME, ...others])]);
  const acting = deciding.book.about({ kind: 'account', value: NAME });
  assert.ok(acting.length > 0, 'positive control: a rule acts on it');
  await undo(deciding, acting[0]!.id, 'alex', `${NAME} is a partner`);
  const byHand = await hand(deciding, NAME);
  await hand(deciding, 'acct-honest-2');
  await store.write(({ records }) =>
    records.put('withdrawn', `finding--${NAME}`, { at: 1, by: 'x' }),
  );
  // One appeal was decided, one is open.
  const one = await file(deciding, complaint(acting[0]!.id));
  await assign(deciding, one.id, 'robin', 'desk');
  await note(deciding, one.id, `${NAME} called`, 'robin');
  await rule(deciding, one.id, {
    ...{ outcome: 'overturned', wrong: 'membership', by: 'robin', reason: 'the dean was right' },
    ...{ told: 'Dear dean', allow: { reason: 'a course', until: Date.now() + 86_400_000 } },
  });
  await file(deciding, complaint(byHand.id));
  const kept = await allDecisions(store.records);
  const before = await everything(store);
  for (const word of [NAME, 'dean', 'course'])
    assert.ok(before.includes(word), `positive control: ${word}`);

  const forgotten = await deciding.forget(NAME);
  assert.ok(forgotten.decisions >= 3);
  assert.deepEqual([forgotten.cases >= 2, forgotten.in_policy], [true, 0]);
  const check = async (): Promise<void> => {
    const left = await everything(store);
    assert.equal(left.replaceAll('acct-honest-2', '').includes(NAME), false);
    for (const word of ['dean', 'called', 'partner'])
      assert.equal(left.includes(word), false, word);
    assert.equal(deciding.book.gate.answer({ account: NAME }, Date.now()).action, 'allow');
    assert.equal(
      deciding.book.gate.answer({ account: 'acct-honest-2' }, Date.now()).action,
      'suspend',
    );
    assert.deepEqual(deciding.exclusions(), []);
    assert.deepEqual(deciding.allowances(), []);
  };
  await check();
  // What an audit needs is there: every decision with its rule, its time and its end.
  const now = await allDecisions(store.records);
  assert.deepEqual(
    now.map(({ decision }) => decision.id).sort(),
    kept.map(({ decision }) => decision.id).sort(),
  );
  const tombstones = new Set(
    now
      .map(({ decision }) => decision.subject.value)
      .filter((value) => value.startsWith('forgotten--')),
  );
  assert.equal(tombstones.size, 1, 'that they are about one account can still be seen');
  assert.equal(deciding.desk.casework.need(one.id).outcome?.outcome, 'overturned');
  assert.deepEqual(
    deciding.desk.casework.waiting().filter(({ kind }) => kind === 'appeal'),
    [],
  );
  await deciding.close();
  deciding = await start();
  await check();
  // Who comes back is somebody new.
  await lab.look([findingOf('finding--1', [NAME, ...others])]);
  assert.notEqual(deciding.book.gate.answer({ account: NAME }, Date.now()).action, 'allow');
  await deciding.close();
  await store.close();
});
