/** The manifest of covered requirements: a requirement that loses its test fails here. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { STIX_CODES } from './diagnostic.ts';
import { PATTERN_CODES } from './pattern/ast.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Requirement {
  readonly id: string;
  readonly section: string;
  readonly says: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const { requirements } = JSON.parse(read('interop/stix/requirements.json')) as {
  readonly requirements: readonly Requirement[];
};

interface Case {
  readonly section: string;
  readonly about: string;
  readonly value: { readonly type: string };
}

/** Names of the tests in a file: those written out, or one for each fixture. */
const namesIn = (file: string): ReadonlySet<string> => {
  if (file.endsWith('.json')) {
    const cases = JSON.parse(read(file)) as readonly Case[];
    return new Set(cases.map(({ section, value, about }) => `${section} ${value.type}: ${about}`));
  }
  return new Set(
    [...read(file).matchAll(/^ *test\('((?:[^'\\]|\\.)+)'/gm)].map(([, name]) => name!),
  );
};

test('every requirement names tests that are there', () => {
  const files = new Map<string, ReadonlySet<string>>();
  for (const { id, tests } of requirements) {
    assert.ok(tests.length > 0, id);
    for (const { file, name } of tests) {
      if (!files.has(file)) files.set(file, namesIn(file));
      assert.ok(files.get(file)!.has(name), `${id}: ${file} has no test "${name}"`);
    }
  }
});

test('every test named after a section stands for a requirement', () => {
  const covered = new Set(requirements.flatMap(({ tests }) => tests.map(({ name }) => name)));
  const files = readdirSync(new URL('src/share/stix', root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `src/share/stix/${file}`);
  for (const file of [...files, 'interop/stix/invalid/objects.json']) {
    for (const name of namesIn(file)) {
      if (/^\d+(?:\.\d+)* /.test(name)) {
        assert.ok(covered.has(name) || file.endsWith('fixtures.test.ts'), `${file}: ${name}`);
      }
    }
  }
});

test('requirements have an id, a section and a sentence of their own', () => {
  assert.equal(new Set(requirements.map(({ id }) => id)).size, requirements.length);
  for (const { id, section, says } of requirements) {
    assert.match(section, /^\d+(?:\.\d+)*$/, id);
    assert.match(says, /^[A-Z].{10,}\.$/, id);
  }
});

test('the reference page lists every code with its meaning, and no other', () => {
  const listed = [
    ...read('docs/reference/stix.md').matchAll(/^\| `([A-Z_]+)` +\| ([^|]+?) +\|$/gm),
  ];
  assert.deepEqual(
    listed.map(([, code, means]) => [code, means]),
    [...Object.entries(STIX_CODES), ...Object.entries(PATTERN_CODES)],
  );
});

test('every code can happen', () => {
  const source = readdirSync(new URL('src/share/stix', root), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.test)\.ts$/.test(path) && !/(?:diagnostic|ast)\.ts$/.test(path))
    .map((path) => read(`src/share/stix/${path}`))
    .join('\n');
  for (const code of [...Object.keys(STIX_CODES), ...Object.keys(PATTERN_CODES)]) {
    assert.ok(source.includes(`'${code}'`), code);
  }
});
