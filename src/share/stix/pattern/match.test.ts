import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern } from './match.ts';
import { type Observation, observationsOf, type Seen } from './observation.ts';
import { parsePattern } from './parse.ts';

const T = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

/** One observation of some objects, at a second of the day. */
const at = (second: number, ...objects: readonly Seen[]): Observation => ({
  id: `observed-data--${second}`,
  first: T(second),
  last: T(second),
  count: 1,
  objects: new Map(objects.map((object, i) => [String(object.id ?? i), object])),
});

const run = (text: string, observations: readonly Observation[], budget?: number) => {
  const parsed = parsePattern(text);
  assert.equal(parsed.fault, undefined, parsed.fault?.message);
  const compiled = compilePattern(parsed.pattern!, budget);
  if (compiled.fault) return compiled.fault.code;
  const result = compiled.matcher.match(observations);
  return result.fault ? result.fault.code : result.matched;
};

/** Whether one object satisfies a comparison expression. */
const holds = (comparison: string, object: Seen) => run(`[${comparison}]`, [at(0, object)]);

const file = (more: object): Seen => ({ type: 'file', ...more });

test('9.6.1 order and equality, and what incompatible types do', () => {
  const f = file({ size: 5, name: 'b', flag: true, ratio: 1.5 });
  for (const yes of [
    'file:size = 5',
    'file:size = 5.0',
    'file:size > 4.5',
    'file:size <= 5',
    'file:ratio != 1',
    "file:name >= 'b'",
    "file:name < 'ba'",
    'file:flag = true',
    "file:size != '5'",
    'file:size IN (1, 5)',
    "file:name NOT IN ('a')",
    'file:size NOT = 6',
  ])
    assert.equal(holds(yes, f), true, yes);
  for (const no of [
    'file:size < 5',
    "file:size = '5'",
    "file:size > 'a'",
    'file:ratio = 1',
    'file:flag = false',
    'file:size NOT = 5',
    "file:name NOT IN ('b')",
  ])
    assert.equal(holds(no, f), false, no);
});

test('9.6 a path that is not present is false, whatever the operator', () => {
  for (const no of [
    'file:size = 1',
    'file:size != 1',
    'file:size NOT = 1',
    'file:size NOT IN (1)',
  ]) {
    assert.equal(holds(no, file({ name: 'a' })), false, no);
  }
  assert.equal(holds('EXISTS file:name', file({ name: 'a' })), true);
  assert.equal(holds('EXISTS file:size', file({ name: 'a' })), false);
  assert.equal(holds('NOT EXISTS file:size', file({ name: 'a' })), true);
  assert.equal(holds('NOT EXISTS file:size', { type: 'url', value: 'x' }), false);
});

test('9.6.2 text is compared by code point, without normalization', () => {
  const order = ['o', 'oz', 'o\u0300', 'z', '\u00f2', '\uffee', '\u{1f600}'];
  for (let i = 1; i < order.length; i += 1) {
    assert.equal(holds(`file:name < '${order[i]}'`, file({ name: order[i - 1] })), true, order[i]);
  }
  assert.equal(holds("file:name = 'o\u0300'", file({ name: '\u00f2' })), false);
});

test('9.6.1 LIKE: % is any text, _ is one character, both sides normalized', () => {
  const like = (name: string, pattern: string) =>
    holds(`file:name LIKE '${pattern}'`, file({ name }));
  assert.equal(like('C:\\Windows\\x\\foo', 'C:\\\\Windows\\\\%\\\\foo'), true);
  assert.equal(like('abc', 'a_c'), true);
  assert.equal(like('abbc', 'a_c'), false);
  assert.equal(like('a\u{1f600}c', 'a_c'), true);
  assert.equal(like('abcbd', 'a%b%d'), true);
  assert.equal(like('a.c', 'abc'), false);
  assert.equal(like('o\u0300', '\u00f2'), true);
  assert.equal(like('', '%'), true);
  assert.equal(holds("file:name NOT LIKE 'a%'", file({ name: 'b' })), true);
});

test('9.6.1 MATCHES searches, with DOTALL, in linear time', () => {
  const matches = (name: string, regex: string) =>
    holds(`file:name MATCHES '${regex}'`, file({ name }));
  assert.equal(matches('xabcx', 'b'), true);
  assert.equal(matches('a\nb', 'a.b'), true);
  assert.equal(matches('xab', '^a'), false);
  assert.equal(matches('aab', '(a+)+$'), false);
  const start = performance.now();
  assert.equal(matches(`${'a'.repeat(50_000)}!`, '^(a+)+$'), false);
  assert.equal(matches(`${'a'.repeat(50_000)}!`, '^(a|a|aa)*$'), false);
  assert.ok(performance.now() - start < 2000);
});

test('9.6.1 a regular expression that linear time does not allow is a fault, never a no', () => {
  assert.equal(holds("file:name MATCHES '(a)\\\\1'", file({ name: 'aa' })), 'PATTERN_REGEX');
  assert.equal(holds("file:name MATCHES '(?=a)a'", file({ name: 'a' })), 'PATTERN_REGEX');
  assert.equal(holds("file:name MATCHES '('", file({ name: 'a' })), 'PATTERN_REGEX');
});

