import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision } from '../response/decision.ts';
import { decisionFor } from '../response/gate/test-help.ts';
import { APPEAL_WINDOW, type CaseEvent, DUE_IN, type Effect, isOverdue } from './case.ts';
import { parseCaseEvent } from './case-event.ts';
import { createCasework, decideAppeal, fileAppeal, noticeOf, openCase } from './casework.ts';
import { effectsOf, type Surroundings, WRONGS } from './effects.ts';

const NOW = 10_000;
const decisionOn = (
  account: string,
  rests_on: readonly string[],
  given: Partial<Decision> = {},
): Decision =>
  decisionFor('account', account, 'suspend', { rests_on, owner: 'rule owner', ...given });
const around = (decision: Decision, given: Partial<Surroundings> = {}): Surroundings => ({
  decision,
  standing: [decision],
  campaigns: [{ id: 'campaign--1', grounds: [] }],
  shared: [],
  theirs: [],
  lifted: new Set(),
  ...given,
});
const filed = (decision: Decision, id = 'case--1') =>
  fileAppeal(id, decision, { statement: 'We are a school.', by: 'a', decided_by: ['ann'] }, NOW);
const answer = (outcome: 'upheld' | 'overturned', by = 'bob') =>
  ({ outcome, wrong: 'membership', by, reason: 'checked', told: 'We were wrong.' }) as const;

test('an appeal from filing to the answer', () => {
  const decision = decisionOn('a', ['finding--1']);
  const work = createCasework();
  work.append(filed(decision));
  assert.equal(work.need('case--1').due, NOW + DUE_IN.appeal);
  assert.deepEqual(
    work.waiting().map(({ id }) => id),
    ['case--1'],
  );
  const assign = (to: string): CaseEvent => ({
    type: 'assigned',
    case: 'case--1',
    at: NOW,
    by: 'lead',
    to,
  });
  assert.throws(() => work.append(assign('ann')), { code: 'CASE_SAME_PERSON' });
  assert.throws(() => work.append(assign('rule owner')), { code: 'CASE_SAME_PERSON' });
  const decide = (by: string) =>
    decideAppeal(work.need('case--1'), answer('overturned', by), around(decision), NOW + 5);
  assert.throws(() => work.append(decide('bob')), {
    code: 'CASE_STEP_REFUSED',
    message: /assigned to nobody/,
  });
  work.append(assign('bob'));
  assert.throws(() => work.append(decide('ann')), { code: 'CASE_SAME_PERSON' });
  assert.throws(() => work.append(decide('carl')), { code: 'CASE_STEP_REFUSED' });
  assert.equal(work.check(decide('bob')).status, 'decided');
  assert.equal(work.need('case--1').status, 'assigned');
  work.append(decide('bob'));
  assert.ok(work.lifted().has(decision.id));
  assert.throws(() => work.append(assign('dora')), {
    code: 'CASE_STEP_REFUSED',
    message: /is decided/,
  });
  assert.deepEqual(noticeOf(work.need('case--1')), {
    case: 'case--1',
    decision: decision.id,
    status: 'decided',
    due: NOW + DUE_IN.appeal,
    outcome: 'overturned',
    told: 'We were wrong.',
  });
});

test('one appeal for one decision, in time, with something said; who withdrew may come back', () => {
  const decision = decisionOn('a', []);
  const work = createCasework([filed(decision)]);
  assert.throws(() => work.append(filed(decision, 'case--2')), { code: 'APPEAL_REPEATED' });
  work.append({ type: 'withdrawn', case: 'case--1', at: NOW, by: 'a' });
  work.append(filed(decision, 'case--2'));
  assert.equal(work.appealOf(decision.id)?.id, 'case--2');
  const late = decision.until + APPEAL_WINDOW + 1;
  assert.throws(() => fileAppeal('case--3', decision, { statement: 'x', by: 'a' }, late), {
    code: 'APPEAL_TOO_LATE',
  });
  for (const statement of ['', '  ', 'x'.repeat(4_001)])
    assert.throws(() => createCasework([{ ...filed(decision), statement }]), {
      code: 'CASE_EVENT_INVALID',
    });
});

