import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allMarkingRefs, markingRefsAt, strictestTlp } from './markings.ts';
import { parseObject } from './parse.ts';
import { parseSelector, resolveSelector } from './selector.ts';
import { TLP_BY_ID, TLP1_MARKINGS, TLP2_MARKINGS, tlpLevelOf } from './tlp.ts';
import type { StixObject } from './types.ts';

const statement = 'marking-definition--00000000-0000-4000-8000-000000000009';

const marked = parseObject({
  type: 'campaign',
  spec_version: '2.1',
  id: 'campaign--00000000-0000-4000-8000-000000000001',
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  name: 'n',
  description: 'd',
  external_references: [{ source_name: 's', url: 'https://example.org/' }],
  object_marking_refs: [TLP2_MARKINGS.green.id],
  granular_markings: [
    { marking_ref: TLP2_MARKINGS['amber+strict'].id, selectors: ['external_references'] },
    { marking_ref: statement, selectors: ['description', 'name'] },
    { lang: 'de', selectors: ['description'] },
  ],
}).object as StixObject;

test('7.2.2 markings of the object lie on every part', () => {
  assert.deepEqual(markingRefsAt(marked, 'id'), [TLP2_MARKINGS.green.id]);
});

test('7.2.3.1 a selection includes what is inside it', () => {
  const refs = markingRefsAt(marked, 'external_references.[0].url');
  assert.deepEqual(refs, [TLP2_MARKINGS.green.id, TLP2_MARKINGS['amber+strict'].id]);
  assert.deepEqual(markingRefsAt(marked, 'description'), [TLP2_MARKINGS.green.id, statement]);
});

test('the strictest TLP of an object counts its parts', () => {
  assert.equal(strictestTlp(marked), 'amber+strict');
  assert.equal(allMarkingRefs(marked).length, 3);
  const bare = { type: 'url', id: 'url--28bb3599-77cd-5a82-a950-b5bc3caf07c4' };
  assert.equal(strictestTlp(bare), undefined);
});

test('7.2.3.1 selectors are resolved step by step', () => {
  const at = (selector: string) => {
    const steps = parseSelector(selector);
    return steps === undefined ? 'malformed' : resolveSelector(marked, steps);
  };
  assert.equal(at('external_references.[0].source_name'), 's');
  assert.equal(at('external_references.[1]'), undefined);
  assert.equal(at('external_references.length'), undefined);
  assert.equal(at('name.[0]'), undefined);
  assert.equal(at('constructor'), undefined);
  for (const bad of ['', '.', 'a.', '[0]', 'a.[-1]', 'a.[01]', 'a[0]', '$.a', 'a b']) {
    assert.equal(at(bad), 'malformed', bad);
  }
});

test('7.2.1.4 TLP 1 and the extension for TLP 2.0 are fixed objects that parse', () => {
  assert.equal(TLP_BY_ID.size, 9);
  for (const marking of TLP_BY_ID.values()) {
    assert.deepEqual(parseObject(marking).diagnostics, undefined);
    const renamed = { ...marking, created: '2020-01-01T00:00:00.000Z' };
    assert.equal(parseObject(renamed).diagnostics?.[0]?.code, 'STIX_MARKING');
  }
  assert.equal(tlpLevelOf(TLP1_MARKINGS.white.id), 'clear');
  assert.equal(tlpLevelOf(statement), undefined);
});
