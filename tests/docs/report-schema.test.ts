/** docs/reference/report.schema.json against real reports and against the parser of reports. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { noFaults, REFUSED } from '../../src/base/parse.ts';
import { scanReport } from '../../src/cli/report-parser.ts';
import { buildReport, emptyReport } from '../../src/cli/show/fixture.ts';
import { scan } from '../../src/detect/scan/scan.ts';
import { writeWorld } from '../../src/prove/simulate/write-world.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../docs/reference/report.schema.json', import.meta.url), 'utf8'),
);
// The pattern beside each `format` says the same and is checked.
const validate = new Ajv2020({ allErrors: true, formats: { 'date-time': true } }).compile(schema);
const folder = mkdtempSync(join(tmpdir(), 'stillwatch-schema-'));
after(() => rmSync(folder, { recursive: true }));

const isValid = (value: unknown): boolean => validate(value);
const isParsed = (value: unknown): boolean => scanReport(value, '', noFaults()) !== REFUSED;
const small = () => buildReport([{ kind: 'distillation', accounts: 6 }]);

type Json = Record<string, unknown>;
/** A place in a report: the object or list that holds a value, and the value's name there. */
interface Place {
  readonly path: string;
  readonly holder: Json;
  readonly name: string;
}

const placesIn = (value: unknown, path = ''): Place[] => {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Json;
  const names = Object.keys(holder);
  return (Array.isArray(value) ? names.slice(0, 1) : names).flatMap((name) => [
    { path: `${path}/${name}`, holder, name },
    ...placesIn(holder[name], `${path}/${name}`),
  ]);
};

/** Every field of every kind of object in the schema, as Kind.field. */
const declared = (): string[] =>
  Object.entries(schema.$defs as Record<string, { properties?: Json }>).flatMap(([kind, def]) =>
    Object.keys(def.properties ?? {}).map((field) => `${kind}.${field}`),
  );

test('reports of every kind are valid', () => {
  for (const report of [buildReport(), emptyReport(), small()])
    assert.ok(isValid(report), JSON.stringify(validate.errors?.slice(0, 3)));
});

test('the report of a real scan is valid, and the parser keeps all of it', async () => {
  const world = { world: 'sharded', accounts: 300, seed: 5, days: 4, network: 'strong' } as const;
  await writeWorld({ ...world, campaignAccounts: [40, 40] }, folder);
  const { report } = await scan([join(folder, 'traffic.jsonl')], {
    accounts: join(folder, 'accounts.jsonl'),
    level: 0.05,
    threads: 0,
  });
  assert.ok(report.read.exchanges > 1_000);
  const printed: unknown = JSON.parse(JSON.stringify(report));
  assert.ok(isValid(printed), JSON.stringify(validate.errors?.slice(0, 3)));
  assert.deepEqual(scanReport(printed, '', noFaults()), printed);
});

/** What explains a finding further than its scores: a simpler writer may leave it out. */
const MAY_BE_MISSING: Readonly<Record<string, readonly string[]>> = {
  report: ['models', 'procedure', 'drift', 'limits'],
  read: ['duplicates', 'reasons', 'quarantine'],
  calibration: ['version', 'groups', 'left_out'],
  campaign: ['segment', 'links', 'timeline', 'would_change', 'decided_by', 'observables'],
  family: ['asks'],
  evidence: ['axis', 'speaks'],
};

test('every other declared field is required, and nothing else is allowed', () => {
  for (const [kind, def] of Object.entries<{ properties?: Json; required?: string[] }>(
    schema.$defs,
  )) {
    if (def.properties === undefined) continue;
    const missing = MAY_BE_MISSING[kind] ?? [];
    const required = Object.keys(def.properties).filter((name) => !missing.includes(name));
    assert.deepEqual(def.required, required, kind);
    assert.equal((def as { additionalProperties?: unknown }).additionalProperties, false, kind);
  }
});

test('schema and parser know the same fields', () => {
  const places = placesIn(small());
  const inFixture = new Set(places.map((place) => place.name));
  for (const field of declared())
    assert.ok(inFixture.has(field.split('.')[1]!), `${field} is not in the fixture`);
  assert.deepEqual(scanReport(small(), '', noFaults()), small());
});

test('what one of schema and parser refuses, the other refuses', () => {
  const report = small();
  let refused = 0;
  for (const { path, holder, name } of placesIn(report)) {
    const original = holder[name];
    for (const broken of [undefined, null, 'x', -1.5, true, {}, [], [{}]]) {
      holder[name] = broken;
      if (broken === undefined && !Array.isArray(holder)) delete holder[name];
      const copy: unknown = JSON.parse(JSON.stringify(report));
      // A schema cannot say that one list is as long as another; the parser can.
      const unequalRows = /\/timeline\/(accounts|counts)/.test(path);
      if (!unequalRows)
        assert.equal(isValid(copy), isParsed(copy), `${path} = ${JSON.stringify(broken)}`);
      if (!isParsed(copy)) refused++;
    }
    holder[name] = original;
  }
  assert.deepEqual(report, small());
  assert.ok(refused > 200, `only ${refused} broken reports were refused`);
});

test('a field that nobody declared is refused by the schema', () => {
  assert.equal(isValid({ ...small(), prompt: 'what a customer wrote' }), false);
  const [campaign] = small().campaigns;
  assert.equal(isValid({ ...small(), campaigns: [{ ...campaign, prompts: [] }] }), false);
});
