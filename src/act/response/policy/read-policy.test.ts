import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { noFaults } from '../../../base/parse.ts';
import { policyFields } from './policy-fields.ts';
import { MAX_POLICY_LENGTH, type PolicyFault, policyFrom, readPolicy } from './read-policy.ts';

const DEFAULT = readFileSync(new URL('../default-policy.yaml', import.meta.url), 'utf8');

const faultsOf = (text: string): readonly PolicyFault[] => {
  const read = readPolicy(text);
  return 'faults' in read ? read.faults : [];
};
const places = (text: string): string[] =>
  faultsOf(text).map(({ code, line, column, path }) => `${line}:${column} ${code} ${path}`);

test('the shipped policy is sound, acts on nobody, and its version follows its content alone', () => {
  const policy = policyFrom(DEFAULT, 'default');
  assert.ok(
    policy.rules.every(({ mode, name }) => mode === 'shadow' || name === 'review-single-source'),
  );
  assert.match(policy.version, /^default@[0-9a-f]{12}$/);
  assert.equal(policyFrom(`# a comment\n${DEFAULT}`, 'default').digest, policy.digest);
  assert.notEqual(policyFrom(DEFAULT.replace('5%', '6%'), 'default').digest, policy.digest);
});

test('reports every fault with its line and column', () => {
  const text = `version: 1
name: Not A Name
owner: me
rulez: []
rules:
  - name: a
    when: "true"
    action: explode
    reason: ACCOUNT_NETWORK
    ttl: 5 minutes
    mode: {rollout: 101%}
`;
  assert.deepEqual(places(text), [
    '4:8 POLICY_FIELD rulez',
    '2:7 POLICY_FIELD name',
    '8:13 POLICY_FIELD rules[0].action',
    '10:10 POLICY_FIELD rules[0].ttl',
    '11:21 POLICY_FIELD rules[0].mode.rollout',
  ]);
});

test('then what only the whole can show: conditions, names, addresses, an empty step of the ladder', () => {
  const text = `version: 1
name: p
owner: me
ladder: {throttle: {}}
allow:
  - {subject: {kind: address, value: nowhere}, reason: test, until: 2030-01-01T00:00:00Z}
rules:
  - {name: a, when: finding.bogus > 3, action: verify, reason: ACCOUNT_NETWORK, mode: live}
  - {name: a, when: "true", action: throttle, reason: ACCOUNT_NETWORK, mode: live}
`;
  assert.deepEqual(places(text), [
    '6:38 POLICY_ADDRESS allow[0].subject.value',
    '8:29 POLICY_CONDITION rules[0].when',
    '9:12 POLICY_DUPLICATE rules[1].name',
    '9:37 POLICY_LADDER rules[1].action',
  ]);
  assert.throws(() => policyFrom(text, 'p.yaml'), {
    code: 'POLICY_INVALID',
    message: /p\.yaml:6:38.*and 3 more/,
  });
});

test('hostile files are faults: bombs of aliases, depth, length, tags, doubled and odd keys', () => {
  const bomb = `a: &a [${'1,'.repeat(20)}]\nb: &b [${'*a,'.repeat(20)}]\nc: [${'*b,'.repeat(20)}]\n`;
  for (const text of [
    '',
    'null',
    '[]',
    '- a',
    '\u0000',
    'a: [1,\n b: {',
    bomb,
    '['.repeat(200_000),
    '{a: '.repeat(5_000),
    'x'.repeat(MAX_POLICY_LENGTH + 1),
    'version: 1\nversion: 1\n',
    '? [a]\n: b\n',
    '__proto__: {version: 1}\n',
    'version: !!js/function "x"\n',
    '%YAML 1.1\n---\nversion: yes\n',
    'version: 1\n---\nversion: 1\n',
  ])
    assert.ok(faultsOf(text).length > 0, text.slice(0, 40));
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      assert.ok(faultsOf(text).length > 0);
    }),
  );
});

test('the published schema and the parser agree on what a policy is', () => {
  const schema: unknown = JSON.parse(
    readFileSync(new URL('../../../../docs/reference/policy.schema.json', import.meta.url), 'utf8'),
  );
  const ajv = new Ajv2020({
    strict: true,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/ },
  });
  const valid = ajv.compile(schema as object);
  const parses = (value: unknown): boolean => {
    const faults = noFaults();
    policyFields(value, '', faults);
    return faults.count === 0;
  };
  const full = {
    version: 1,
    name: 'full',
    owner: 'me',
    defaults: {
      ttl: { verify: '1h', suspend: '3d' },
      fail: 'open',
      fail_by_tier: { trial: 'closed' },
      closed_action: 'verify',
      stale_after: '30s',
    },
    ladder: {
      throttle: { requests_per_minute: 3, output_tokens_per_minute: 9 },
      restrict: { max_output_tokens: 1, strip_reasoning: true, strip_logprobs: false },
    },
    rules: [
      {
        name: 'a',
        owner: 'x',
        when: 'true',
        action: 'verify',
        reason: 'ACCOUNT_NETWORK',
        ttl: '1d',
        mode: { rollout: '10%' },
      },
      {
        name: 'b',
        when: 'true',
        action: 'suspend',
        reason: 'DISTILLATION_CONFIRMED',
        mode: 'shadow',
      },
    ],
    allow: [
      {
        subject: { kind: 'account', value: 'a' },
        reason: 'partner',
        until: '2030-01-01T00:00:00Z',
      },
    ],
    large_customer: { tiers: ['enterprise'], exchanges: null },
    sample_to_review: '5%',
  };
  assert.ok(valid(full), JSON.stringify(valid.errors));
  assert.ok('policy' in readPolicy(stringify(full)));

  /** Every place of a value, as the steps to it. */
  const placesOf = (value: unknown, path: (string | number)[] = []): (string | number)[][] => [
    path,
    ...(typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) =>
          placesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : []),
  ];
  const changed = (value: unknown, path: readonly (string | number)[], put: unknown): unknown => {
    const [step, ...rest] = path;
    if (step === undefined) return put;
    if (Array.isArray(value))
      return value.map((one, i) => (i === step ? changed(one, rest, put) : one));
    const copy: Record<string, unknown> = { ...(value as object) };
    copy[step] = changed(copy[step], rest, put);
    if (copy[step] === undefined) delete copy[step];
    return copy;
  };
  const junk = [
    undefined,
    null,
    0,
    1,
    -1,
    1.5,
    true,
    '',
    ' ',
    'x',
    '5%',
    '100.5%',
    '0%',
    '5',
    '1h',
    '0h',
    'A b',
    'x\u0007',
    [],
    {},
    { extra: 1 },
    ['x'],
    'a'.repeat(300),
  ];
  let refused = 0;
  for (const path of [
    ...placesOf(full),
    ['extra'],
    ['rules', 0, 'extra'],
    ['defaults', 'ttl', 'extra'],
  ])
    for (const put of junk) {
      const value = changed(full, path, put);
      if (value === undefined) continue;
      const expected = valid(value);
      if (!expected) refused += 1;
      assert.equal(parses(value), expected, `${path.join('.')} = ${JSON.stringify(put)}`);
    }
  assert.ok(refused > 500);
});
