import assert from 'node:assert/strict';
import { test } from 'node:test';
import { below, createRandom } from '../../base/random.ts';
import { countDraws } from '../family/topic-draws.ts';
import { compositionLogOdds, compositionOf } from './composition.ts';
import { splitAccounts } from './split.ts';

/** Accounts that draw `each` prompts from topics that `topicOf` names. */
const draws = (
  accounts: number,
  each: number,
  topics: number,
  topicOf: (a: number, i: number) => number,
) =>
  countDraws(
    Int32Array.from({ length: accounts * each }, (_, r) => Math.floor(r / each)),
    Int32Array.from({ length: accounts * each }, (_, r) => topicOf(Math.floor(r / each), r % each)),
    accounts,
    topics,
  );
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('two operations that share a topic fall into their sides', () => {
  const random = createRandom(1, 'split');
  // Topic 0 is everybody's; the rest belongs to one side.
  const both = draws(40, 12, 13, (a, i) => (i === 0 ? 0 : 1 + (a < 20 ? 0 : 6) + below(random, 6)));
  const sides = splitAccounts(both, range(40), range(13), 5);
  assert.deepEqual(
    new Set(sides!.map((s) => s.map((a) => a < 20).every((x) => x === s[0]! < 20))),
    new Set([true]),
  );
  assert.deepEqual(
    sides!.map((s) => s.length),
    [20, 20],
  );
});

test('one operation has no sides', () => {
  const random = createRandom(2, 'split');
  const one = draws(40, 12, 12, () => below(random, 12));
  assert.equal(splitAccounts(one, range(40), range(12), 5), null);
});

test('a handful is not split', () => {
  const few = draws(8, 12, 4, (a) => (a < 4 ? a % 2 : 2 + (a % 2)));
  assert.equal(splitAccounts(few, range(8), range(4), 5), null);
});

test('the urn: even draws fit a data set, a favourite corner fits a person', () => {
  const even = draws(11, 8, 8, (a, i) => (a === 10 ? 3 : i));
  const composition = compositionOf(even, range(8), range(10));
  assert.ok(compositionLogOdds(even, composition, 0) > 1);
  assert.ok(compositionLogOdds(even, composition, 10) < -5);
});

test('the urn takes the value of its formula', () => {
  // Two draws on two topics, one each; the others draw evenly: α = 2, so αb = 1 for each topic.
  const small = draws(5, 2, 2, (_, i) => i);
  const composition = {
    group: new Map([
      [0, 0.5],
      [1, 0.5],
    ]),
    others: new Map([
      [0, 0.5],
      [1, 0.5],
    ]),
  };
  // ln(½ · ½) − ln(Γ(2)/Γ(4) · Γ(2)/Γ(1) · Γ(2)/Γ(1)) = ln(1/4) − ln(1/6).
  assert.ok(Math.abs(compositionLogOdds(small, composition, 0) - Math.log(1.5)) < 1e-9);
});
