import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { StillwatchError } from '../../base/errors.ts';
import { resolveOptions } from '../simulate/options.ts';
import { answerOf } from './examples.ts';
import { GRAMMAR_MATERIAL, readMaterial, sharedOrigins } from './material.ts';
import { worldOf } from './plan.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-material-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A folder of prompt files: role/name → prompts. */
const folderOf = (
  name: string,
  files: Readonly<Record<string, readonly string[]>>,
  sources?: string,
): string => {
  const folder = join(root, name);
  for (const [path, prompts] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(
      join(folder, path),
      prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(''),
    );
  }
  if (sources !== undefined) writeFileSync(join(folder, 'sources.json'), sources);
  return folder;
};

const declared = (rows: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(rows).map(([file, origin]) => [file, { origin, licence: 'MIT' }]),
    ),
  );

test('a folder gives its prompts by role, with declared origin and licence', () => {
  const folder = folderOf(
    'one',
    { 'harvest/a.jsonl': ['x'], 'everyday/b.jsonl': ['y', 'z'], 'evaluation/c.jsonl': ['w'] },
    declared({ 'a.jsonl': 'someone/a', 'b.jsonl': 'someone/b', 'c.jsonl': 'someone/c' }),
  );
  const material = readMaterial('one', [folder]);
  assert.deepEqual(
    material.sources.map(({ name, origin, licence }) => [name, origin, licence]),
    [
      ['a.jsonl', 'someone/a', 'MIT'],
      ['b.jsonl', 'someone/b', 'MIT'],
      ['c.jsonl', 'someone/c', 'MIT'],
    ],
  );
  assert.equal(material.everyday[0]!.size, 2);
  assert.match(material.sources[0]!.sha256!, /^[0-9a-f]{64}$/);
});

test('a silent role is spoken by the grammars, which then are a source', () => {
  const material = readMaterial('two', [folderOf('two', { 'harvest/a.jsonl': ['x'] })]);
  assert.deepEqual(material.sources.at(-1), GRAMMAR_MATERIAL.sources[0]);
  assert.deepEqual(sharedOrigins(material, GRAMMAR_MATERIAL), [
    GRAMMAR_MATERIAL.sources[0]!.origin,
  ]);
});

test('one origin on both sides is found, by its name and by the bytes of a file', () => {
  const files = (text: string): Record<string, string[]> => ({
    'harvest/p.jsonl': [text],
    'everyday/q.jsonl': [`${text} q`],
    'evaluation/r.jsonl': [`${text} r`],
  });
  const names = (x: string): string =>
    declared({ 'p.jsonl': `${x}/p`, 'q.jsonl': `${x}/q`, 'r.jsonl': `${x}/r` });
  const left = readMaterial('l', [folderOf('left', files('a'), names('left'))]);
  const right = readMaterial('r', [folderOf('right', files('b'), names('right'))]);
  assert.deepEqual(sharedOrigins(left, right), []);
  const same = readMaterial('s', [folderOf('same', files('c'), declared({ 'p.jsonl': 'left/p' }))]);
  assert.deepEqual(sharedOrigins(left, same), ['left/p']);
  // Renamed, but the bytes are the same.
  const copied = readMaterial('c', [folderOf('copied', files('a'), names('other'))]);
  assert.equal(sharedOrigins(left, copied).length, 3);
});

test('several folders keep what each of them declares', () => {
  const one = folderOf('first', { 'harvest/a.jsonl': ['1'] }, declared({ 'a.jsonl': 'first/a' }));
  const two = folderOf('second', { 'harvest/a.jsonl': ['2'] }, declared({ 'a.jsonl': 'second/a' }));
  const { harvest, sources } = readMaterial('both', [one, two]);
  assert.equal(harvest.length, 2);
  assert.deepEqual(
    sources.map((s) => s.origin),
    ['first/a', 'second/a', GRAMMAR_MATERIAL.sources[0]!.origin],
  );
});

test('a folder without prompt files is refused: nobody asked for the grammars', () => {
  mkdirSync(join(root, 'empty'), { recursive: true });
  assert.throws(
    () => readMaterial('empty', [join(root, 'empty')]),
    (e: unknown) => e instanceof StillwatchError && e.code === 'PROMPTS_UNREADABLE',
  );
});

test('a sources.json that is wrong is refused with its faults', () => {
  for (const text of ['{', '[]', '{"a.jsonl":{"origin":1}}'])
    assert.throws(
      () => readMaterial('bad', [folderOf('bad', { 'harvest/a.jsonl': ['x'] }, text)]),
      (e: unknown) => e instanceof StillwatchError && e.code === 'PROMPTS_UNREADABLE',
    );
});

test('every seed is a world that can be made, and consecutive ones differ in what is hard', () => {
  const requests = Array.from(
    { length: 48 },
    (_, i) => worldOf(i + 1, 2_400, GRAMMAR_MATERIAL).request,
  );
  for (const request of requests) resolveOptions(request);
  for (const key of ['network', 'language', 'schedule', 'releasePivot', 'evade'] as const)
    assert.ok(new Set(requests.map((r) => String(r[key]))).size > 1, key);
  assert.ok(new Set(requests.map((r) => JSON.stringify([r.unrelated, r.network]))).size >= 10);
});

test('a set is a campaign when most of it is, benign when hardly any is, and nothing in between', () => {
  const members = (
    harvest: number,
    group: string,
    others: number,
  ): Parameters<typeof answerOf>[0] => [
    ...Array.from({ length: harvest }, (_, i) => ({
      account_id: `h${i}`,
      label: 'distillation' as const,
      campaign: 'campaign-2',
      group: 'campaign',
    })),
    ...Array.from({ length: others }, (_, i) => ({
      account_id: `o${i}`,
      label: 'benign' as const,
      campaign: null,
      group,
    })),
  ];
  assert.deepEqual(answerOf(members(9, 'person', 1)), { campaign: true, group: 'campaign-2' });
  assert.deepEqual(answerOf(members(0, 'classroom', 10)), { campaign: false, group: 'classroom' });
  assert.deepEqual(answerOf(members(1, 'person', 19)), { campaign: false, group: 'crowd' });
  assert.equal(answerOf(members(5, 'person', 5)), null);
});
