import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STATUSES } from '../../share/corroboration/standing.ts';
import { PERMITTED_ACTIONS } from '../../share/indicator/profile/words.ts';
import { VERDICTS } from '../../detect/report/report.ts';
import { allowDecisions } from './allow-list.ts';
import { ACTIONS } from './decision.ts';
import { decide, type Proposal } from './decide.ts';
import { createGate } from './gate.ts';
import { ACTING } from './policy/policy.ts';
import {
  accountFacts,
  facts,
  findingFacts,
  indicatorFacts,
  NOW,
  policyOf,
  ruleLine,
} from './policy/test-help.ts';

const held = (proposals: readonly Proposal[]): string[] =>
  proposals.map(({ held_for }) => held_for.join(' '));

test('strong action needs both axes, whatever the policy says', () => {
  const policy = policyOf([ruleLine('true', 'suspend')]);
  assert.deepEqual(held(decide(facts(), policy, NOW).proposals), ['TWO_AXES']);
  for (const finding of [
    findingFacts({ verdict: 'account-network' }),
    findingFacts({ verdict: 'review' }),
    findingFacts({ intent: { score: 0.9, p_value: 0.02 } }),
    findingFacts({ network: { score: 0.9, p_value: 0.02 } }),
  ])
    assert.deepEqual(held(decide(facts({ finding }), policy, NOW).proposals), ['TWO_AXES']);
  const sure = decide(facts({ finding: findingFacts() }), policy, NOW);
  assert.equal(sure.decisions[0]?.action, 'suspend');
  assert.deepEqual(sure.decisions[0]?.rests_on, ['finding--1']);
});

test('a single source leads to review at most, until this lab has seen it too', () => {
  const policy = policyOf([ruleLine('indicator.standing != "none"')]);
  const outcome = (given: Parameters<typeof indicatorFacts>[0]) =>
    decide(facts({ indicators: [indicatorFacts(given)] }), policy, NOW);
  assert.deepEqual(held(outcome({ standing: 'single-source' }).proposals), ['SINGLE_SOURCE']);
  assert.equal(outcome({ standing: 'single-source', confirmed_here: true }).decisions.length, 1);
  assert.deepEqual(held(outcome({ standing: 'disputed' }).proposals), ['DISPUTED']);
  assert.deepEqual(held(outcome({ permitted_action: 'watch' }).proposals), ['NOT_PERMITTED']);
  for (const gone of [
    outcome({ standing: 'retracted' }),
    outcome({ standing: 'expired' }),
    outcome({ until: NOW }),
  ])
    assert.deepEqual([gone.decisions, gone.proposals], [[], []]);
  const [decision] = outcome({ until: NOW + 5_000 }).decisions;
  assert.deepEqual([decision?.until, decision?.rests_on], [NOW + 5_000, ['indicator--1']]);
});

test('what holds without the indicator neither rests on it nor is bound by it', () => {
  const policy = policyOf([
    ruleLine('finding.verdict == "distillation" || indicator.standing == "single-source"'),
  ]);
  const indicators = [indicatorFacts({ standing: 'single-source' })];
  const own = decide(facts({ finding: findingFacts(), indicators }), policy, NOW);
  assert.deepEqual(
    own.decisions.map(({ rests_on }) => rests_on),
    [['finding--1']],
  );
  assert.deepEqual(held(decide(facts({ indicators }), policy, NOW).proposals), ['SINGLE_SOURCE']);
});

test('each indicator carries a decision of its own, so that one can be taken back alone', () => {
  const policy = policyOf([ruleLine('indicator.standing == "corroborated"')]);
  const indicators = [
    indicatorFacts({ id: 'indicator--1' }),
    indicatorFacts({ id: 'indicator--2' }),
  ];
  const { decisions } = decide(facts({ indicators }), policy, NOW);
  assert.deepEqual(
    decisions.map(({ rests_on }) => rests_on),
    [['indicator--1'], ['indicator--2']],
  );
  assert.equal(new Set(decisions.map(({ id }) => id)).size, 2);
});

test('larger customers and attested ones are decided by a person', () => {
  const policy = policyOf(
    [ruleLine('true')],
    'large_customer: {tiers: [enterprise], exchanges: 1000}',
  );
  const heldOf = (given: Parameters<typeof accountFacts>[0]) =>
    held(decide(facts({ account: accountFacts(given) }), policy, NOW).proposals);
  assert.deepEqual(heldOf({}), []);
  assert.deepEqual(heldOf({ tier: 'enterprise' }), ['LARGE_CUSTOMER']);
  assert.deepEqual(heldOf({ exchanges: 1_000 }), ['LARGE_CUSTOMER']);
  assert.deepEqual(heldOf({ organization_exchanges: 1_000 }), ['LARGE_CUSTOMER']);
  assert.deepEqual(heldOf({ attestation: 'research' }), ['ATTESTED']);
  assert.deepEqual(heldOf({ known_good: true }), ['ATTESTED']);
});