test('cases of other kinds are approved or dismissed, and late ones are seen', () => {
  const work = createCasework([
    openCase('case--1', 'sample', {
      about: 'decision--9',
      subject: { kind: 'account', value: 'a' },
      by: 'sampler',
      at: 0,
    }),
    openCase('case--2', 'proposal', {
      about: 'proposal--9',
      subject: { kind: 'account', value: 'b' },
      by: 'a-rule',
      at: 1,
    }),
  ]);
  assert.deepEqual(
    work.waiting().map(({ id }) => id),
    ['case--2', 'case--1'],
  );
  assert.deepEqual(
    work.overdue(DUE_IN.proposal + 2).map(({ id }) => id),
    ['case--2'],
  );
  work.append({ type: 'assigned', case: 'case--2', at: 2, by: 'lead', to: 'bob' });
  const decided = (outcome: 'upheld' | 'approved'): CaseEvent => ({
    type: 'decided',
    case: 'case--2',
    at: 3,
    by: 'bob',
    outcome,
    reason: 'r',
    told: 't',
    effects: [],
  });
  assert.throws(() => work.append(decided('upheld')), { code: 'CASE_EVENT_INVALID' });
  assert.equal(work.append(decided('approved')).status, 'decided');
  assert.equal(isOverdue(work.need('case--2'), 1e15), false);
  assert.throws(() => work.need('case--3'), { code: 'CASE_UNKNOWN' });
});

const lifted = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((one) => (one.effect === 'lift' ? one.decisions : []));
const named = (effects: readonly Effect[], name: 'retract' | 'dispute'): readonly string[] =>
  effects.flatMap((one) => (one.effect === name ? one.objects : []));

test('a wrong membership frees this customer; wrong grounds free everybody whom they hit', () => {
  const decision = decisionOn('a', ['finding--1', 'indicator--x']);
  const same = decisionOn('a', ['finding--1'], { action: 'verify' });
  const other = decisionOn('b', ['finding--1']);
  const apart = decisionOn('a', ['finding--2'], { action: 'verify' });
  const known = around(decision, {
    standing: [decision, same, other, apart],
    shared: [
      { object: 'indicator--1', ground: 'finding--1', about_subject: true },
      { object: 'indicator--2', ground: 'finding--1', about_subject: false },
      { object: 'indicator--3', ground: 'finding--2', about_subject: true },
    ],
    theirs: ['indicator--x', 'indicator--y'],
  });
  const membership = effectsOf({ outcome: 'overturned', wrong: 'membership' }, known);
  assert.deepEqual(lifted(membership), [decision.id, same.id]);
  assert.deepEqual(named(membership, 'retract'), ['indicator--1']);
  assert.deepEqual(named(membership, 'dispute'), ['indicator--x']);
  assert.ok(
    membership.some(
      (one) => one.effect === 'unlink' && one.account === 'a' && one.campaign === 'campaign--1',
    ),
  );
  const grounds = effectsOf({ outcome: 'overturned', wrong: 'grounds' }, known);
  assert.deepEqual([...lifted(grounds)].sort(), [decision.id, same.id, other.id].sort());
  assert.deepEqual(named(grounds, 'retract'), ['indicator--1', 'indicator--2']);
  assert.deepEqual(effectsOf({ outcome: 'upheld', wrong: 'grounds' }, known), []);
});

