import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSharedKeys } from '../campaign/shared-keys.ts';
import { linksOf } from './campaign-links.ts';
import { type Asked, populationOf } from './test-help.ts';

const paidWith = (card: string, organizationId: string | null = null): Asked => ({
  prompts: ['hello'],
  record: { paymentFingerprint: card, organizationId },
});

const linksAmong = (
  accounts: Readonly<Record<string, Asked>>,
  members: readonly number[],
  odds: readonly number[] = [],
) => {
  const population = populationOf(accounts);
  return linksOf(population, findSharedKeys(population), members, odds);
};

test('a card that two of five entities hold adds ln(5 / 2)', () => {
  const accounts = {
    a: paidWith('x'),
    b: paidWith('x'),
    c: paidWith('y'),
    d: paidWith('z'),
    e: paidWith('w'),
  };
  assert.deepEqual(linksAmong(accounts, [0, 1, 2]), [
    { a: 'a', b: 'b', llr: Math.log(5 / 2), kinds: ['payment'] },
  ]);
});

test('the rarer card makes the stronger link, and the strongest comes first', () => {
  const accounts = {
    a: paidWith('common'),
    b: paidWith('common'),
    c: paidWith('common'),
    d: paidWith('rare'),
    e: paidWith('rare'),
  };
  const links = linksAmong(accounts, [0, 1, 2, 3, 4]);
  assert.deepEqual(
    links.map(({ a, b }) => a + b),
    ['de', 'ab', 'ac', 'bc'],
  );
  assert.ok(links[0]!.llr > links[1]!.llr);
});

test('accounts of one declared organization are not linked to each other', () => {
  const accounts = { a: paidWith('x', 'org'), b: paidWith('x', 'org'), c: paidWith('x') };
  assert.deepEqual(
    linksAmong(accounts, [0, 1, 2]).map(({ a, b }) => a + b),
    ['ac', 'bc'],
  );
});

test('an account outside the set is in no link', () => {
  const accounts = { a: paidWith('x'), b: paidWith('x'), c: paidWith('x') };
  assert.deepEqual(
    linksAmong(accounts, [0, 2]).map(({ a, b }) => a + b),
    ['ac'],
  );
});

test('who shares nothing is linked by what it asks to the surest member, by the weaker odds', () => {
  const accounts = { a: paidWith('x'), b: paidWith('x'), c: paidWith('y'), d: paidWith('z') };
  const links = linksAmong(accounts, [0, 1, 2, 3], [9, 7, 6, -1]);
  const family = links.filter(({ kinds }) => kinds[0] === 'family');
  assert.deepEqual(family, [
    { a: 'a', b: 'c', llr: 6, kinds: ['family'] },
    { a: 'a', b: 'd', llr: 0, kinds: ['family'] },
  ]);
});

test('a card of fifty accounts is no thousand lines, yet every holder is in one', () => {
  const holders = Array.from({ length: 50 }, (_, i) => [`h${10 + i}`, paidWith('x')] as const);
  const others = Array.from({ length: 50 }, (_, i) => [`o${10 + i}`, paidWith(`y${i}`)] as const);
  const links = linksAmong(
    Object.fromEntries([...holders, ...others]),
    holders.map((_, i) => i),
  );
  assert.ok(links.length <= 60);
  assert.equal(new Set(links.flatMap(({ a, b }) => [a, b])).size, 50);
});
