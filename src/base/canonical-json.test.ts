import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import vectors from '../../interop/canonical-json/rfc8785.json' with { type: 'json' };
import { canonicalJson, MAX_JSON_DEPTH } from './canonical-json.ts';
import { StillwatchError } from './errors.ts';

const isRefusal = (part: RegExp) => (error: unknown) =>
  error instanceof StillwatchError &&
  error.code === 'JSON_NOT_CANONICAL' &&
  part.test(error.message);

const fromBits = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE(0);

test('RFC 8785 appendix B: every number sample', () => {
  assert.equal(vectors.numbers.length, 26);
  for (const { ieee754, json } of vectors.numbers) {
    const value = fromBits(ieee754);
    if (json === null) assert.throws(() => canonicalJson(value), isRefusal(/NaN|Infinity/));
    else assert.equal(canonicalJson(value), json, ieee754);
  }
});

test('RFC 8785 section 3.2.4: the sample object as UTF-8 bytes', () => {
  const { input, utf8 } = vectors.values[0]!;
  assert.equal(Buffer.from(canonicalJson(JSON.parse(input))).toString('hex'), utf8);
});

test('RFC 8785 section 3.2.3: keys are sorted by UTF-16 code units, not by code points', () => {
  const { input, orderOfValues } = vectors.values[1]!;
  const sorted = JSON.parse(canonicalJson(JSON.parse(input))) as Record<string, string>;
  // Parsing keeps the order of keys, except of the one that looks like an index.
  const values = Object.values(sorted).filter((v) => v !== 'One');
  assert.deepEqual(
    values,
    orderOfValues?.filter((v) => v !== 'One'),
  );
  assert.ok(canonicalJson({ '\r': 1, 1: 2 }).startsWith('{"\\r":1,"1"'));
  assert.equal(canonicalJson({ '\ufb33': 1, '\u{1f600}': 2 }), '{"😀":2,"\ufb33":1}');
});

test('section 3.2.2.2: only what must be escaped is escaped', () => {
  assert.equal(
    canonicalJson('\u0000\b\t\n\f\r\u001f"\\/\u007f\u2028'),
    '"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/\u007f\u2028"',
  );
});

test('the same value has the same form whatever the order of its keys', () => {
  const shuffled = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shuffled)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([k, v]) => [k, shuffled(v)]),
          )
        : value;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = canonicalJson(value);
      assert.equal(canonicalJson(shuffled(value)), once);
      assert.equal(canonicalJson(JSON.parse(once)), once);
      assert.deepEqual(JSON.parse(once), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('__proto__ is a key like any other', () => {
  assert.equal(
    canonicalJson(JSON.parse('{"b":1,"__proto__":{"x":1}}')),
    '{"__proto__":{"x":1},"b":1}',
  );
});

test('what has no JSON form is refused, and the place is named', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  assert.throws(() => canonicalJson({ a: [1, undefined] }), isRefusal(/\["a"\]\[1\] is undefined/));
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  assert.throws(() => canonicalJson([1, , 2]), isRefusal(/\[1\] is undefined/));
  assert.throws(() => canonicalJson(undefined), isRefusal(/it is undefined/));
  assert.throws(() => canonicalJson('\ud800'), isRefusal(/lone surrogate/));
  assert.throws(() => canonicalJson({ '\udc00': 1 }), isRefusal(/lone surrogate/));
  assert.throws(() => canonicalJson(10n), isRefusal(/bigint/));
  assert.throws(() => canonicalJson(() => 1), isRefusal(/function/));
  assert.throws(() => canonicalJson({ at: new Date(0) }), isRefusal(/Date/));
  assert.throws(() => canonicalJson(new Uint8Array(2)), isRefusal(/Uint8Array/));
  assert.throws(() => canonicalJson(cycle), isRefusal(/cycle/));
});

test('nesting is bounded', () => {
  const nest = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  assert.equal(canonicalJson(nest(MAX_JSON_DEPTH)).length, 2 * MAX_JSON_DEPTH);
  assert.throws(() => canonicalJson(nest(MAX_JSON_DEPTH + 1)), isRefusal(/deep/));
});