test('allow-lists win everywhere until they expire, in the engine and at the gate', () => {
  const until = new Date(NOW + 1_000).toISOString();
  const entry = (kind: string, value: string) =>
    policyOf(
      [ruleLine('true')],
      `allow: [{subject: {kind: ${kind}, value: '${value}'}, reason: partner, until: '${until}'}]`,
    );
  const account = accountFacts({ organization: 'org' });
  for (const policy of [entry('account', 'acct'), entry('organization', 'org')]) {
    const outcome = decide(facts({ account }), policy, NOW);
    assert.deepEqual(
      [outcome.decisions, outcome.proposals, outcome.allowed?.reason],
      [[], [], 'partner'],
    );
    assert.equal(decide(facts({ account }), policy, NOW + 1_000).decisions.length, 1);
  }
  const inside = facts({ subject: { kind: 'address', value: '192.0.2.7' } });
  assert.equal(decide(inside, entry('address', '192.0.2.0/24'), NOW).decisions.length, 0);
  assert.equal(decide(inside, entry('address', '198.51.100.0/24'), NOW).decisions.length, 1);

  const gate = createGate();
  const [decision] = allowDecisions(entry('account', 'acct'), NOW);
  gate.apply([{ cursor: 1, change: 'put', decision: decision! }], NOW);
  assert.equal(gate.answer({ account: 'acct' }, NOW).reason, 'ALLOW_LISTED');
  assert.equal(gate.answer({ account: 'acct' }, NOW + 1_000).reason, 'NONE');
});

test('a rule that fails does not fire, and is counted', () => {
  const policy = policyOf([
    ruleLine('account.tier == "free"'),
    ruleLine('true', 'verify', 'live', 'b'),
  ]);
  const outcome = decide(facts({ indicators: [indicatorFacts()] }), policy, NOW);
  assert.deepEqual(
    outcome.decisions.map(({ rule }) => rule),
    ['b'],
  );
  assert.deepEqual(outcome.failures, [
    { code: 'POLICY_CONDITION_FAILED', rule: 'a-rule', why: 'No such key: tier' },
  ]);
});

test('shadow and rollout cover shared intelligence and proposals', () => {
  const policy = policyOf([
    ruleLine('indicator.standing == "corroborated"', 'verify', 'shadow', 'a'),
    ruleLine('indicator.standing == "corroborated"', 'suspend', 'shadow', 'b'),
    ruleLine('true', 'verify', '{rollout: 30%}', 'c'),
  ]);
  const live = Array.from({ length: 2_000 }, (_, i) =>
    decide(
      facts({ account: accountFacts({ id: `a${i}` }), indicators: [indicatorFacts()] }),
      policy,
      NOW,
    ),
  );
  assert.ok(live.every((one) => one.shadow_proposals.length === 1 && one.proposals.length === 0));
  const reached = live.filter(
    (one) => one.decisions.length === 1 && one.shadow.length === 1,
  ).length;
  assert.ok(Math.abs(reached - 600) < 90, `${reached} of 2000`);
});

test('a sample of the automatic actions goes to a person', () => {
  const sampled = { ...policyOf([ruleLine('true')]), sample_to_review: 20 };
  const all = Array.from(
    { length: 1_000 },
    (_, i) =>
      decide(facts({ account: accountFacts({ id: `a${i}` }) }), sampled, NOW).samples.length,
  );
  const count = all.reduce((a, b) => a + b);
  assert.ok(Math.abs(count - 200) < 60, `${count} of 1000`);
});

test('whatever the rules: no automatic strong action without both axes, none past a permission, none for ever', () => {
  const verdict = fc.constantFrom(...VERDICTS);
  const p = fc.constantFrom(1e-9, 0.005, 0.01, 0.02, 1);
  const account = fc.record({
    tier: fc.constantFrom(null, 'enterprise', 'free'),
    exchanges: fc.constantFrom(1, 2_000_000),
    attestation: fc.constantFrom(null, 'yes'),
  });
  const indicator = fc.record({
    standing: fc.constantFrom(...STATUSES),
    permitted_action: fc.constantFrom(...PERMITTED_ACTIONS),
    confirmed_here: fc.boolean(),
  });
  const rule = fc.record({
    action: fc.constantFrom(...ACTING),
    when: fc.constantFrom(
      'true',
      'indicator.standing != "none"',
      'finding.verdict != "clear"',
      'finding.verdict == "clear" || indicator.confirmed_here',
    ),
  });
  fc.assert(
    fc.property(
      fc.option(fc.tuple(verdict, p, p)),
      account,
      fc.array(indicator, { maxLength: 3 }),
      fc.array(rule, { maxLength: 4 }),
      (found, known, shared, rules) => {
        const finding =
          found === null
            ? null
            : findingFacts({
                verdict: found[0],
                network: { score: 1, p_value: found[1] },
                intent: { score: 1, p_value: found[2] },
              });
        const indicators = shared.map((one, i) =>
          indicatorFacts({ ...one, id: `indicator--${i}` }),
        );
        const policy = policyOf(
          rules.map((one, i) => ruleLine(one.when, one.action, 'live', `r${i}`)),
        );
        const outcome = decide(
          facts({ account: accountFacts(known), finding, indicators }),
          policy,
          NOW,
        );
        for (const decision of outcome.decisions) {
          assert.ok(decision.until > NOW && Number.isFinite(decision.until));
          assert.ok(
            known.tier !== 'enterprise' && known.exchanges === 1 && known.attestation === null,
          );
          if (ACTIONS.indexOf(decision.action) >= ACTIONS.indexOf('restrict')) {
            assert.equal(finding?.verdict, 'distillation');
            assert.ok(finding!.network.p_value <= 0.01 && finding!.intent.p_value <= 0.01);
            assert.ok(decision.rests_on.includes(finding!.id));
          }
          for (const one of indicators.filter(({ id }) => decision.rests_on.includes(id))) {
            assert.ok(
              one.standing === 'corroborated' ||
                (one.standing === 'single-source' && one.confirmed_here),
            );
            assert.ok(
              PERMITTED_ACTIONS.indexOf(decision.action as 'watch') <=
                PERMITTED_ACTIONS.indexOf(one.permitted_action),
            );
          }
        }
        assert.deepEqual(
          decide(facts({ account: accountFacts(known), finding, indicators }), policy, NOW),
          outcome,
        );
      },
    ),
    { numRuns: 300 },
  );
});
