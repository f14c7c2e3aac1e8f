import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPublished, publishStanding } from './published.ts';
import { DAY, RULE } from './rule.ts';
import { standingOf, type Subject } from './standing.ts';

const now = Date.parse('2026-11-21T00:00:00Z');
const subject: Subject = {
  kind: 'query-signature',
  permitted: 'suspend',
  contributor: { tag: 'a', at: now - DAY, weighs: true },
  validUntil: now + 30 * DAY,
  retracted: false,
};
const statements = ['b', 'c', 'd'].map((tag) => ({
  tag,
  says: 'seen' as const,
  at: now - DAY,
  weighs: true,
  ref: 'sighting--x',
}));
const standing = standingOf(subject, statements, now);
const view = JSON.parse(
  JSON.stringify(
    publishStanding({ object: 'indicator--x', now, rule: RULE, subject, statements, standing }),
  ),
);

test('what was computed from the statements holds, also with fields that we do not know', () => {
  assert.deepEqual(checkPublished({ ...view, mine: 'b' }), { holds: true, standing });
});

test('a standing that the statements do not give is found out, and what they do give is said', () => {
  for (const changed of [
    { ...view, standing: { ...view.standing, score: view.standing.score + 0.001 } },
    { ...view, statements: view.statements.slice(1) },
    { ...view, statements: view.statements.map((one: object) => ({ ...one, tag: 'b' })) },
    { ...view, now: view.now + 80 * DAY },
  ]) {
    const checked = checkPublished(changed);
    assert.equal(checked.holds, false);
    assert.ok('computed' in checked);
  }
});

test('what is no published standing is refused, and so is a rule without a bound', () => {
  for (const wrong of [null, [], {}, { ...view, rule: { ...view.rule, quorum: 1 } }])
    assert.equal(checkPublished(wrong).holds, false);
});