test('who is not part of a campaign is free of all that links them to it, here and shared', () => {
  const decision = decisionOn('a', ['indicator--x'], { action: 'verify' });
  const found = decisionOn('a', ['finding--1']);
  const same = decisionOn('a', ['indicator--y'], { action: 'verify' });
  const apart = decisionOn('a', ['indicator--z'], { action: 'verify' });
  const other = decisionOn('b', ['indicator--x'], { action: 'verify' });
  const known = around(decision, {
    standing: [decision, found, same, apart, other],
    campaigns: [
      { id: 'finding--1', grounds: ['finding--1'] },
      { id: 'campaign--theirs', grounds: ['indicator--x', 'indicator--y'] },
    ],
    shared: [
      { object: 'indicator--1', ground: 'finding--1', about_subject: true },
      { object: 'indicator--2', ground: 'finding--1', about_subject: false },
    ],
    theirs: ['indicator--x'],
  });
  const effects = effectsOf({ outcome: 'overturned', wrong: 'membership' }, known);
  assert.deepEqual(lifted(effects), [decision.id, found.id, same.id]);
  assert.deepEqual(named(effects, 'retract'), ['indicator--1']);
  assert.deepEqual(named(effects, 'dispute'), ['indicator--x']);
  assert.deepEqual(
    effects.flatMap((one) => (one.effect === 'unlink' ? one.campaign : [])),
    ['finding--1', 'campaign--theirs'],
  );
});

test('partly: a milder action in its place, and nothing else is touched', () => {
  const decision = decisionOn('a', ['finding--1']);
  const known = around(decision, { standing: [decision, decisionOn('a', ['finding--1'])] });
  const effects = effectsOf(
    {
      outcome: 'partly',
      wrong: 'membership',
      instead: { action: 'throttle', obligations: { requests_per_minute: 5 } },
    },
    known,
  );
  assert.deepEqual(
    effects.map(({ effect }) => effect),
    ['lift', 'instead'],
  );
  assert.deepEqual(lifted(effects), [decision.id]);
  const work = createCasework([
    filed(decision),
    { type: 'assigned', case: 'case--1', at: NOW, by: 'lead', to: 'bob' },
  ]);
  const ruling = (action: 'suspend' | 'verify') =>
    decideAppeal(
      work.need('case--1'),
      {
        outcome: 'partly',
        wrong: 'membership',
        instead: { action, obligations: {} },
        by: 'bob',
        reason: 'r',
        told: 't',
      },
      known,
      NOW,
    );
  assert.throws(() => work.append(ruling('suspend')), {
    code: 'CASE_EVENT_INVALID',
    message: /milder/,
  });
  assert.equal(work.append(ruling('verify')).outcome?.outcome, 'partly');
});

test('the statement of the customer is in no effect', () => {
  const decision = decisionOn('a', ['finding--1']);
  const work = createCasework([
    { ...filed(decision), statement: 'SECRET-WORDS' },
    { type: 'assigned', case: 'case--1', at: NOW, by: 'l', to: 'bob' },
  ]);
  const event = decideAppeal(
    work.need('case--1'),
    { ...answer('overturned'), allow: { reason: 'appeal', until: NOW + 9 } },
    around(decision),
    NOW,
  );
  work.append(event);
  assert.doesNotMatch(JSON.stringify([event, noticeOf(work.need('case--1'))]), /SECRET/);
});

const code = (error: unknown): string =>
  (error as { readonly code?: string }).code ?? String(error);

