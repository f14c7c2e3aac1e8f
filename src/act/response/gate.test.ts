import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { ACTIONS, type Decision, type GateChange, type GateQuestion } from './decision.ts';
import { decisionFor } from './gate/test-help.ts';
import { createGate } from './gate.ts';

const puts = (decisions: readonly Decision[], first = 1): GateChange[] =>
  decisions.map((decision, i) => ({ cursor: first + i, change: 'put', decision }));

const gateWith = (...decisions: Decision[]) => {
  const gate = createGate();
  gate.apply(puts(decisions), 0);
  return gate;
};

test('answers by each kind of subject', () => {
  const cases: [Decision['subject']['kind'], string, GateQuestion][] = [
    ['account', 'a', { account: 'a' }],
    ['organization', 'a', { organization: 'a' }],
    ['end-user', 'a', { end_user: 'a' }],
    ['token', 'a', { token: 'a' }],
    ['client', 'a', { client: 'a' }],
    ['address', '192.0.2.0/24', { address: '::ffff:192.0.2.7' }],
    ['address', '2001:db8::/32', { address: '2001:db8:1::1' }],
  ];
  for (const [kind, value, question] of cases) {
    const decision = decisionFor(kind, value);
    const answer = gateWith(decision).answer(question, 1);
    assert.equal(answer.decision_id, decision.id);
    assert.equal(answer.action, 'suspend');
    assert.deepEqual(answer.subject, decision.subject);
    const others = gateWith(decision).answer({ account: 'b', address: '198.51.100.1' }, 1);
    assert.equal(others.action, 'allow');
    assert.equal(others.reason, 'NONE');
  }
});

test('the strongest action wins over subjects and widths, and an allow-list entry over everything', () => {
  const narrow = decisionFor('address', '192.0.2.1', 'verify');
  const wide = decisionFor('address', '192.0.0.0/16', 'throttle');
  const account = decisionFor('account', 'a', 'restrict');
  const listed = decisionFor('organization', 'o', 'allow');
  const gate = gateWith(narrow, wide, account, listed);
  assert.equal(gate.answer({ address: '192.0.2.1' }, 1).decision_id, wide.id);
  assert.equal(gate.answer({ address: '192.0.2.1', account: 'a' }, 1).decision_id, account.id);
  const answer = gate.answer({ address: '192.0.2.1', account: 'a', organization: 'o' }, 1);
  assert.deepEqual([answer.action, answer.reason], ['allow', 'ALLOW_LISTED']);
});

test('a decision holds from its beginning and strictly before its end, then the weaker one does', () => {
  const gate = gateWith(
    decisionFor('account', 'a', 'suspend', { from: 1_000, until: 3_000 }),
    decisionFor('account', 'a', 'verify', { until: 9_000 }),
  );
  const actionAt = (now: number): string => gate.answer({ account: 'a' }, now).action;
  assert.deepEqual([999, 1_000, 2_999, 3_000, 8_999, 9_000].map(actionAt), [
    'verify',
    'suspend',
    'suspend',
    'verify',
    'verify',
    'allow',
  ]);
  assert.equal(
    gateWith(decisionFor('account', 'a', 'suspend', { until: 3_500 })).answer(
      { account: 'a' },
      1_000,
    ).ttl,
    2,
  );
});

test('a clock that is set back lengthens no decision', () => {
  const gate = gateWith(decisionFor('account', 'a', 'suspend', { until: 10_000 }));
  assert.equal(gate.answer({ account: 'a' }, 6_000).action, 'suspend');
  assert.equal(gate.answer({ account: 'a' }, -50_000).action, 'suspend');
  assert.equal(gate.answer({ account: 'a' }, -46_001).action, 'suspend');
  assert.equal(gate.answer({ account: 'a' }, -46_000).action, 'allow');
});

test('a clock that jumps forward and is put right loses no decision when a steady one is given', () => {
  let steady = 0;
  const gate = createGate({ steady: () => steady });
  gate.apply(puts([decisionFor('account', 'a', 'suspend', { until: 10_000 })]), 0);
  assert.equal(gate.answer({ account: 'a' }, 3_600_000).action, 'allow');
  steady = 1_000;
  assert.equal(gate.answer({ account: 'a' }, 1_000).action, 'suspend');
  steady = 10_000;
  assert.equal(gate.answer({ account: 'a' }, 1_000).action, 'allow');
});

