import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NATIVE_FIELDS } from './native.ts';
import { REJECT_REASONS } from './reject.ts';

const page = readFileSync(
  join(import.meta.dirname, '../../../docs/reference/exchange-log.md'),
  'utf8',
);

test('the documentation lists exactly the codes of the registry, with their sentences', () => {
  const listed = [...page.matchAll(/^\| `([A-Z0-9_]+)` \| (.+) \|$/gm)].map((m) => [m[1], m[2]]);
  assert.deepEqual(Object.fromEntries(listed), REJECT_REASONS);
  assert.equal(listed.length, Object.keys(REJECT_REASONS).length);
});

test('the documentation names exactly the native fields that are read', () => {
  const section = page.slice(page.indexOf('## Native fields'), page.indexOf('- A number may be'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((line) =>
    [...line.split('|')[1]!.matchAll(/`([a-z0-9_]+)`/g)].map((m) => m[1]!),
  );
  assert.deepEqual(named.sort(), [...NATIVE_FIELDS].sort());
});

test('every code is one sentence', () => {
  for (const [code, sentence] of Object.entries(REJECT_REASONS))
    assert.match(sentence, /^[A-Z][^\n]*\.$/, code);
});
