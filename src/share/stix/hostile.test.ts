import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { STIX_CODES } from './diagnostic.ts';
import { parseBundle, parseObject } from './parse.ts';

const folder = new URL('../../../interop/stix/valid/', import.meta.url);
const samples = readdirSync(folder).flatMap(
  (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>[],
);

/** Replaces, adds or removes one value somewhere in a copy. */
const mutate = (root: unknown, where: readonly number[], value: unknown): unknown => {
  const copy = structuredClone(root) as Record<string, unknown>;
  let here = copy;
  for (const step of where) {
    const keys = Object.keys(here);
    if (keys.length === 0) break;
    const key = keys[step % keys.length]!;
    const next = here[key];
    if (typeof next === 'object' && next !== null && step % 3 !== 0) {
      here = next as Record<string, unknown>;
      continue;
    }
    if (step % 5 === 0) delete here[key];
    else here[step % 7 === 0 ? `${key}x` : key] = value;
    break;
  }
  return copy;
};

test('random changes to valid objects give an object or diagnostics, never an exception', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }),
      fc.oneof(
        fc.jsonValue(),
        fc.constantFrom(undefined, Number.NaN, '\ud800', '', -1, Number.POSITIVE_INFINITY),
      ),
      (sample, where, value) => {
        const parsed = parseObject(mutate(sample, where, value));
        assert.equal(parsed.object === undefined, parsed.diagnostics !== undefined);
        for (const { code, path, message } of parsed.diagnostics ?? []) {
          refused += 1;
          assert.ok(code in STIX_CODES);
          assert.ok(path.startsWith('$') && message.length < 500);
        }
      },
    ),
    { numRuns: 3000 },
  );
  // The control: the changes do break objects.
  assert.ok(refused > 500, `${refused}`);
});

test('any JSON at all gives diagnostics, never an exception', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.ok(parseObject(value).diagnostics);
      assert.ok(parseBundle(value).diagnostics);
    }),
  );
});

const campaign = {
  type: 'campaign',
  spec_version: '2.1',
  id: 'campaign--00000000-0000-4000-8000-000000000001',
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  name: 'n',
};

const codes = (value: unknown, bounds = {}) =>
  (parseObject(value, { bounds }).diagnostics ?? []).map(({ code }) => code);

test('faults are reported all at once, and bounded', () => {
  const labels = Array.from({ length: 1000 }, (_, i) => i);
  const found = codes({ ...campaign, labels });
  assert.equal(found.length, 101);
  assert.equal(found.at(-1), 'STIX_TOO_MANY_FAULTS');
  assert.deepEqual(codes({ ...campaign, name: 1, lang: 2, confidence: 'x' }), [
    'STIX_KIND',
    'STIX_KIND',
    'STIX_KIND',
  ]);
});

test('depth and number of values are bounded', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  assert.deepEqual(codes({ ...campaign, x_deep: deep }), ['STIX_TOO_DEEP']);
  const many = Array.from({ length: 1000 }, () => 'a');
  assert.deepEqual(codes({ ...campaign, labels: many }, { maxValues: 500 }), ['STIX_TOO_LARGE']);
});

test('names of the prototype are no way in', () => {
  const polluted = JSON.parse('{"__proto__":{"polluted":1}}') as object;
  assert.deepEqual(codes({ ...campaign, x_a: polluted }), ['STIX_PROPERTY_NAME']);
  assert.deepEqual(codes({ type: 'constructor' }).includes('STIX_PROPERTY_MISSING'), true);
  assert.deepEqual(codes({ type: '__proto__' }), ['STIX_TYPE_MALFORMED']);
});

test('11 custom properties and types are allowed with a warning, or refused', () => {
  const custom = { ...campaign, x_own: { a: [1] } };
  assert.deepEqual(
    parseObject(custom).warnings.map(({ code, path }) => [code, path]),
    [['STIX_PROPERTY_UNKNOWN', '$.x_own']],
  );
  assert.equal(parseObject(custom, { custom: 'refuse' }).diagnostics?.[0]?.path, '$.x_own');
  const own = { type: 'x-own', id: 'x-own--00000000-0000-4000-8000-000000000001' };
  assert.equal(parseObject(own).warnings[0]?.code, 'STIX_TYPE_UNKNOWN');
  assert.equal(parseObject(own, { custom: 'refuse' }).diagnostics?.[0]?.code, 'STIX_TYPE_UNKNOWN');
});

test('2.14 a term outside an open vocabulary is allowed with a warning', () => {
  const { object, warnings } = parseObject({
    ...campaign,
    type: 'identity',
    id: 'identity--00000000-0000-4000-8000-000000000001',
    identity_class: 'laboratory',
  });
  assert.ok(object);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['STIX_VOCABULARY'],
  );
});

test('8 a bundle reports the faults of all its objects with their paths', () => {
  const bundle = {
    type: 'bundle',
    id: 'bundle--00000000-0000-4000-8000-000000000001',
    objects: [campaign, { ...campaign, name: 1 }, 7, { type: 'bundle' }],
  };
  assert.deepEqual(
    parseBundle(bundle).diagnostics?.map(({ path }) => path),
    ['$.objects[1].name', '$.objects[2]', '$.objects[3].type'],
  );
  assert.equal(parseBundle({ ...bundle, objects: [] }).diagnostics?.[0]?.code, 'STIX_EMPTY');
  assert.equal(parseBundle({ ...bundle, id: 'x' }).diagnostics?.[0]?.code, 'STIX_IDENTIFIER');
});

test('3.6 one version that occurs twice in a bundle is the same both times', () => {
  const bundle = (second: object) => ({
    type: 'bundle',
    id: 'bundle--00000000-0000-4000-8000-000000000001',
    objects: [campaign, second],
  });
  assert.ok(parseBundle(bundle({ ...campaign, revoked: false })).object);
  assert.ok(
    parseBundle(bundle({ ...campaign, name: 'm', modified: '2026-01-01T00:00:00.001Z' })).object,
  );
  const [fault] = parseBundle(bundle({ ...campaign, name: 'm' })).diagnostics ?? [];
  assert.deepEqual([fault?.code, fault?.path], ['STIX_DUPLICATE', '$.objects[1]']);
});
