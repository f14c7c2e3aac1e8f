import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseObject } from './parse.ts';
import type { StixObject } from './types.ts';
import {
  compareVersions,
  latestVersion,
  newVersion,
  revoke,
  sameContent,
  succession,
} from './version.ts';

const T = (n: number) => `2026-01-01T00:00:00.00${n}Z`;

const first = parseObject({
  type: 'campaign',
  spec_version: '2.1',
  id: 'campaign--00000000-0000-4000-8000-000000000001',
  created: T(1),
  modified: T(1),
  name: 'a',
}).object as StixObject;

test('3.6 the latest modified is the state of the object', () => {
  const second = newVersion(first, { name: 'b' }, T(2));
  const later = { ...first, modified: '2026-01-01T00:00:00.0020000001Z' };
  assert.equal(latestVersion([second, later, first]), later);
  assert.ok(compareVersions(first, second) < 0);
});

test('3.6 what an arriving object is to the one that is kept', () => {
  const second = newVersion(first, { name: 'b' }, T(2));
  const gone = revoke(second, T(3));
  assert.equal(succession(undefined, first), 'new-object');
  assert.equal(succession(first, second), 'new-version');
  assert.equal(succession(second, first), 'older-version');
  assert.equal(succession(second, gone), 'revocation');
  assert.equal(succession(gone, { ...gone, modified: T(4) }), 'after-revocation');
  assert.equal(succession(first, { ...first }), 'duplicate');
  assert.equal(succession(first, { ...first, name: 'other' }), 'conflict');
  const creator = { created_by_ref: 'identity--00000000-0000-4000-8000-000000000002' };
  assert.equal(succession(first, { ...second, ...creator }), 'other-creator');
  assert.equal(succession(first, { ...second, created: T(2) }), 'changed-created');
});

test('3.6 a default may be written or left out', () => {
  assert.equal(sameContent(first, { ...first, revoked: false }), true);
  assert.equal(sameContent(first, { ...first, revoked: true }), false);
  const copy = Object.fromEntries(Object.entries(first).reverse());
  assert.equal(sameContent(first, copy as unknown as StixObject), true);
});

test('3.6 observables have no versions', () => {
  const address = {
    type: 'ipv4-addr',
    id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4',
    value: '198.51.100.3',
  };
  assert.equal(succession(address, { ...address }), 'duplicate');
  assert.equal(succession(address, { ...address, defanged: true }), 'not-versioned');
});
