import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrongImports } from './check-imports.ts';

test('a lower folder may not import a higher one', () => {
  const wrong = wrongImports('detect/profile/x.ts', "import { a } from '../family/a.ts';");
  assert.equal(wrong.length, 1);
});

test('a higher folder may import a lower one', () => {
  assert.deepEqual(wrongImports('detect/family/x.ts', "import { a } from '../profile/a.ts';"), []);
});

test('only cli may use prove', () => {
  assert.equal(wrongImports('serve/hub/x.ts', "import('../../prove/a.ts');").length, 1);
  assert.deepEqual(wrongImports('cli/x.ts', "import type { A } from '../prove/a.ts';"), []);
});

test('a folder without a declared layer is refused', () => {
  assert.equal(wrongImports('misc/x.ts', '').length, 1);
});

test('tests, and only tests, may import vectors', () => {
  const text = "import vectors from '../../interop/oprf/x.json' with { type: 'json' };";
  assert.deepEqual(wrongImports('base/x.test.ts', text), []);
  assert.equal(wrongImports('base/x.ts', text).length, 1);
});
