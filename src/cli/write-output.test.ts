import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeOutput } from './write-output.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-output-'));
after(() => rmSync(folder, { recursive: true }));

test('a file is written with the folders above it, and written over', () => {
  const path = join(folder, 'a/b/c.json');
  writeOutput(path, 'one');
  writeOutput(path, 'two');
  assert.equal(readFileSync(path, 'utf8'), 'two');
});

test('what cannot be written ends with its code', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const path of [folder, join(file, 'below'), join(file, 'deep/below')])
    assert.throws(() => writeOutput(path, ''), { code: 'OUTPUT_UNWRITABLE' });
});

const elsewhere = existsSync('/proc/self') ? false : 'this system has no /proc';
test('a file system that makes no folders ends it too', { skip: elsewhere, timeout: 5_000 }, () => {
  assert.throws(() => writeOutput('/proc/none/x.html', ''), { code: 'OUTPUT_UNWRITABLE' });
});
