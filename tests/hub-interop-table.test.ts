/** The table of interoperability in docs/reference/taxii.md: complete, and each test that it names exists. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PROPERTY_FILTERS } from '../src/serve/hub/taxii/property-filters.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const page = read('docs/reference/taxii.md');
const rows = [
  ...page.matchAll(/^\| (3\.[\d.]+) \| ([^|]+) \| (mandatory|optional) \| `([^`]+)` \| (.+) \|$/gm),
].map(([, section, , verification, file, name]) => ({ section, verification, file, name }));

test('there are 39 mandatory and 5 optional rows', () => {
  const count = (kind: string): number =>
    rows.filter(({ verification }) => verification === kind).length;
  assert.deepEqual([count('mandatory'), count('optional')], [39, 5]);
});

test('the test of every row exists', () => {
  for (const { section, file, name } of rows)
    assert.ok(
      read(file!).includes(`test('${name}', `),
      `${section}: ${file} has no test "${name}"`,
    );
});

test('every optional filter is listed', () => {
  const list = page.slice(page.indexOf('### Optional filters'));
  for (const name of PROPERTY_FILTERS.keys()) {
    const [bare, sign] = [name.replace(/-[gl]te$/, ''), /-[gl]te$/.exec(name)?.[0]];
    assert.ok(list.includes(`\`${name}\``) || list.includes(`\`${bare}-gte\`, \`${sign}\``), name);
  }
});
