import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StillwatchError } from '../../base/errors.ts';
import { parseLabels, readLabels } from './labels.ts';

const row = (extra: object): string =>
  JSON.stringify({ account_id: 'a', label: 'benign', campaign: null, group: 'office', ...extra });

const refused =
  (pattern: RegExp) =>
  (error: unknown): boolean =>
    error instanceof StillwatchError &&
    error.code === 'LABELS_UNREADABLE' &&
    pattern.test(error.message);

test('rows are read, blank lines and a missing campaign are fine', () => {
  const text = `${row({})}\r\n\n{"account_id":"b","label":"distillation","group":"harvest"}\n`;
  assert.deepEqual(parseLabels(text, 'x'), [
    { account_id: 'a', label: 'benign', campaign: null, group: 'office' },
    { account_id: 'b', label: 'distillation', campaign: null, group: 'harvest' },
  ]);
});

test('each fault is named with its line', () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ['{"account_id":', /line 1 is not JSON/],
    ['[]', /line 1 has no account_id/],
    ['null', /line 1 is not an object/],
    [row({ account_id: '' }), /line 1 has no account_id/],
    [row({ label: 'attack' }), /line 1 has no label of benign, reseller, distillation/],
    [row({ campaign: 7 }), /line 1 has a campaign/],
    [row({ group: undefined }), /line 1 has no group/],
    [`${row({})}\n${row({})}`, /line 2 labels an account again/],
    ['', /holds no label/],
  ];
  for (const [text, pattern] of faults) {
    assert.throws(() => parseLabels(text, 'labels.jsonl'), refused(pattern));
  }
  assert.throws(() => parseLabels('x\ny\n', 'f'), refused(/line 1 .*; line 2 /));
});

test('a file that is not there is refused with the same code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stillwatch-labels-'));
  try {
    await assert.rejects(readLabels(join(folder, 'none.jsonl')), refused(/ENOENT/));
    await assert.rejects(readLabels(folder), refused(/EISDIR/));
    await writeFile(join(folder, 'labels.jsonl'), row({}));
    assert.equal((await readLabels(join(folder, 'labels.jsonl'))).length, 1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
