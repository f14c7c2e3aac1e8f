import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse as parseYaml } from 'yaml';
import { DEFAULT_CONFIG, parseConfig } from './config.ts';

const root = new URL('../../../../docs/reference/', import.meta.url);
const schema = JSON.parse(readFileSync(new URL('lab-config.schema.json', root), 'utf8')) as Node;
const valid = new Ajv2020({ strict: true }).compile(schema);

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly examples?: readonly string[];
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, Node>>;
}

const resolved = (node: Node): Node =>
  node.$ref === undefined ? node : schema.$defs![node.$ref.replace('#/$defs/', '')]!;

/** Values at, within and beyond the bounds of what the schema says. */
const tries = (given: Node): readonly unknown[] => {
  const node = resolved(given);
  const { minimum, maximum, maxLength, maxItems, items } = node;
  const wrong = [[1], { unknown: 1 }, true];
  if (node.const !== undefined) return [node.const, 2, '1'];
  if (node.enum !== undefined) return [...node.enum, 'other', 1, ...wrong];
  if (node.type === 'number')
    return [minimum, maximum, node.default, minimum! - 1e-7, maximum! + 1, '5', ...wrong];
  if (node.type === 'boolean') return [true, false, 'true', 1, null];
  if (node.examples !== undefined)
    return [...node.examples, 'a', '', ` ${node.examples[0]}`, 'x'.repeat(3000), 7, ...wrong];
  if (node.type === 'string')
    return ['a', 'x'.repeat(maxLength!), 'x'.repeat(maxLength! + 1), 7, ...wrong];
  if (node.type === 'array') {
    const good = resolved(items!).type === 'string' ? 'a' : { path: 'a' };
    const many = (n: number): unknown[] => Array.from({ length: n }, () => good);
    return [[], many(maxItems!), many(maxItems! + 1), [7], 'a', { a: 1 }];
  }
  return [{}, { unknown: 1 }, 'a', 7];
};

/** A configuration with one value in one place; list items stand in a list of one. */
const each = function* (node: Node, wrap: (value: unknown) => unknown): Generator<unknown> {
  for (const value of tries(node)) yield wrap(value);
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    // A bound of its own is tried with the other at the end that allows it.
    const beside =
      name === 'prompts_days'
        ? { profiles_days: 36_500 }
        : name === 'profiles_days'
          ? { prompts_days: 0 }
          : {};
    const needed = Object.fromEntries(
      (node.required ?? [])
        .filter((one) => one in node.properties! && one !== 'version')
        .map((one) => [one, resolved(node.properties![one]!).examples?.[0] ?? 'a']),
    );
    yield* each(child, (value) => wrap({ ...beside, ...needed, [name]: value }));
  }
  if (node.items !== undefined && node.items.$ref === undefined)
    yield* each(node.items, (value) => wrap([value]));
};

const parses = (value: unknown): boolean => {
  try {
    parseConfig(value, 'test');
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'LAB_CONFIG_INVALID');
    return false;
  }
};

test('the published schema and the parser agree on what a configuration is', () => {
  const seen = { yes: 0, no: 0 };
  for (const [name, child] of Object.entries(schema.properties!))
    for (const value of each(child, (inner) => ({ version: 1, [name]: inner }))) {
      const expected = valid(value);
      assert.equal(parses(value), expected, JSON.stringify(value).slice(0, 300));
      seen[expected ? 'yes' : 'no'] += 1;
    }
  assert.ok(seen.yes > 50 && seen.no > 50);
  for (const value of [{}, null, [], 'a', { version: 1, unknown: 1 }])
    assert.equal(parses(value), valid(value), JSON.stringify(value));
});

test('its defaults are those of the parser, and it has every name', () => {
  const compare = (node: Node, config: Readonly<Record<string, unknown>>, path: string): void => {
    assert.deepEqual(Object.keys(config).sort(), Object.keys(node.properties!).sort(), path);
    for (const [name, child] of Object.entries(node.properties!)) {
      const at = `${path}.${name}`;
      if (child.default !== undefined) assert.equal(config[name], child.default, at);
      if (child.properties !== undefined)
        compare(child, config[name] as Readonly<Record<string, unknown>>, at);
    }
  };
  const files = { token_file: 'hub.token', key_file: 'lab.key' };
  const declared = parseConfig(
    {
      version: 1,
      hub: { url: 'https://hub.example', ...files },
      gate: { listen: '127.0.0.1:0', appeal_url: 'https://p.example' },
    },
    'test',
  );
  compare(schema, declared as unknown as Readonly<Record<string, unknown>>, '');
  assert.deepEqual([DEFAULT_CONFIG.hub, DEFAULT_CONFIG.gate], [undefined, undefined]);
});

test('the example of the documentation is valid', () => {
  const page = readFileSync(new URL('lab-config.md', root), 'utf8');
  const value: unknown = parseYaml(/```yaml\n([\s\S]*?)```/.exec(page)![1]!);
  assert.ok(valid(value), JSON.stringify(valid.errors));
  assert.ok(parses(value));
});
