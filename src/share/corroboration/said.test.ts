import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saidBy } from './said.ts';

const A = 'indicator--6a2f0c5e-8d0b-4f5e-9f0e-0d7a7e1f3a01';
const B = 'indicator--6a2f0c5e-8d0b-4f5e-9f0e-0d7a7e1f3a02';
const sighting = { type: 'sighting', sighting_of_ref: A };
const opinion = { type: 'opinion', opinion: 'disagree', object_refs: [A, B, A, 'campaign--x', 7] };

test('sightings', () => {
  const says = (more: object) => saidBy({ ...sighting, ...more }).map((one) => one.says);
  assert.deepEqual(says({}), ['seen']);
  assert.deepEqual(says({ count: 20 }), ['seen']);
  assert.deepEqual(says({ count: 0 }), ['unseen']);
  assert.deepEqual(says({ revoked: true }), ['unseen']);
  assert.deepEqual(says({ sighting_of_ref: 'campaign--x' }), []);
  assert.deepEqual(says({ sighting_of_ref: { a: 1 } }), []);
});

test('opinions, of each indicator once', () => {
  assert.deepEqual(
    saidBy(opinion).map(({ about, says }) => [about, says]),
    [
      [A, 'dispute'],
      [B, 'dispute'],
    ],
  );
  for (const [given, says] of [
    ['strongly-agree', 'agree'],
    ['neutral', 'neutral'],
    ['strongly-disagree', 'dispute'],
  ])
    assert.equal(saidBy({ ...opinion, opinion: given })[0]?.says, says);
  assert.equal(saidBy({ ...opinion, revoked: true })[0]?.says, 'neutral');
  for (const wrong of ['__proto__', 'constructor', undefined, 7])
    assert.deepEqual(saidBy({ ...opinion, opinion: wrong }), []);
});

test('false hits are disputes with a reason that says so', () => {
  assert.equal(saidBy({ ...opinion, explanation: 'matched-known-good' })[0]?.falseHit, true);
  assert.equal(saidBy({ ...opinion, explanation: 'too-broad' })[0]?.falseHit, false);
  assert.equal(
    saidBy({ ...opinion, opinion: 'agree', explanation: 'appeal-upheld' })[0]?.falseHit,
    false,
  );
});

test('anything else says nothing', () => {
  for (const object of [{}, { type: 'indicator', id: A }, { type: 'note', object_refs: [A] }])
    assert.deepEqual(saidBy(object), []);
});