test('shadow decisions are not enforced, lifted ones no longer, and an older cursor is passed over', () => {
  const gate = createGate();
  const live = decisionFor('account', 'a');
  gate.apply(puts([decisionFor('account', 's', 'suspend', { mode: 'shadow' }), live]), 0);
  assert.equal(gate.answer({ account: 's' }, 0).action, 'allow');
  gate.apply([{ cursor: 2, change: 'lift', id: live.id }], 0);
  assert.equal(gate.answer({ account: 'a' }, 0).action, 'suspend');
  gate.apply([{ cursor: 3, change: 'lift', id: live.id }], 0);
  assert.equal(gate.answer({ account: 'a' }, 0).action, 'allow');
  gate.apply(puts([live], 1), 0);
  assert.equal(gate.answer({ account: 'a' }, 0).action, 'allow');
  assert.equal(gate.cursor(), 3);
});

test('staleness is never silent, and fails open or closed by tier', () => {
  const staleness = {
    after: 10,
    fails: 'open',
    tiers: { enterprise: 'open', trial: 'closed' },
    closed_action: 'verify',
  } as const;
  const gate = createGate({ staleness });
  const never = gate.answer({ tier: 'trial' }, 1_700_000_000_000);
  assert.deepEqual([never.action, never.reason, never.stale], ['verify', 'KNOWLEDGE_STALE', true]);
  assert.equal(never.knowledge_age, 1_700_000_000);
  gate.apply(
    puts([decisionFor('account', 'a', 'suspend'), decisionFor('account', 'vip', 'allow')]),
    0,
  );
  assert.equal(gate.answer({ tier: 'trial' }, 10_999).stale, false);
  const open = gate.answer({ tier: 'enterprise' }, 11_000);
  assert.deepEqual(
    [open.action, open.reason, open.stale, open.knowledge_age],
    ['allow', 'KNOWLEDGE_STALE', true, 11],
  );
  assert.equal(gate.answer({}, 11_000).action, 'allow');
  assert.equal(gate.answer({ tier: 'trial' }, 11_000).action, 'verify');
  assert.equal(gate.answer({ tier: 'trial', account: 'vip' }, 11_000).reason, 'ALLOW_LISTED');
  const known = gate.answer({ tier: 'trial', account: 'a' }, 11_000);
  assert.deepEqual([known.action, known.stale], ['suspend', true]);
  gate.heard(11_000);
  assert.equal(gate.answer({ tier: 'trial' }, 11_000).stale, false);
});

test('every allowance has an id of its own', () => {
  const gates = [gateWith(), gateWith()];
  const ids = new Set<string>();
  for (let i = 0; i < 10_000; i++)
    for (const gate of gates) ids.add(gate.answer({}, i).decision_id);
  assert.equal(ids.size, 20_000);
  assert.ok([...ids].every((id) => /^allowance--[0-9a-f]{24}-[0-9a-f]{4,}$/.test(id)));
});

test('whatever it is asked or told, it answers', () => {
  const gate = gateWith(decisionFor('account', 'a'), decisionFor('address', 'no address'));
  assert.equal(gate.unusable(), 1);
  fc.assert(
    fc.property(fc.anything(), fc.double(), (question, now) => {
      assert.ok(ACTIONS.includes(gate.answer(question as GateQuestion, now).action));
    }),
  );
});

test('what has ended is forgotten', () => {
  const gate = createGate();
  gate.apply(
    puts(
      Array.from({ length: 1_000 }, (_, i) =>
        decisionFor('account', `${i}`, 'verify', { until: 500 }),
      ),
    ),
    0,
  );
  assert.equal(gate.size(), 1_000);
  for (let i = 0; i < 10; i++) gate.heard(600);
  assert.equal(gate.size(), 0);
});