test('9.6.1 ISSUBSET and ISSUPERSET', () => {
  const ip = (comparison: string, value: string) =>
    holds(`ipv4-addr:value ${comparison}`, { type: 'ipv4-addr', value });
  assert.equal(ip("ISSUBSET '198.51.100.0/24'", '198.51.100.0/27'), true);
  assert.equal(ip("ISSUBSET '198.51.100.0/27'", '198.51.100.0/24'), false);
  assert.equal(ip("ISSUBSET '198.51.100.0/25'", '198.51.100.128'), false);
  assert.equal(ip("ISSUBSET '198.51.100.7'", '198.51.100.7/32'), true);
  assert.equal(ip("ISSUPERSET '198.51.100.0/27'", '198.51.100.0/24'), true);
  assert.equal(ip("ISSUBSET '0.0.0.0/0'", 'not an address'), false);
  assert.equal(ip("ISSUBSET '::/0'", '198.51.100.7'), false);
  const six = { type: 'ipv6-addr', value: '2001:db8:0:0::1' };
  assert.equal(holds("ipv6-addr:value ISSUBSET '2001:db8::/64'", six), true);
  assert.equal(holds("ipv6-addr:value ISSUBSET '2001:db8:0:1::/64'", six), false);
  assert.equal(
    holds("ipv6-addr:value ISSUBSET '::ffff:0:0/96'", {
      type: 'ipv6-addr',
      value: '::ffff:1.2.3.4',
    }),
    true,
  );
});

test('9.6.4 binary values are compared as octets', () => {
  const a = { type: 'artifact', payload_bin: 'dGhpcyBpcyBhIHRlc3Q=' };
  assert.equal(holds("artifact:payload_bin = 'dGhpcyBpcyBhIHRlc3Q='", a), false);
  assert.equal(holds("artifact:payload_bin = 'this is a test'", a), true);
  assert.equal(holds("artifact:payload_bin = b'dGhpcyBpcyBhIHRlc3Q='", a), true);
  assert.equal(holds("artifact:payload_bin = h'7468697320697320612074657374'", a), true);
  assert.equal(holds("artifact:payload_bin = '\u0101'", a), false);
  assert.equal(holds("artifact:payload_bin != '\u0101'", a), true);
  assert.equal(holds("artifact:payload_bin MATCHES '^this'", a), true);
  assert.equal(holds("file:magic_number_hex < h'ff'", file({ magic_number_hex: '00' })), true);
  assert.equal(holds("file:name = h'61'", file({ name: 'a' })), true);
});

test('9.2 timestamps are compared exactly', () => {
  const f = file({ ctime: '2026-01-01T00:00:00.0000000001Z' });
  assert.equal(holds("file:ctime > t'2026-01-01T00:00:00Z'", f), true);
  assert.equal(holds("file:ctime = t'2026-01-01T00:00:00.00000000010Z'", f), true);
});

test('9.7.2 list indices, and * for any item', () => {
  const f = file({ list: [1, 2], sections: [{ e: 1 }, { e: 9 }] });
  assert.equal(holds('file:list[1] = 2', f), true);
  assert.equal(holds('file:list[2] = 2', f), false);
  assert.equal(holds('file:list[2] != 2', f), false);
  assert.equal(holds('file:sections[*].e > 7', f), true);
  assert.equal(holds('file:sections[*].e > 9', f), false);
  assert.equal(holds('file:list = 1', f), false);
});

test('9.7.3 keys of dictionaries, and no key that is not its own', () => {
  const f = file({ hashes: { 'SHA-256': 'aa' } });
  assert.equal(holds("file:hashes.'SHA-256' = 'aa'", f), true);
  assert.equal(holds('EXISTS file:constructor', f), false);
});

test('9.7.4 references lead to objects of the same observation only', () => {
  const traffic = (id: string, more: object): Seen => ({ type: 'network-traffic', id, ...more });
  const a: Seen = { type: 'ipv4-addr', id: 'ipv4-addr--a', value: '203.0.113.10' };
  const b: Seen = { type: 'ipv4-addr', id: 'ipv4-addr--b', value: '198.51.100.58' };
  const pattern =
    "[network-traffic:src_ref.value = '203.0.113.10' AND network-traffic:dst_ref.value = '198.51.100.58']";
  const both = traffic('t', { src_ref: a.id, dst_ref: b.id });
  assert.equal(run(pattern, [at(0, both, a, b)]), true);
  // 9.5: one object must satisfy both; and what is not listed is not found.
  const apart = [traffic('t', { src_ref: a.id }), traffic('u', { dst_ref: b.id })];
  assert.equal(run(pattern, [at(0, ...apart, a, b)]), false);
  assert.equal(run(pattern, [at(0, both, a)]), false);
  const folder = { type: 'directory', id: 'd', contains_refs: ['f'] };
  const inside = file({ id: 'f', name: 'x' });
  assert.equal(run("[directory:contains_refs[*].name = 'x']", [at(0, folder, inside)]), true);
});

