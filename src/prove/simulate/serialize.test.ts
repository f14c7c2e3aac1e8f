import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSerializer } from './serialize.ts';
import { simulate } from './simulate.ts';

it('writes what JSON.stringify would, for every kind of row', () => {
  const serialize = createSerializer();
  const seen = new Set<string>();
  for (const row of simulate({ world: 'mixed', accounts: 300, days: 3, seed: 2 }).exchanges) {
    const line = serialize(row);
    assert.ok(line.endsWith('}\n'));
    assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(row)));
    for (const [name, value] of Object.entries(row)) if (value !== undefined) seen.add(name);
  }
  assert.equal(seen.size, 26, `every field occurs: ${[...seen].join(' ')}`);
});
