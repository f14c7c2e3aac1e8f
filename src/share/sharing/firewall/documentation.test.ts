import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { WARNING_CODES } from '../warninglist/check.ts';
import { ALLOWED } from './check.ts';
import { REASONS } from './context-objects.ts';
import { FIREWALL_CODES } from './fault.ts';

const page = readFileSync(
  new URL('../../../../docs/reference/firewall.md', import.meta.url),
  'utf8',
);

test('the page lists every code with its meaning, and no other of them', () => {
  const codes = { ...FIREWALL_CODES, ...WARNING_CODES };
  for (const [code, meaning] of Object.entries(codes))
    assert.ok(page.includes(`| \`${code}\` | ${meaning} |`), code);
  for (const [, code] of page.matchAll(/`(FIREWALL_[A-Z_]+)`/g))
    assert.ok(Object.hasOwn(codes, code!), code);
});

test('the page lists every kind that may leave, and every reason', () => {
  for (const kind of ALLOWED.keys()) assert.ok(page.includes(`| \`${kind}\` |`), kind);
  for (const reason of REASONS) assert.ok(page.includes(`\`${reason}\``), reason);
});