const url = (value: string): Seen => ({ type: 'url', value });
const A = "[url:value = 'a']";
const B = "[url:value = 'b']";

test('9.5.2 AND needs different observations, OR one', () => {
  assert.equal(
    run(
      `${A} AND ${B}`,
      [at(0, url('a'), url('b'))].map((o) => o),
    ),
    false,
  );
  assert.equal(run(`${A} AND ${B}`, [at(0, url('a')), at(9, url('b'))]), true);
  assert.equal(run(`${A} AND ${A}`, [at(0, url('a'))]), false);
  assert.equal(run(`${A} OR ${B}`, [at(0, url('b'))]), true);
});

test('9.5.2 FOLLOWEDBY needs the order of time, equality included', () => {
  const both = [at(5, url('b')), at(3, url('a'))];
  assert.equal(run(`${A} FOLLOWEDBY ${B}`, both), true);
  assert.equal(run(`${B} FOLLOWEDBY ${A}`, both), false);
  assert.equal(
    run(`${A} FOLLOWEDBY ${B}`, [at(3, url('b')), { ...at(3, url('a')), id: 'x' }]),
    true,
  );
});

test('9.5.1 WITHIN excludes its end, START is included and STOP is not', () => {
  const both = [at(0, url('a')), at(10, url('b'))];
  assert.equal(run(`(${A} AND ${B}) WITHIN 10 SECONDS`, both), false);
  assert.equal(run(`(${A} AND ${B}) WITHIN 10.001 SECONDS`, both), true);
  assert.equal(run(`${B} START t'${T(10)}' STOP t'${T(11)}'`, both), true);
  assert.equal(run(`${B} START t'${T(9)}' STOP t'${T(10)}'`, both), false);
});

test('9.5.1 REPEATS counts different observations', () => {
  const many = [0, 10, 20, 21, 22].map((second) => at(second, url('a')));
  assert.equal(run(`${A} REPEATS 5 TIMES`, many), true);
  assert.equal(run(`${A} REPEATS 6 TIMES`, many), false);
  assert.equal(run(`${A} REPEATS 3 TIMES WITHIN 3 SECONDS`, many), true);
  assert.equal(run(`${A} REPEATS 4 TIMES WITHIN 3 SECONDS`, many), false);
  assert.equal(run(`${A} REPEATS 2 TIMES START t'${T(21)}' STOP t'${T(30)}'`, many), true);
  assert.equal(run(`${A} REPEATS 3 TIMES START t'${T(21)}' STOP t'${T(30)}'`, many), false);
  // 9.5.1: REPEATS belongs to the expression before it, so all five follow b.
  assert.equal(run(`${B} FOLLOWEDBY ${A} REPEATS 5 TIMES`, [at(0, url('b')), ...many]), true);
  assert.equal(run(`${B} FOLLOWEDBY ${A} REPEATS 5 TIMES`, [at(1, url('b')), ...many]), false);
  assert.equal(run(`(${A} AND ${A}) REPEATS 2 TIMES`, many), true);
  assert.equal(run(`(${A} AND ${A}) REPEATS 3 TIMES`, many), false);
});

test('9.1 observed data stands for number_observed observations between two times', () => {
  const hour: Observation = { ...at(0, url('a')), last: T(3600), count: 3 };
  assert.equal(run(`${A} REPEATS 3 TIMES WITHIN 5 SECONDS`, [hour]), true);
  assert.equal(run(`${A} REPEATS 4 TIMES`, [hour]), false);
  assert.equal(run(`${A} FOLLOWEDBY ${B}`, [hour, at(1800, url('b'))]), true);
});

test('a search past its budget is a fault, never a no, and comes back soon', () => {
  const many = Array.from({ length: 200 }, (_, i) => at(i, url('a'), url('b')));
  const start = performance.now();
  assert.equal(
    run(`(${A} AND ${A} AND ${A} AND ${A} AND ${A}) WITHIN 0.5 SECONDS`, many),
    'PATTERN_TOO_COSTLY',
  );
  assert.equal(run(`${A} REPEATS 1000000 TIMES FOLLOWEDBY ${B}`, many), false);
  assert.equal(
    run(`(${A} AND ${B}) REPEATS 99 TIMES WITHIN 1 SECONDS`, many),
    'PATTERN_TOO_COSTLY',
  );
  assert.ok(performance.now() - start < 5000);
});

test('4.14 observations are made of observed data and what it refers to', () => {
  const observed = {
    type: 'observed-data',
    id: 'observed-data--1',
    first_observed: T(0),
    last_observed: T(1),
    number_observed: 2,
    object_refs: ['url--1', 'url--missing'],
  };
  const old = { ...observed, id: 'observed-data--2', object_refs: [], objects: { '0': url('b') } };
  const found = observationsOf([observed, old, { type: 'url', id: 'url--1', value: 'a' }]);
  assert.deepEqual(
    found.map(({ objects, count }) => [objects.size, count]),
    [
      [1, 2],
      [1, 2],
    ],
  );
  assert.equal(run(`${A} AND ${B}`, found), true);
});
