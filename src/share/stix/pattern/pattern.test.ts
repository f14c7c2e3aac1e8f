import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Comparison, Constant, ObjectPath, PathStep, Pattern, Qualifier } from './ast.ts';
import { parsePattern } from './parse.ts';
import { printPattern } from './print.ts';

const fault = (text: string) => {
  const { fault: found } = parsePattern(text);
  return found === undefined ? undefined : `${found.code} ${found.at}`;
};

const printed = (text: string): string => printPattern(parsePattern(text).pattern!);

test('9.8 patterns like those of the specification are read and printed', () => {
  for (const text of [
    "[file:hashes.'SHA-256' = 'aec0']",
    "[email-message:from_ref.value MATCHES '.+\\\\@example\\\\.com$' AND email-message:body_multipart[*].body_raw_ref.name MATCHES '^Final.+\\\\.exe$']",
    "([file:hashes.MD5 = '79'] FOLLOWEDBY [windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\foo']) WITHIN 300 SECONDS",
    "[user-account:user_id = '1'] AND [user-account:user_id = '2'] AND [user-account:user_id = '3']",
    "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
    "[file:magic_number_hex = h'ffd8']",
    "[artifact:payload_bin = b'dGVzdA==']",
    "[network-traffic:dst_ref.type = 'domain-name'] REPEATS 5 TIMES WITHIN 1800 SECONDS",
    "[(file:name = 'pdf.exe' OR file:size = 371712) AND file:created = t'2014-01-13T07:03:17Z']",
    "[network-traffic:dst_ref.value ISSUBSET '2001:db8::/64']",
    "[file:name = 'foo.dll'] START t'2016-06-01T00:00:00Z' STOP t'2016-07-01T00:00:00Z'",
    '[EXISTS windows-registry-key:values]',
    "[network-traffic:protocols[0] NOT IN ('tcp', 'udp')]",
    '[file:size != -5 OR user-account:is_disabled = true]',
  ])
    assert.equal(printed(text), text);
});

test('9.4 white space between parts does not matter, and of a pattern is all there is', () => {
  const spread = '\t[ file : size\u00a0=\u2003 1 ]\r\n AND\u2028[file:size=2]';
  assert.equal(printed(spread), '[file:size = 1] AND [file:size = 2]');
  assert.equal(fault(''), 'PATTERN_SYNTAX 0');
  assert.equal(fault('[file:size = 1] [file:size = 2]'), 'PATTERN_SYNTAX 16');
  assert.equal(printed("[process:cwd MATCHES'^a']"), "[process:cwd MATCHES '^a']");
});

test('9.5.3 AND binds before OR, and OR before FOLLOWEDBY', () => {
  const kinds = (p: Pattern): string =>
    'operands' in p ? `${p.kind}(${p.operands.map(kinds).join(' ')})` : 'o';
  const text = '[a-b:c = 1] OR [a-b:c = 2] AND [a-b:c = 3] FOLLOWEDBY [a-b:c = 4] OR [a-b:c = 5]';
  assert.equal(kinds(parsePattern(text).pattern!), 'followedby(or(o and(o o)) or(o o))');
  assert.equal(printed('([a-b:c = 1] OR [a-b:c = 2]) AND [a-b:c = 3]').startsWith('('), true);
  assert.equal(printed('(([a-b:c = 1]))'), '[a-b:c = 1]');
});

test('9.5.1 one qualifier of each kind, with bounds that make sense', () => {
  const q = (qualifier: string) => fault(`[a-b:c = 1] ${qualifier}`);
  assert.equal(q('WITHIN 5 SECONDS WITHIN 6 SECONDS'), 'PATTERN_QUALIFIER 29');
  assert.equal(q('WITHIN 0 SECONDS'), 'PATTERN_QUALIFIER 19');
  assert.equal(q('WITHIN 0.5 SECONDS'), undefined);
  assert.equal(q('REPEATS 0 TIMES'), 'PATTERN_QUALIFIER 20');
  assert.equal(q('REPEATS 1.5 TIMES'), 'PATTERN_QUALIFIER 20');
  assert.equal(
    q("START t'2026-01-02T00:00:00Z' STOP t'2026-01-01T00:00:00Z'"),
    'PATTERN_QUALIFIER 12',
  );
  assert.equal(q("START '2026-01-02T00:00:00Z' STOP '2026-01-03T00:00:00Z'"), 'PATTERN_SYNTAX 18');
  assert.equal(fault('([a-b:c = 1] REPEATS 2 TIMES) REPEATS 3 TIMES'), undefined);
});

test('9.2 constants', () => {
  const c = (constant: string) => fault(`[a-b:c = ${constant}]`);
  for (const good of [
    "'it\\'s'",
    "'\\\\'",
    "h''",
    "h'00ff'",
    "b'AA=='",
    "b'AA\n=='",
    '-1',
    '-1.5',
    '.5',
    'true',
  ]) {
    assert.equal(c(good), undefined, good);
  }
  for (const bad of ["'a\\n'", "'a", "h'0'", "h'0G'", "b'A'", "t'2026-13-01T00:00:00Z'"]) {
    assert.match(c(bad) ?? '', /^PATTERN_CONSTANT/, bad);
  }
  assert.equal(c('9007199254740992'), 'PATTERN_CONSTANT 9');
  for (const bad of ['+1', '1e5', '01', '1.', 'TRUE', 'null', '"a"']) {
    assert.match(c(bad) ?? '', /^PATTERN_SYNTAX/, bad);
  }
});

