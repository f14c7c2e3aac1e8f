import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { StillwatchError } from '../../../base/errors.ts';
import { contributionOf, type IntentModel, loadIntentModel } from '../intent-model.ts';
import { SIGNALS } from '../signals.ts';
import { idOfModel, parseIntentModel } from './parse.ts';

const BUILT_IN = readFileSync(new URL('../intent-model.json', import.meta.url), 'utf8');
const model = (): IntentModel => JSON.parse(BUILT_IN) as IntentModel;

/** A model that may be spoilt. */
interface Draft {
  kind: string;
  bias: number | string;
  readonly features: {
    signal: string;
    formula: string;
    direction: number;
    readonly knots: number[];
    curve: number[];
  }[];
  readonly ordinary: number[];
}

/** The built-in model with something changed, and the id that its content then has. */
const changed = (change: (m: Draft) => unknown): string => {
  const copy = JSON.parse(BUILT_IN) as Draft;
  change(copy);
  return JSON.stringify({ ...copy, id: idOfModel(copy as unknown as IntentModel) });
};

const faultsOf = (json: string): string => {
  const parsed = parseIntentModel(json);
  assert.ok('faults' in parsed, 'it was accepted');
  return parsed.faults.join('\n');
};

test('the built-in model is one that this version can use', () => {
  const loaded = loadIntentModel();
  assert.deepEqual(loaded, model());
  assert.ok(loaded.features.length >= 3);
  assert.ok(loaded.provenance.sources.length > 0 && loaded.provenance.seeds.length > 0);
});

test('a value changed by hand is noticed by the id', () => {
  const copy = model() as unknown as { bias: number };
  copy.bias += 0.5;
  assert.match(faultsOf(JSON.stringify(copy)), /changed after the fit/);
});

for (const [what, change, says] of [
  [
    'an unknown signal',
    (m) => (m.features[0]!.signal = 'gut-feeling'),
    /a signal of the intent axis/,
  ],
  ['a signal of the other axis', (m) => (m.features[0]!.signal = 'shared-payment'), /intent axis/],
  [
    'another revision of a formula',
    (m) => (m.features[0]!.formula = `${m.features[0]!.signal}@99`),
    /@99/,
  ],
  ['a turned direction', (m) => (m.features[0]!.direction *= -1), /direction/],
  ['a curve that falls', (m) => m.features[0]!.curve.reverse(), /never falls/],
  ['knots out of order', (m) => m.features[0]!.knots.reverse(), /ascending knots/],
  ['knots without values', (m) => m.features[0]!.curve.pop(), /as many values/],
  ['a term twice', (m) => m.features.push(m.features[0]!), /one term per signal/],
  ['no terms', (m) => m.features.splice(0), /a term/],
  ['a text for a number', (m) => (m.bias = '1'), /bias/],
  [
    'a curve without bounds',
    (m) => (m.features[0]!.curve = m.features[0]!.curve.map(() => 1e9)),
    /curve/,
  ],
  ['another kind of file', (m) => (m.kind = 'stillwatch-baseline'), /kind/],
  ['ordinary sets out of order', (m) => m.ordinary.reverse(), /ascending/],
] as const satisfies readonly (readonly [string, (m: Draft) => unknown, RegExp])[])
  test(`refuses ${what}`, () => {
    assert.match(faultsOf(changed(change)), says);
  });

test('any text is refused or read, never thrown about', () => {
  fc.assert(fc.property(fc.string(), (text) => 'faults' in parseIntentModel(text)));
  fc.assert(fc.property(fc.json(), (text) => 'faults' in parseIntentModel(text)));
});

test('a file that is no model is MODEL_UNREADABLE, and says where', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-model-'));
  try {
    const path = join(folder, 'm.json');
    const unreadable = (e: unknown): boolean =>
      e instanceof StillwatchError && e.code === 'MODEL_UNREADABLE' && e.message.includes('m.json');
    assert.throws(() => loadIntentModel(path), unreadable);
    writeFileSync(path, '{}');
    assert.throws(() => loadIntentModel(path), unreadable);
    writeFileSync(path, BUILT_IN);
    assert.equal(loadIntentModel(path).id, model().id);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('log-odds never fall as a signal of the built-in model speaks louder', () => {
  for (const feature of loadIntentModel().features) {
    const { direction } = SIGNALS.find((s) => s.name === feature.signal)!;
    const span = feature.knots.at(-1)! - feature.knots[0]!;
    let before = Number.NEGATIVE_INFINITY;
    for (let i = -5; i <= 105; i++) {
      const oriented = direction > 0 ? i / 100 : 1 - i / 100;
      const now = contributionOf(feature, direction, feature.knots[0]! + span * oriented);
      assert.ok(now >= before - 1e-9, `${feature.signal} at ${i} %`);
      before = now;
    }
  }
});

test('contributionOf bends at knots, steps at equal ones, and is flat beyond the ends', () => {
  const term = { knots: [0, 1, 1, 2], curve: [-1, 0, 1, 3] };
  const at = (x: number): number => contributionOf(term, 1, x);
  assert.deepEqual([-5, 0, 0.5, 1, 1.5, 2, 9].map(at), [-1, -1, -0.5, 0, 2, 3, 3]);
  assert.equal(contributionOf(term, -1, 1.5), -2);
  assert.equal(contributionOf(term, 1, Number.NaN), 0);
});
