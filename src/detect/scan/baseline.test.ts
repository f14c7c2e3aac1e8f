import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { StillwatchError } from '../../base/errors.ts';
import { loadIntentModel } from '../verdict/intent-model.ts';
import { type Baseline, makeBaseline, readBaseline } from './baseline.ts';
import { searchOf } from './test-help.ts';

const model = loadIntentModel();
const folder = mkdtempSync(join(tmpdir(), 'stillwatch-baseline-'));
const path = join(folder, 'baseline.json');
after(() => rmSync(folder, { recursive: true }));

const SUBJECTS = ['bread', 'tides', 'chess', 'roses', 'kites'];
const traffic = searchOf(
  Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `secret-account-${i}`,
      {
        prompts: Array.from(
          { length: 6 },
          (_, k) => `my very own question ${i} ${k} about ${SUBJECTS[i % 5]} and how they are made`,
        ),
        record: { paymentFingerprint: `secret-card-${i}` },
      },
    ]),
  ),
);
const baseline = await makeBaseline(traffic, 180, model, { resamples: 1 });

const refusal = (value: unknown): string => {
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  try {
    readBaseline(path, model);
  } catch (error) {
    assert.ok(error instanceof StillwatchError);
    assert.equal(error.code, 'BASELINE_UNREADABLE');
    assert.match(error.remedy, /stillwatch baseline/);
    return error.message;
  }
  throw new Error('the baseline was read');
};

test('a baseline comes back as it was written', () => {
  writeFileSync(path, JSON.stringify(baseline));
  assert.deepEqual(readBaseline(path, model), baseline);
  assert.equal(baseline.accounts, 30);
  assert.equal(baseline.model, model.id);
});

test('it holds numbers of groups: no prompt, no account, no card', () => {
  assert.doesNotMatch(JSON.stringify(baseline), /secret|bread|question/);
});

test('equal traffic gives an equal baseline', async () => {
  assert.deepEqual(await makeBaseline(traffic, 180, model, { resamples: 1 }), baseline);
});

test('what is no baseline, or another one, is refused with the reason', () => {
  const other = (change: Partial<Record<keyof Baseline, unknown>>) =>
    refusal({ ...baseline, ...change });
  assert.match(refusal('{'), /cannot be read as JSON/);
  assert.match(refusal('null'), /not a Stillwatch baseline/);
  assert.match(other({ kind: 'x' }), /not a Stillwatch baseline/);
  assert.match(other({ version: 1 }), /not a Stillwatch baseline of version/);
  assert.match(other({ model: 'intent-other' }), /made with intent model intent-other/);
  assert.match(other({ reference: undefined }), /no reference values/);
  const { reference } = baseline;
  assert.match(other({ reference: { ...reference, values: { x: ['1'] } } }), /no numbers/);
  assert.match(other({ reference: { ...reference, intent: { small: {} } } }), /no scores by size/);
  const unknown = { small: { nobody: [1] }, large: {} };
  assert.match(other({ reference: { ...reference, network: unknown } }), /no scores by size/);
  assert.match(other({ drift: [] }), /nothing to watch drift/);
});