test('9.6.1 operators take the constants that they can compare', () => {
  assert.equal(fault('[a-b:c > true]'), 'PATTERN_CONSTANT 9');
  assert.equal(fault('[a-b:c LIKE 5]'), 'PATTERN_CONSTANT 12');
  assert.equal(fault("[a-b:c IN (1, 'a')]"), 'PATTERN_CONSTANT 10');
  assert.equal(fault('[a-b:c IN ()]'), 'PATTERN_SYNTAX 11');
  assert.equal(fault("[ipv4-addr:value ISSUBSET '1.2.3']"), 'PATTERN_CONSTANT 26');
  assert.equal(fault('[NOT a-b:c = 1]'), 'PATTERN_SYNTAX 5');
  assert.equal(fault('[NOT EXISTS a-b:c]'), undefined);
});

test('9.7 names with hyphens stand in apostrophes', () => {
  assert.equal(fault('[a-b:c-d = 1]'), 'PATTERN_NAME 5');
  assert.equal(fault("[a-b:'c-d'.'' = 1]"), 'PATTERN_NAME 11');
  assert.equal(fault('[a-b:c[-1] = 1]'), 'PATTERN_NAME 7');
  assert.equal(fault('[A:c = 1]'), 'PATTERN_NAME 1');
});

test('9.5 AND joins comparisons of one type of object', () => {
  assert.equal(fault('[abc:d = 1 AND xyz:e = 2]'), 'PATTERN_TYPES 1');
  assert.equal(fault('[(abc:d = 1 OR xyz:e = 1) AND xyz:e = 2]'), undefined);
  assert.equal(fault('[abc:d = 1 OR xyz:e = 2]'), undefined);
});

test('length and nesting are bounded, and reading is linear', () => {
  assert.match(fault(`${'('.repeat(10_000)}[a-b:c = 1]`) ?? '', /^PATTERN_TOO_LARGE/);
  assert.match(fault(`[${'('.repeat(10_000)}a-b:c = 1]`) ?? '', /^PATTERN_TOO_LARGE/);
  assert.match(fault(`[a-b:c = '${'x'.repeat(70_000)}']`) ?? '', /^PATTERN_TOO_LARGE/);
  const start = performance.now();
  parsePattern(`[${Array.from({ length: 3000 }, (_, i) => `t${i}x:c = 1`).join(' OR ')}]`);
  parsePattern('[a-b:c '.repeat(9000));
  assert.ok(performance.now() - start < 1000);
});

const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/);
const text = fc.string({
  unit: fc.constantFrom(...["'", '\\', 'a', '%', ' ', 'é', '[', '\u{1f600}']),
});
const constant: fc.Arbitrary<Constant> = fc.oneof(
  text.map((value) => ({ kind: 'string' as const, value })),
  fc.integer().map((n) => ({ kind: 'integer' as const, text: String(n) })),
  fc.constantFrom('0.5', '-12.25', '.125').map((t) => ({ kind: 'float' as const, text: t })),
  fc.boolean().map((value) => ({ kind: 'boolean' as const, value })),
  fc.constantFrom('', '00ff').map((t) => ({ kind: 'hex' as const, text: t })),
  fc.constantFrom('', 'AA==').map((t) => ({ kind: 'binary' as const, text: t })),
);
const step: fc.Arbitrary<PathStep> = fc.oneof(
  name.map((n) => ({ name: n })),
  text.filter((t) => t !== '').map((n) => ({ name: n })),
  fc.nat(99).map((index) => ({ index })),
  fc.constant({ every: true as const }),
);
const path: fc.Arbitrary<ObjectPath> = fc
  .tuple(
    name.map((n) => ({ name: n })),
    fc.array(step, { maxLength: 3 }),
  )
  .map(([first, rest]) => ({ type: 'my-type', steps: [first, ...rest] }));

const { comparison } = fc.letrec<{ comparison: Comparison }>((tie) => ({
  comparison: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('compare' as const),
      path,
      negated: fc.boolean(),
      operator: fc.constantFrom('=' as const, '!=' as const),
      constant,
    }),
    fc.record({ kind: fc.constant('exists' as const), path, negated: fc.boolean() }),
    fc.record({
      kind: fc.constant('in' as const),
      path,
      negated: fc.boolean(),
      values: fc.array(
        text.map((value) => ({ kind: 'string' as const, value })),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('comparison'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const qualifiers: fc.Arbitrary<readonly Qualifier[]> = fc.shuffledSubarray<Qualifier>(
  [
    { kind: 'within', seconds: '1.5' },
    { kind: 'repeats', times: 3 },
    { kind: 'start-stop', start: '2026-01-01T00:00:00Z', stop: '2026-01-01T00:00:00.1Z' },
  ],
  { minLength: 1 },
);

const { pattern } = fc.letrec<{ pattern: Pattern }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison.map((test_) => ({ kind: 'observation' as const, test: test_ })),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const, 'followedby' as const),
      operands: fc.array(tie('pattern'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('qualified' as const), operand: tie('pattern'), qualifiers }),
  ),
}));

test('parse(print(pattern)) is the pattern', () => {
  fc.assert(
    fc.property(pattern, (made) => {
      const tree = JSON.parse(JSON.stringify(made)) as Pattern;
      assert.deepEqual(parsePattern(printPattern(tree)).pattern, tree);
    }),
    { numRuns: 500 },
  );
});

test('any text gives a pattern or a fault within it, never an exception', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      'a-b',
      ':',
      'c',
      '.',
      ' AND ',
      ' OR ',
      "'x'",
      '=',
      'NOT ',
      '5',
      '*',
      ' WITHIN ',
      "t'",
      '\\',
      '\u0000',
    ),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        pieces.map((p) => p.join('')),
        fc.string(),
      ),
      (source) => {
        const { fault: found } = parsePattern(source);
        if (found !== undefined) assert.ok(found.at >= 0 && found.at <= source.length);
      },
    ),
    { numRuns: 2000 },
  );
});
