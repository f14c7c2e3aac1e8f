import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJsonText } from './json-text.ts';

const code = (text: string | Uint8Array, bounds = {}) => parseJsonText(text, bounds).fault?.code;

test('what JSON.parse reads is read the same', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const parsed = parseJsonText(text);
      if (parsed.fault) assert.equal(parsed.fault.code, 'JSON_PROTO_NAME');
      else assert.deepEqual(parsed.value, JSON.parse(text));
      assert.deepEqual(parseJsonText(Buffer.from(text)), parsed);
    }),
  );
});

test('any text at all gives a value or a fault, never an exception', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\ab1 e') }), (text) => {
      let expected: boolean;
      try {
        JSON.parse(text);
        expected = true;
      } catch {
        expected = false;
      }
      const parsed = parseJsonText(text);
      if (!expected) assert.equal(parsed.fault !== undefined, true);
      else if (parsed.fault) assert.equal(parsed.fault.code, 'JSON_DUPLICATE_NAME');
    }),
    { numRuns: 2000 },
  );
});

test('two members of one name are refused at any depth, however they are escaped', () => {
  assert.equal(code('{"a":1,"a":1}'), 'JSON_DUPLICATE_NAME');
  assert.equal(code('{"a":1,"\\u0061":1}'), 'JSON_DUPLICATE_NAME');
  assert.equal(code('[{"x":{"b":1,"c":2,"b":3}}]'), 'JSON_DUPLICATE_NAME');
  assert.equal(code('{"a":{"b":1},"b":1,"":2,"c":"\\"a\\":"}'), undefined);
});

test('__proto__ is refused as a name and kept as text', () => {
  assert.equal(code('{"__proto__":{"admin":true}}'), 'JSON_PROTO_NAME');
  assert.equal(code('[{"a":[{"\\u005f_proto__":1}]}]'), 'JSON_PROTO_NAME');
  assert.equal(code('{"a":"__proto__"}'), undefined);
});

test('depth is bounded before parsing', () => {
  const nested = (n: number) => '['.repeat(n) + ']'.repeat(n);
  assert.equal(code(nested(10_000)), 'JSON_TOO_DEEP');
  assert.equal(code('{"a":'.repeat(10_000)), 'JSON_TOO_DEEP');
  assert.equal(code(nested(64)), undefined);
  assert.equal(code(nested(65)), 'JSON_TOO_DEEP');
  assert.equal(code(`"${'['.repeat(100)}"`), undefined);
});

test('length and number of values are bounded', () => {
  assert.equal(code('"aaaa"', { maxBytes: 5 }), 'JSON_TOO_LARGE');
  assert.equal(code('[1,1,1]', { maxValues: 2 }), 'JSON_TOO_MANY_VALUES');
  assert.equal(code('[1,1]', { maxValues: 2 }), undefined);
});

test('bytes must be UTF-8 without a byte order mark', () => {
  assert.equal(code(Uint8Array.of(0x22, 0xff, 0x22)), 'JSON_NOT_UTF8');
  assert.equal(code(Buffer.from('\ufeff{}')), 'JSON_SYNTAX');
});
