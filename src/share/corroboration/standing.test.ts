import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY, RULE } from './rule.ts';
import {
  type Ceiling,
  CEILINGS,
  isPast,
  SAYINGS,
  type Saying,
  type Standing,
  standingOf,
  type Statement,
  type Subject,
} from './standing.ts';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const subject = (more: Partial<Subject> = {}): Subject => ({
  kind: 'query-signature',
  permitted: 'suspend',
  contributor: { tag: 'm0', at: NOW - DAY, weighs: true },
  validUntil: NOW + 30 * DAY,
  retracted: false,
  ...more,
});
const say = (tag: string, says: Saying, at = NOW - DAY, weighs = true): Statement => ({
  tag,
  says,
  at,
  weighs,
});
const brief = ({ status, ceiling, confirmers, disputers }: Standing) => [
  status,
  ceiling,
  confirmers,
  disputers,
];
const at = (statements: readonly Statement[], given = subject(), now = NOW) =>
  brief(standingOf(given, statements, now));

const three = [say('m1', 'seen'), say('m2', 'agree'), say('m3', 'seen')];

test('one member alone gets no further than watch, whatever it adds', () => {
  const wanted = ['single-source', 'watch', 0, 0];
  assert.deepEqual(at([]), wanted);
  assert.deepEqual(at([say('m0', 'seen'), say('m0', 'agree'), say('m0', 'seen', NOW)]), wanted);
});

test('one who confirms permits verify, the quorum permits what the contributor permits', () => {
  assert.deepEqual(at([say('m1', 'seen')]), ['corroborated', 'verify', 1, 0]);
  assert.deepEqual(at([say('m1', 'seen'), say('m2', 'agree')]), ['corroborated', 'verify', 2, 0]);
  assert.deepEqual(at(three), ['corroborated', 'suspend', 3, 0]);
  assert.deepEqual(at(three, subject({ permitted: 'throttle' })), [
    'corroborated',
    'throttle',
    3,
    0,
  ]);
});

test('a dispute takes away one confirmation, and one for every two in support disputes the whole', () => {
  assert.deepEqual(at([...three, say('m4', 'dispute')]), ['corroborated', 'verify', 3, 1]);
  assert.deepEqual(at([...three, say('m4', 'dispute'), say('m5', 'dispute')]), [
    'disputed',
    'watch',
    3,
    2,
  ]);
  assert.deepEqual(at([say('m1', 'dispute')]), ['disputed', 'watch', 0, 1]);
  // The contributor's own doubt counts.
  assert.deepEqual(at([say('m0', 'dispute')]), ['disputed', 'watch', 0, 1]);
});

test('a dispute stands against sightings that software sends, until its member takes it back', () => {
  const disputed = [say('m1', 'dispute', NOW - 5 * DAY), say('m1', 'seen', NOW)];
  assert.deepEqual(at(disputed), ['disputed', 'watch', 0, 1]);
  assert.deepEqual(at([...disputed, say('m1', 'neutral', NOW)]), ['corroborated', 'verify', 1, 0]);
  const silent = [...disputed, say('m1', 'unseen', NOW), say('m1', 'neutral', NOW)];
  assert.deepEqual(at(silent), ['single-source', 'watch', 0, 0]);
});

test('whose word does not weigh, and what is not said yet, is as if it were not there', () => {
  const others = [say('m1', 'seen', NOW - DAY, false), say('m2', 'dispute', NOW + 1)];
  assert.deepEqual(at(others), ['single-source', 'watch', 0, 0]);
  const contributor = { tag: 'm0', at: NOW - DAY, weighs: false };
  const young = standingOf(subject({ contributor }), [], NOW);
  assert.deepEqual([...brief(young), young.score], ['single-source', 'watch', 0, 0, 0]);
});

test('retracted and expired permit nothing', () => {
  assert.deepEqual(at(three, subject({ retracted: true })), ['retracted', 'none', 3, 0]);
  assert.deepEqual(at(three, subject({ validUntil: NOW })), ['expired', 'none', 3, 0]);
  // Nobody has supported it for two half-lives.
  const later = NOW + 2 * RULE.halfLife['query-signature'];
  assert.deepEqual(at([], subject({ validUntil: later + DAY }), later), ['expired', 'none', 0, 0]);
});

test('support halves with every half-life and ends after two', () => {
  const halfLife = RULE.halfLife['query-signature'];
  const given = subject({
    contributor: { tag: 'm0', at: NOW, weighs: true },
    validUntil: NOW + 99 * halfLife,
  });
  const said = [say('m1', 'seen', NOW), say('m2', 'seen', NOW + halfLife)];
  assert.equal(standingOf(given, said, NOW).score, 2);
  assert.equal(standingOf(given, said, NOW + halfLife).score, 2);
  assert.equal(standingOf(given, said, NOW + 2 * halfLife - 1).score, 1);
  const after = standingOf(given, said, NOW + 2 * halfLife);
  assert.deepEqual(brief(after), ['corroborated', 'verify', 1, 0]);
  assert.equal(after.changes, NOW + 3 * halfLife);
});

const tag = fc.integer({ min: 0, max: 6 }).map((i) => `m${i}`);
const statement = (says: readonly Saying[] = SAYINGS) =>
  fc.record({
    tag,
    says: fc.constantFrom(...says),
    at: fc.integer({ min: NOW - 60 * DAY, max: NOW + DAY }),
    weighs: fc.boolean(),
  });