test('random work: what is derived is consistent, what is refused changes nothing, nothing is lifted twice', () => {
  const people = ['ann', 'bob', 'carl', 'rule owner'];
  const step = fc.record({
    does: fc.constantFrom(
      'file',
      'file',
      'open',
      'assign',
      'assign',
      'assign',
      'note',
      'decide',
      'decide',
      'decide',
      'decide',
      'withdraw',
      'forge',
    ),
    which: fc.nat(3),
    decision: fc.nat(7),
    by: fc.constantFrom(...people),
    to: fc.constantFrom(...people),
    outcome: fc.constantFrom('upheld', 'overturned', 'partly'),
    wrong: fc.constantFrom(...WRONGS),
    wait: fc.nat(1_000),
  });
  const CODES = new Set([
    'CASE_UNKNOWN',
    'CASE_EVENT_INVALID',
    'CASE_STEP_REFUSED',
    'CASE_SAME_PERSON',
    'APPEAL_REPEATED',
    'APPEAL_TOO_LATE',
  ]);
  let overturned = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), (steps) => {
      const decisions = Array.from({ length: 8 }, (_, i) =>
        decisionOn(`a${i % 4}`, [`finding--${i % 3}`]),
      );
      const work = createCasework();
      const stored: CaseEvent[] = [];
      let now = NOW;
      for (const one of steps) {
        now += one.wait;
        const id = `case--${one.which}`;
        const decision = decisions[one.decision]!;
        const standing = decisions.filter((d) => !work.lifted().has(d.id));
        const before = JSON.stringify([[...work.all()], [...work.lifted()]]);
        const attempt = (): CaseEvent => {
          const basic = { case: id, at: now, by: one.by };
          switch (one.does) {
            case 'file':
              return fileAppeal(id, decision, { statement: 's', by: 'a' }, now);
            case 'open':
              return openCase(id, 'sample', {
                about: decision.id,
                subject: decision.subject,
                by: 's',
                at: now,
              });
            case 'assign':
              return { ...basic, type: 'assigned', to: one.to };
            case 'note':
              return { ...basic, type: 'noted', text: 'n' };
            case 'withdraw':
              return { ...basic, type: 'withdrawn' };
            case 'forge':
              return {
                ...basic,
                type: 'decided',
                outcome: 'overturned',
                reason: 'r',
                told: 't',
                effects: [{ effect: 'lift', decisions: [decision.id, decision.id] }],
              };
            default: {
              const about = decisions.find((d) => d.id === work.get(id)?.about) ?? decision;
              return decideAppeal(
                work.need(id),
                {
                  outcome: one.outcome,
                  wrong: one.wrong,
                  by: (one.wait % 4 > 0 ? work.get(id)?.assignee : null) ?? one.by,
                  reason: 'r',
                  told: 't',
                  ...(one.outcome === 'partly'
                    ? { instead: { action: 'verify', obligations: {} } }
                    : {}),
                },
                around(about, { standing, lifted: work.lifted() }),
                now,
              );
            }
          }
        };
        try {
          const event = parseCaseEvent(JSON.parse(JSON.stringify(attempt())));
          work.append(event);
          stored.push(event);
          if (event.type !== 'decided' || event.outcome !== 'overturned') continue;
          overturned += 1;
          const appealed = decisions.find((d) => d.id === work.need(id).about)!;
          for (const other of standing) {
            const rested = other.rests_on.some((ground) => appealed.rests_on.includes(ground));
            const same = other.subject.value === appealed.subject.value;
            if (other.id === appealed.id || (rested && (same || one.wrong === 'grounds')))
              assert.ok(work.lifted().has(other.id));
            else assert.ok(!work.lifted().has(other.id));
          }
        } catch (error) {
          assert.ok(CODES.has(code(error)), String(error));
          assert.equal(JSON.stringify([[...work.all()], [...work.lifted()]]), before);
        }
      }
      const all = stored.flatMap((event) =>
        event.type === 'decided' ? lifted(event.effects) : [],
      );
      assert.equal(new Set(all).size, all.length);
      for (const one of work.all()) {
        assert.equal(one.outcome !== null, one.status === 'decided');
        assert.ok(one.assignee === null || !one.decided_by.includes(one.assignee));
        assert.equal(one.outcome?.by ?? one.assignee, one.assignee);
      }
      const again = createCasework(stored);
      assert.deepEqual([...again.all()], [...work.all()]);
      assert.deepEqual(again.waiting(), work.waiting());
    }),
    { numRuns: 300 },
  );
  assert.ok(overturned > 15, `only ${overturned} appeals were overturned`);
});

test('what is no event of a case is refused when it is read', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      assert.throws(() => parseCaseEvent(value), { code: 'CASE_EVENT_INVALID' });
    }),
  );
  assert.throws(() => parseCaseEvent({ ...filed(decisionOn('a', [])), at: 'now' }), /at: expected/);
});
