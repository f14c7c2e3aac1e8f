import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Diagnostic } from './diagnostic.ts';
import { parseBundle, parseObject } from './parse.ts';
import { TABLES } from './types.ts';

const folder = new URL('../../../interop/stix/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'));

interface Invalid {
  readonly section: string;
  readonly about: string;
  readonly value: { readonly type: string };
  readonly faults: readonly Pick<Diagnostic, 'code' | 'path'>[];
}

const valid = readdirSync(new URL('valid/', folder)).map((file) => ({
  name: file.replace('.json', ''),
  objects: read(`valid/${file}`) as readonly { readonly type: string }[],
}));

describe('valid fixtures', () => {
  for (const { name, objects } of valid) {
    test(`${name} is read without a fault`, () => {
      for (const value of objects) {
        const parsed = parseObject(value);
        assert.deepEqual(parsed.diagnostics ?? [], []);
        assert.equal(parsed.object, value);
      }
    });
  }

  test('there is one for each type that STIX 2.1 defines', () => {
    const types = new Set(valid.flatMap(({ objects }) => objects.map(({ type }) => type)));
    assert.deepEqual(
      Object.keys(TABLES).filter((type) => !types.has(type)),
      [],
    );
  });

  test('8 a bundle carries all of them', () => {
    const objects = valid.flatMap((fixture) => fixture.objects);
    const bundle = { type: 'bundle', id: 'bundle--00000000-0000-4000-8000-0000000000ff', objects };
    assert.equal(parseBundle(bundle).object, bundle);
  });

  test('what is printed is read the same again', () => {
    for (const value of valid.flatMap(({ objects }) => objects)) {
      const parsed = parseObject(value);
      assert.deepEqual(parseObject(JSON.parse(JSON.stringify(parsed.object))), parsed);
    }
  });
});

describe('invalid fixtures', () => {
  for (const { section, about, value, faults } of read('invalid/objects.json') as Invalid[]) {
    test(`${section} ${value.type}: ${about}`, () => {
      const found = parseObject(value).diagnostics ?? [];
      assert.deepEqual(
        found.map(({ code, path }) => ({ code, path })),
        faults,
      );
      for (const { message, section: cited } of found) {
        assert.match(message, /^.{8,400}\.$/);
        assert.match(cited, /^\d+(?:\.\d+)*$/);
      }
    });
  }
});
