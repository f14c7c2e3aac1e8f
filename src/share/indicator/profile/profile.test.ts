/** The profile against its fixtures, its published schemas and its page. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { parseBundle } from '../../stix/parse.ts';
import { PROFILE_CODES } from './codes.ts';
import {
  EXTENSION_DEFINITIONS,
  EXTENSION_IDS,
  PROFILE_IDENTITY,
  schemaIdOf,
} from './extension-definitions.ts';
import { parseDistillationIndicator } from './indicator.ts';
import { INDICATOR_KINDS, type IndicatorKind, LONGEST_DAYS } from './words.ts';

const root = new URL('../../../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const json = (path: string): unknown => JSON.parse(text(path));

interface Fixture {
  readonly about: string;
  readonly value: {
    readonly extensions?: Readonly<Record<string, unknown>>;
    readonly pattern?: string;
    readonly pattern_type?: string;
  };
  readonly faults?: readonly { readonly code: string; readonly path: string }[];
}
const fixtures = (sort: 'valid' | 'invalid', kind: IndicatorKind): readonly Fixture[] =>
  json(`interop/indicators/${sort}/${kind}.json`) as readonly Fixture[];

const ajv = new Ajv2020({ strict: true, strictRequired: false, unicodeRegExp: true });
const schemas = new Map(
  INDICATOR_KINDS.map((kind) => {
    const schema = json(`docs/reference/${kind}.schema.json`) as { readonly $id: string };
    const extension = ajv.compile(schema);
    return [kind, { schema, extension, pattern: ajv.getSchema(`${schema.$id}#/$defs/pattern`)! }];
  }),
);

for (const kind of INDICATOR_KINDS) {
  for (const { about, value } of fixtures('valid', kind))
    test(`${kind}: ${about} is read`, () => {
      const { indicator, diagnostics } = parseDistillationIndicator(value);
      assert.deepEqual(diagnostics, undefined);
      assert.equal(indicator!.kind, kind);
      assert.deepEqual(indicator!.object, value);
      const { extension, pattern } = schemas.get(kind)!;
      assert.ok(
        extension(value.extensions![EXTENSION_IDS[kind]]),
        JSON.stringify(extension.errors),
      );
      if (value.pattern_type === 'stillwatch')
        assert.ok(pattern(JSON.parse(value.pattern!)), JSON.stringify(pattern.errors));
    });

  for (const { about, value, faults } of fixtures('invalid', kind))
    test(`${kind}: ${about} is refused, and the fault is named`, () => {
      const { diagnostics } = parseDistillationIndicator(value);
      assert.deepEqual(
        diagnostics?.map(({ code, path }) => ({ code, path })),
        faults,
      );
      for (const { message } of diagnostics!) assert.match(message, /^.{5,300}\.$|: .+$/s);
    });
}

test('every code has a fixture', () => {
  const used = new Set(
    INDICATOR_KINDS.flatMap((kind) => fixtures('invalid', kind)).flatMap((f) =>
      f.faults!.map(({ code }) => code),
    ),
  );
  for (const code of Object.keys(PROFILE_CODES)) assert.ok(used.has(code), code);
});

test('what a schema refuses, the reader refuses', () => {
  let refused = 0;
  for (const kind of INDICATOR_KINDS)
    for (const { about, value } of [...fixtures('invalid', kind), ...fixtures('valid', kind)]) {
      const extension = value.extensions?.[EXTENSION_IDS[kind]];
      if (extension === undefined || schemas.get(kind)!.extension(extension)) continue;
      refused += 1;
      assert.ok(parseDistillationIndicator(value).diagnostics !== undefined, about);
    }
  assert.ok(refused > 8, `${refused}`);
});

test('nothing is dropped from an indicator without a fault: every removal and every addition is seen', () => {
  for (const kind of INDICATOR_KINDS) {
    const value = fixtures('valid', kind)[0]!.value;
    const id = EXTENSION_IDS[kind];
    const extension = value.extensions![id] as Record<string, unknown>;
    for (const name of Object.keys(extension)) {
      const { [name]: _, ...rest } = extension;
      const without = { ...value, extensions: { [id]: rest } };
      assert.ok(parseDistillationIndicator(without).diagnostics, `${kind} without ${name}`);
    }
    const more = { ...value, extensions: { [id]: { ...extension, note: 'x' } } };
    assert.ok(parseDistillationIndicator(more).diagnostics, `${kind} with note`);
  }
});

test('values of any kind are refused without an exception', () => {
  for (const value of [
    null,
    1,
    'x',
    [],
    {},
    { type: 'indicator' },
    { type: 'indicator', extensions: [] },
  ])
    assert.ok((parseDistillationIndicator(value).diagnostics?.length ?? 0) > 0);
});

test('a message repeats nothing of what the object holds', () => {
  const secret = 'acct_0ee0a08c3f3f995a';
  const value = fixtures('valid', 'attack-fingerprint')[0]!.value;
  const { diagnostics } = parseDistillationIndicator({
    ...value,
    name: secret,
    description: secret,
    pattern: canonicalJson({ kind: secret }),
  });
  assert.ok(diagnostics!.length >= 3);
  assert.ok(!JSON.stringify(diagnostics).includes(secret));
});

test('the extension definitions are STIX, point at the published schemas, and never change their ids', () => {
  const objects = [PROFILE_IDENTITY, ...Object.values(EXTENSION_DEFINITIONS)];
  const bundle = { type: 'bundle', id: 'bundle--0a6b7bd0-6a3c-4f0e-9d5d-0f2f7d1f2c11', objects };
  const parsed = parseBundle(bundle);
  assert.deepEqual(parsed.diagnostics, undefined);
  for (const kind of INDICATOR_KINDS) assert.equal(schemas.get(kind)!.schema.$id, schemaIdOf(kind));
  assert.deepEqual(EXTENSION_IDS, {
    'attack-fingerprint': 'extension-definition--652b8c8e-1c81-5262-901e-b698d901c79a',
    'query-signature': 'extension-definition--c34f677b-2988-5660-bd45-bec886d9081e',
    'actor-identifier': 'extension-definition--37b17f87-6caa-50dd-a675-df7309e93688',
  });
});

const page = text('docs/reference/distillation-profile.md');

test('the page lists every code with its meaning, and no other', () => {
  const rows = [...page.matchAll(/^\| `(PROFILE_\w+)` +\| ([^|]+?) +\|$/gm)];
  assert.deepEqual(
    rows.map(([, code, means]) => [code, means]),
    Object.entries(PROFILE_CODES),
  );
});

test('the page states ids and longest times as they are', () => {
  for (const kind of INDICATOR_KINDS) {
    assert.ok(page.includes(EXTENSION_IDS[kind]), kind);
    assert.match(page, new RegExp(`\\| ${kind} +\\| ${LONGEST_DAYS[kind]} `));
  }
});

test('the examples of the page are indicators of the profile', () => {
  const blocks = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, block]) =>
    JSON.parse(block!),
  ) as { type?: string; kind?: string }[];
  const indicators = blocks.filter((b) => b.type === 'indicator');
  assert.equal(indicators.length, 3);
  for (const example of indicators)
    assert.deepEqual(parseDistillationIndicator(example).diagnostics, undefined);
  for (const example of blocks.filter((b) => b.kind !== undefined)) {
    const { pattern } = schemas.get(example.kind as IndicatorKind)!;
    assert.ok(pattern(example), JSON.stringify(pattern.errors));
  }
});
