/** docs/reference/errors.md against the registry of codes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERROR_CODES } from '../../src/base/errors.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const ROW = /^\| `([A-Z_]+)` +\| (\d) +\| ([^|]+?) +\| ([^|]+?) +\|$/gm;

test('the page lists every code with its exit status and meaning, and no other', () => {
  const listed = [...read('docs/reference/errors.md').matchAll(ROW)].map(
    ([, code, exit, means]) => [code, { exit: Number(exit), means }],
  );
  assert.deepEqual(listed, Object.entries(ERROR_CODES));
});

test('every exit status of a code is explained', () => {
  const page = read('docs/reference/errors.md');
  for (const { exit } of Object.values(ERROR_CODES))
    assert.match(page, new RegExp(`^\\| ${exit} +\\| \\S`, 'm'), `exit ${exit}`);
});

test('every code can happen', () => {
  const source = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.test)\.ts$/.test(path) && path !== 'base/errors.ts')
    .map((path) => read(`src/${path}`))
    .join('\n');
  for (const code of Object.keys(ERROR_CODES)) assert.ok(source.includes(`'${code}'`), code);
});