// The model: every decision looked at, addresses compared by the runtime's own list.
const subject = fc.oneof(
  fc.record({
    kind: fc.constantFrom('account', 'organization', 'end-user', 'token', 'client'),
    value: fc.constantFrom('a', 'b', 'c'),
  }),
  fc.record({
    kind: fc.constant('address'),
    value: fc.oneof(
      fc
        .tuple(
          fc.constantFrom('10.0.0.0', '10.0.0.128', '10.1.0.0', '10.0.0.7'),
          fc.constantFrom(0, 7, 8, 15, 24, 25, 31, 32),
        )
        .map(([a, p]) => `${a}/${p}`),
      fc
        .tuple(
          fc.constantFrom('2001:db8::', '2001:db8:0:1::', '2001:db8::7'),
          fc.constantFrom(0, 16, 33, 48, 64, 127, 128),
        )
        .map(([a, p]) => `${a}/${p}`),
    ),
  }),
);
const decisionArb = fc.record({
  subject,
  action: fc.constantFrom(...ACTIONS),
  listed: fc.boolean(),
  from: fc.integer({ min: 0, max: 20 }),
  length: fc.integer({ min: 0, max: 60 }),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), decision: decisionArb }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lift' as const), which: fc.nat(200) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), by: fc.nat(8) }) },
);
const questionArb = fc.record(
  {
    account: fc.constantFrom('a', 'b', 'z'),
    organization: fc.constantFrom('a', 'b'),
    end_user: fc.constantFrom('a', 'c'),
    token: fc.constantFrom('a', 'z'),
    client: fc.constantFrom('b', 'c'),
    address: fc.constantFrom(
      '10.0.0.7',
      '10.0.0.200',
      '10.1.2.3',
      '192.0.2.1',
      '2001:db8::7',
      '2001:db8:0:1::9',
      'fe80::1',
      '?',
    ),
  },
  { requiredKeys: [] },
);

const FIELD = {
  account: 'account',
  organization: 'organization',
  'end-user': 'end_user',
  token: 'token',
  client: 'client',
} as const;
const KINDS = [...Object.keys(FIELD), 'address'];

const concerns = ({ subject: { kind, value } }: Decision, question: GateQuestion): boolean => {
  if (kind !== 'address') return question[FIELD[kind]] === value;
  const address = question.address ?? '?';
  if (address === '?') return false;
  const [net = '', prefix] = value.split('/');
  const family = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4');
  const list = new BlockList();
  list.addSubnet(net, Number(prefix), family(net));
  return family(net) === family(address) && list.check(address, family(address));
};
const rank = (d: Decision): number => (d.reason === 'ALLOW_LISTED' ? 9 : ACTIONS.indexOf(d.action));
const kindOrder = (d: Decision): number => KINDS.indexOf(d.subject.kind);
const prefixOf = (d: Decision): number => Number(d.subject.value.split('/')[1] ?? 0);

const naive = (
  decisions: readonly Decision[],
  question: GateQuestion,
  now: number,
): Decision | undefined =>
  decisions
    .filter((d) => d.from <= now && now < d.until && concerns(d, question))
    .sort(
      (a, b) =>
        rank(b) - rank(a) ||
        kindOrder(a) - kindOrder(b) ||
        prefixOf(b) - prefixOf(a) ||
        b.until - a.until ||
        (a.id < b.id ? -1 : 1),
    )[0];

test('answers as one would who looks at every decision', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 150, size: 'max' }),
      fc.array(questionArb, { minLength: 5, maxLength: 20 }),
      (steps, questions) => {
        const gate = createGate();
        gate.heard(0);
        const all: Decision[] = [];
        const lifted = new Set<string>();
        let now = 0;
        let cursor = 0;
        for (const [i, one] of steps.entries()) {
          cursor += 1;
          if (one.kind === 'wait') now += one.by;
          else if (one.kind === 'lift') {
            const id = all[one.which]?.id ?? 'none';
            lifted.add(id);
            gate.apply([{ cursor, change: 'lift', id }], now);
          } else {
            const { decision: d } = one;
            const made = decisionFor(d.subject.kind as 'account', d.subject.value, d.action, {
              reason: d.listed && d.action === 'allow' ? 'ALLOW_LISTED' : 'MANUAL_REVIEW',
              from: now + d.from - 5,
              until: now + d.from - 5 + d.length,
            });
            all.push(made);
            gate.apply([{ cursor, change: 'put', decision: made }], now);
          }
          if (i % 10 !== 9 && i !== steps.length - 1) continue;
          const standing = all.filter((d) => !lifted.has(d.id));
          for (const question of questions) {
            const expected = naive(standing, question, now);
            const answer = gate.answer(question, now);
            assert.equal(answer.action, expected?.action ?? 'allow');
            if (expected === undefined) assert.equal(answer.reason, 'NONE');
            else assert.equal(answer.decision_id, expected.id);
          }
          const live = standing.filter((d) => d.from <= now && now < d.until).map((d) => d.id);
          assert.deepEqual([...gate.decisions(now)].map((d) => d.id).sort(), live.sort());
        }
      },
    ),
    { numRuns: 150 },
  );
});
