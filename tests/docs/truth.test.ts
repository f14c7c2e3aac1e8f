/** Links, scripts and constants of the documentation against the repository. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { documents, ROOT, readText, sources } from './documents.ts';

/** The anchor of a heading, as source forges make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

const anchorsIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!)));

const exists = (path: string): boolean => existsSync(new URL(path, ROOT));

test('every link leads somewhere', () => {
  let links = 0;
  for (const { path, text } of documents())
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [file, anchor] = target!.split('#', 2);
      const at = file === '' ? path : join(dirname(path), file!);
      assert.ok(exists(at), `${path}: ${target}`);
      if (anchor !== undefined)
        assert.ok(anchorsIn(readText(at)).has(anchor), `${path}: no heading for ${target}`);
      links++;
    }
  assert.ok(links > 100, `only ${links} links were found`);
});

test('every page is on the map', () => {
  const map = readText('docs/README.md') + readText('docs/adr/README.md');
  for (const { path } of documents())
    if (path.startsWith('docs/') && !path.endsWith('README.md'))
      assert.ok(map.includes(path.split('/').at(-1)!), `${path} is not on the map`);
});

test('pages that the code names exist', () => {
  for (const { path, text } of [...sources('src'), ...sources('tools'), ...sources('bench')])
    for (const [page] of text.matchAll(/\bdocs\/[\w/-]+\.(?:md|json)\b/g))
      assert.ok(exists(page), `${path} names ${page}`);
});

test('files and scripts that the pages name exist', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
  for (const { path, text } of documents()) {
    for (const [, file] of text.matchAll(/`((?:src|tools|bench|tests|bin)\/[\w./-]*)`/g))
      assert.ok(exists(file!), `${path} names ${file}`);
    for (const [, script] of text.matchAll(/\bnpm run ([\w:]+)/g))
      assert.ok(script! in scripts, `${path} names npm run ${script}`);
  }
  assert.ok('start' in scripts && 'test' in scripts);
});

test('constants have the values that the page states', () => {
  const rows = [
    ...readText('docs/reference/constants.md').matchAll(
      /^\| `(\w+)` +\| `([^`]+)` +\| `([^`]+)` +\|/gm,
    ),
  ];
  assert.ok(rows.length > 20);
  for (const [, name, value, path] of rows) {
    const source = readFileSync(new URL(path!, ROOT), 'utf8');
    const literal = value!.replaceAll(/[\][*.^$()+?{}|\\]/g, '\\$&');
    const stated = new RegExp(`\\b${name}(?: =|:) ${literal}(?=[,;\\s])`);
    assert.ok(stated.test(source), `${name} in ${path} is not ${value}`);
  }
});
