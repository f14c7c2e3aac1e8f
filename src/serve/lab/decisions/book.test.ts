import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Outcome, Proposal } from '../../../act/response/decide.ts';
import type { Decision } from '../../../act/response/decision.ts';
import { STALENESS } from '../../../act/response/gate.ts';
import { openStore } from '../../store/open.ts';
import { openBook } from './book.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-book-'));
after(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const folder = (): string => join(root, String(++made));

const HOUR = 3_600_000;
const decision = (account: string, from: number, more: Partial<Decision> = {}): Decision => ({
  id: `decision--${account}-${from}-${more.mode ?? 'live'}`,
  subject: { kind: 'account', value: account },
  action: 'verify',
  reason: 'SHARED_INTELLIGENCE',
  obligations: {},
  mode: 'live',
  from,
  until: from + HOUR,
  owner: 'team',
  rule: 'rule',
  policy: 'p@1',
  rests_on: ['indicator--1'],
  ...more,
});
const outcome = (more: Partial<Outcome>): Outcome => ({
  decisions: [],
  proposals: [],
  shadow: [],
  shadow_proposals: [],
  samples: [],
  failures: [],
  allowed: null,
  ...more,
});

test('what is entered is answered by the gate, follows the feed, and survives a restart', async () => {
  const place = folder();
  const store = await openStore(place);
  const book = await openBook(store, STALENESS, 1000);
  const start = `${book.feed.epoch}:${book.feed.cursor()}`;
  const shadow = decision('b', 1000, { mode: 'shadow' });
  await book.enter([outcome({ decisions: [decision('a', 1000)], shadow: [shadow] })], 1000);
  assert.equal(book.gate.answer({ account: 'a' }, 1001).action, 'verify');
  assert.equal(book.gate.answer({ account: 'b' }, 1001).action, 'allow', 'shadow is not enforced');
  assert.equal([...book.feed.since(start, 1001).changes].length, 1);
  await store.close();

  const again = await openStore(place);
  const opened = await openBook(again, STALENESS, 2000);
  assert.equal(opened.gate.answer({ account: 'a' }, 2001).action, 'verify');
  assert.equal(opened.inForce(2001).length, 2);
  assert.equal(opened.feed.since(start, 2001).kind, 'snapshot', 'a cursor of before is not taken');
  // A third start, when it has ended, knows it no more.
  assert.equal((await openBook(again, STALENESS, 2 * HOUR)).inForce(2 * HOUR).length, 0);
  await again.close();
});

test('the same matter keeps its id until half of its time is over; then one replaces the other', async () => {
  const store = await openStore(folder());
  const book = await openBook(store, STALENESS, 0);
  const first = decision('a', 0);
  await book.enter([outcome({ decisions: [first] })], 0);
  const early = await book.enter([outcome({ decisions: [decision('a', 1000)] })], 1000);
  assert.deepEqual(early.decisions, []);
  assert.equal(book.gate.answer({ account: 'a' }, 1000).decision_id, first.id);
  const late = decision('a', 0.6 * HOUR);
  await book.enter([outcome({ decisions: [late] })], 0.6 * HOUR);
  assert.deepEqual(
    book.inForce(0.6 * HOUR).map(({ id }) => id),
    [late.id],
  );
  assert.equal((await book.get(first.id))?.lifted?.by, 'renewal');
  await store.close();
});

test('what rests on something that was taken back is found and lifted, once', async () => {
  const store = await openStore(folder());
  const book = await openBook(store, STALENESS, 0);
  const other = decision('c', 0, { rests_on: ['campaign--2'] });
  const decisions = [decision('a', 0), decision('b', 0), other];
  await book.enter([outcome({ decisions })], 0);
  const lift = { at: 10, by: 'retraction', because: 'indicator--1' };
  const lifted = await book.lift(book.restingOn('indicator--1'), lift);
  assert.deepEqual(lifted.map(({ subject }) => subject.value).sort(), ['a', 'b']);
  assert.deepEqual(await book.lift([decisions[0]!.id], lift), []);
  assert.equal(book.gate.answer({ account: 'a' }, 11).action, 'allow');
  assert.equal(book.gate.answer({ account: 'c' }, 11).action, 'verify');
  assert.deepEqual((await book.get(decisions[0]!.id))?.lifted, lift);
  await store.close();
});

test('a proposal waits for a person, is made once, and becomes theirs', async () => {
  const store = await openStore(folder());
  const book = await openBook(store, STALENESS, 0);
  const { id: _id, ...asked } = decision('a', 0, { action: 'suspend' });
  const proposal: Proposal = {
    ...asked,
    id: 'proposal--1',
    rule: 'rule',
    policy: 'p@1',
    held_for: ['LARGE_CUSTOMER'],
  };
  await book.enter([outcome({ proposals: [proposal] })], 0);
  const twice = { ...proposal, id: 'proposal--2' };
  assert.deepEqual((await book.enter([outcome({ proposals: [twice] })], 5)).proposals, []);
  assert.equal((await book.waiting()).length, 1);
  assert.equal(book.gate.answer({ account: 'a' }, 6).action, 'allow');

  const decided = await book.settle('proposal--1', 'ana', true, 10);
  assert.equal(decided?.owner, 'ana');
  assert.equal(book.gate.answer({ account: 'a' }, 11).action, 'suspend');
  assert.equal(await book.settle('proposal--1', 'ben', true, 12), undefined, 'settled once');
  assert.deepEqual(await book.waiting(), []);
  await store.close();
});
