import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { below, createRandom, type Random } from '../../../base/random.ts';
import { type CampaignHits, confirm, spent } from './confirm.ts';
import { overlapTail } from './overlap.ts';

const names = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `a${from + i}`);
const hits = (more: Partial<CampaignHits>): CampaignHits => ({
  accounts: 1000,
  byActor: new Set(),
  bySignature: new Set(),
  found: new Set(),
  knownGood: new Set(),
  ...more,
});
const draw = (r: Random, count: number, of: number): Set<string> => {
  const made = new Set<string>();
  while (made.size < count) made.add(`a${below(r, of)}`);
  return made;
};

test('the tail is that of counting all pairs of sets', () => {
  // Of 6 accounts, 3 and 2: both of the 2 among the 3 in 3 of 15 ways; at least one in 12 of 15.
  assert.ok(Math.abs(overlapTail(2, 3, 2, 6) - 3 / 15) < 1e-12);
  assert.ok(Math.abs(overlapTail(1, 3, 2, 6) - 12 / 15) < 1e-12);
  assert.equal(overlapTail(0, 3, 2, 6), 1);
  assert.equal(overlapTail(3, 3, 2, 6), 0);
  // More than fit beside each other must meet.
  assert.equal(overlapTail(2, 5, 5, 8), 1);
});

test('the tail falls with the overlap and stays a probability', () => {
  fc.assert(
    fc.property(fc.nat(400), fc.nat(400), fc.integer({ min: 400, max: 100_000 }), (a, b, of) => {
      let before = 1;
      for (let both = 0; both <= Math.min(a, b); both += 7) {
        const p = overlapTail(both, a, b, of);
        assert.ok(p >= 0 && p <= 1 && p <= before + 1e-9);
        before = p;
      }
    }),
    { numRuns: 50 },
  );
});

test('the same accounts on both axes confirm, and are named', () => {
  const both = names(0, 12);
  const answer = confirm(
    hits({
      byActor: new Set([...both, 'a500']),
      bySignature: new Set([...both, ...names(600, 20)]),
    }),
    { level: 0.01, look: 1 },
  );
  assert.equal(answer.outcome, 'confirmed');
  assert.deepEqual(answer.outcome === 'confirmed' && answer.accounts, [...both].sort());
});

test('one axis alone never confirms, however much it hits', () => {
  for (const axis of ['byActor', 'bySignature'] as const)
    assert.equal(
      confirm(hits({ [axis]: new Set(names(0, 300)) }), { level: 0.01, look: 1 }).outcome,
      'seen',
    );
});

test('two accounts are too few, and what hits nothing is unseen', () => {
  const two = new Set(names(0, 2));
  const options = { level: 0.01, look: 1 };
  assert.equal(confirm(hits({ byActor: two, bySignature: two }), options).outcome, 'seen');
  assert.equal(confirm(hits({}), options).outcome, 'unseen');
});

test('a finding of one’s own confirms when most of what is hit is in it', () => {
  const bySignature = new Set(names(0, 10));
  const options = { level: 0.01, look: 3 };
  const mine = confirm(hits({ bySignature, found: new Set(names(2, 30)) }), options);
  assert.equal(mine.outcome === 'confirmed' && mine.by, 'own-finding');
  const other = confirm(hits({ bySignature, found: new Set(names(7, 30)) }), options);
  assert.equal(other.outcome, 'seen');
});

test('who hits accounts that are vouched for is refuted, whatever else it hits', () => {
  const both = new Set(names(0, 20));
  const answer = confirm(
    hits({ byActor: both, bySignature: both, knownGood: new Set(names(0, 2)) }),
    {
      level: 0.01,
      look: 1,
    },
  );
  assert.equal(answer.outcome, 'refuted');
});

test('null: unrelated hits are called one in no more looks than the level allows', () => {
  const r = createRandom(7);
  const campaigns = 1500;
  let wrong = 0;
  for (let i = 0; i < campaigns; i++) {
    const byActor = new Set<string>();
    const bySignature = new Set<string>();
    let confirmed = false;
    // Hits come in over twenty looks; the campaign counts once.
    for (let look = 1; look <= 20; look++) {
      for (const id of draw(r, 3, 400)) byActor.add(id);
      for (const id of draw(r, 4, 400)) bySignature.add(id);
      const answer = confirm(hits({ accounts: 400, byActor, bySignature }), { level: 0.1, look });
      confirmed ||= answer.outcome === 'confirmed';
    }
    if (confirmed) wrong++;
  }
  // 150 are allowed; three standard errors above is 185.
  assert.ok(wrong <= 185, `${wrong} of ${campaigns}`);
});

test('the level is never spent twice', () => {
  let sum = 0;
  for (let look = 1; look <= 100_000; look++) sum += spent(0.01, look);
  assert.ok(sum <= 0.01 && sum > 0.00999);
});