const anySubject = fc.record({
  kind: fc.constantFrom(
    'attack-fingerprint' as const,
    'query-signature' as const,
    'actor-identifier' as const,
  ),
  permitted: fc.constantFrom(
    'watch' as const,
    'verify' as const,
    'restrict' as const,
    'suspend' as const,
  ),
  contributor: fc.record({
    tag,
    at: fc.integer({ min: NOW - 60 * DAY, max: NOW }),
    weighs: fc.boolean(),
  }),
  validUntil: fc.integer({ min: NOW - DAY, max: NOW + 90 * DAY }),
  retracted: fc.boolean(),
});
const many = { numRuns: 3000 };

const MEMBERS = ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6'];

/**
 * The attack: a coalition sends whatever it likes, as often as it likes, dated as it likes; the contributor
 * may be one of it, or honest; all others say anything but support. Gives the strongest ceiling reached.
 */
const attack = (
  judge: typeof standingOf,
  size: number,
  runs: number,
): { readonly reached: Ceiling; readonly tried: number } => {
  let reached: Ceiling = 'none';
  let tried = 0;
  fc.assert(
    fc.property(
      anySubject,
      fc.shuffledSubarray(MEMBERS, { minLength: size, maxLength: size }),
      fc.array(statement(), { minLength: 20, maxLength: 60 }),
      fc.array(statement(['unseen', 'neutral', 'dispute']), { maxLength: 4 }),
      (given, coalition, own, others) => {
        const sent = own.filter((one) => coalition.includes(one.tag));
        const honest = others.filter((one) => !coalition.includes(one.tag));
        const { ceiling } = judge(given, [...sent, ...honest], NOW);
        if (isPast(ceiling, reached)) reached = ceiling;
        tried += 1;
      },
    ),
    { numRuns: runs, seed: 7 },
  );
  return { reached, tried };
};

test('the bound: no coalition smaller than the quorum lifts an indicator past verify', () => {
  for (let size = 0; size < RULE.quorum; size += 1) {
    const { reached, tried } = attack(standingOf, size, 4000);
    assert.equal(tried, 4000);
    assert.equal(reached, size === 0 ? 'watch' : 'verify', `coalition of ${size}`);
  }
});

test('positive control: a coalition of the quorum does', () => {
  assert.equal(attack(standingOf, RULE.quorum, 4000).reached, 'suspend');
});

test('null control: the same attack refutes a function that counts statements instead of members', () => {
  const counting: typeof standingOf = (given, statements, now, rule) => {
    const relabelled = statements.map((one, i) => ({ ...one, tag: `${one.tag}-${i}` }));
    return standingOf(given, relabelled, now, rule);
  };
  assert.equal(attack(counting, 2, 1000).reached, 'suspend');
});

test('past verify there are always a quorum of distinct members whose word weighs, and their support', () => {
  let past = 0;
  fc.assert(
    fc.property(anySubject, fc.array(statement(), { maxLength: 40 }), (given, said) => {
      const { ceiling } = standingOf(given, said, NOW);
      if (!isPast(ceiling, 'verify')) return;
      past += 1;
      const support = said.filter(
        (one) => one.weighs && (one.says === 'seen' || one.says === 'agree'),
      );
      const members = new Set(support.map((one) => one.tag));
      members.delete(given.contributor.tag);
      assert.ok(members.size >= RULE.quorum);
    }),
    { numRuns: 6000, seed: 11 },
  );
  assert.ok(past > 20, `only ${past} cases reached it`);
});

test('neither order nor repetition matters, and the same is always computed', () => {
  fc.assert(
    fc.property(
      anySubject,
      fc
        .array(statement(), { maxLength: 30 })
        .chain((said) =>
          fc.tuple(
            fc.constant(said),
            fc.shuffledSubarray([...said, ...said], { minLength: said.length * 2 }),
          ),
        ),
      (given, [said, shuffled]) => {
        assert.deepEqual(standingOf(given, shuffled, NOW), standingOf(given, said, NOW));
      },
    ),
    many,
  );
});

test('monotone: support never lowers the ceiling, a dispute never raises it', () => {
  fc.assert(
    fc.property(
      anySubject,
      fc.array(statement(), { maxLength: 30 }),
      statement(['seen', 'agree']),
      statement(['dispute']),
      (given, said, support, dispute) => {
        const before = standingOf(given, said, NOW);
        const more = standingOf(given, [...said, support], NOW);
        const less = standingOf(given, [...said, dispute], NOW);
        assert.ok(!isPast(before.ceiling, more.ceiling), 'support lowered it');
        assert.ok(!isPast(less.ceiling, before.ceiling), 'a dispute raised it');
        assert.ok(more.score >= before.score && less.score <= before.score);
      },
    ),
    many,
  );
});

test('time alone never raises it, and changes when it was said to change', () => {
  fc.assert(
    fc.property(anySubject, fc.array(statement(), { maxLength: 30 }), (given, said) => {
      let now = NOW + DAY;
      let before = standingOf(given, said, now);
      for (let steps = 0; before.changes !== null; steps += 1) {
        assert.ok(steps < 20 && before.changes > now);
        const still = standingOf(given, said, before.changes - 1);
        assert.deepEqual([still.status, still.ceiling], [before.status, before.ceiling]);
        now = before.changes;
        const after = standingOf(given, said, now);
        assert.ok(!isPast(after.ceiling, before.ceiling));
        assert.ok(after.score <= before.score);
        before = after;
      }
    }),
    many,
  );
});

test('ceilings are ordered from nothing to everything', () => {
  assert.deepEqual(CEILINGS, ['none', 'watch', 'verify', 'throttle', 'restrict', 'suspend']);
});
