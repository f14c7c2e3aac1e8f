import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, compileCondition } from './condition.ts';
import { accountFacts, findingFacts, indicatorFacts, NOW } from './test-help.ts';

const compiled = (text: string): Condition => {
  const condition = compileCondition(text);
  if ('fault' in condition) throw new Error(condition.fault.message);
  return condition;
};
const faultOf = (text: string): string => {
  const condition = compileCondition(text);
  return 'fault' in condition ? condition.fault.message : 'none';
};
const asked = { account: accountFacts(), finding: findingFacts(), indicator: null, now: NOW };

test('reads finding, account and indicator', () => {
  assert.equal(
    compiled('finding.verdict == "distillation" && finding.network.p_value <= finding.level').holds(
      asked,
    ),
    true,
  );
  assert.equal(compiled('account.exchanges > 699 && account.exchanges < 701.5').holds(asked), true);
  assert.equal(compiled('indicator.standing == "none"').holds(asked), true);
  assert.equal(
    compiled('indicator.standing == "corroborated"').holds({
      ...asked,
      indicator: indicatorFacts(),
    }),
    true,
  );
  assert.equal(
    compiled('finding.verdict == "clear" && finding.intent.p_value == 1.0').holds({
      ...asked,
      finding: null,
    }),
    true,
  );
  const young = { ...asked, account: accountFacts({ created_at: NOW - 3 * 86_400_000 }) };
  assert.equal(compiled('account.age_days < 4 && account.age_days > 2').holds(young), true);
});

test('a fact that is not known makes the expression fail, and never false in silence', () => {
  const tier = compiled('account.tier != "enterprise"');
  assert.deepEqual(tier.holds(asked), { failed: 'No such key: tier' });
  assert.equal(tier.holds({ ...asked, account: accountFacts({ tier: 'free' }) }), true);
  assert.equal(compiled('!has(account.tier) || account.tier == "free"').holds(asked), true);
  // CEL: a disjunction holds when one side does, whatever became of the other.
  assert.equal(compiled('account.tier == "free" || account.exchanges > 1').holds(asked), true);
  assert.deepEqual(compiled('account.exchanges / 0 > 1').holds(asked), {
    failed: 'division by zero',
  });
});

test('types are checked before anything is asked', () => {
  assert.match(faultOf('finding.bogus == 1'), /No such key/);
  assert.match(faultOf('finding.verdict > 3'), /overload/);
  assert.match(faultOf('finding.exchanges'), /type int, and must be bool/);
  assert.match(faultOf('nobody.knows'), /Unknown variable/);
  assert.match(faultOf('1 +'), /Unexpected/);
  assert.match(faultOf(''), /./);
});

test('the cost of an expression is bounded before it runs', () => {
  assert.match(faultOf('account.tier.matches("(a+)+$")'), /matches\(\) is not allowed/);
  assert.match(faultOf('[1].exists(a, [1].exists(b, a == b))'), /exists\(\) is not allowed/);
  assert.match(faultOf('cel.bind(a, "xx", a + a == a)'), /bind\(\) is not allowed/);
  assert.match(faultOf(`${'true && '.repeat(400)}true`), /./);
  assert.match(faultOf(`${'('.repeat(200)}true${')'.repeat(200)}`), /./);
  assert.match(faultOf(`"${'x'.repeat(2_000)}" == "a"`), /longer than/);
  assert.match(faultOf('{"a": true}["a"]'), /./);
  assert.notEqual(faultOf('dyn(account).anything == 1'), 'none');
});
