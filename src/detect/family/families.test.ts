import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { below, choice, createRandom, shuffle, uniform } from '../../base/random.ts';
import type { Profile } from '../profile/profile.ts';
import { exchangeOf, profileOfAll } from '../profile/test-help.ts';
import { FAMILY_DEFAULTS, type Families, findFamilies } from './find-families.ts';
import { createPromptTable } from './prompt-table.ts';
import { findTopicCommunities } from './topic-communities.ts';
import { countDraws } from './topic-draws.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const fixed = (seed: number): (() => number) => {
  const random = createRandom(seed, 'families');
  return () => uniform(random);
};
const found = (profiles: readonly Profile[]): Families =>
  findFamilies(createPromptTable(profiles, 100_000), profiles.length, FAMILY_DEFAULTS, fixed(1));

const NOUNS = [
  'lamp',
  'river',
  'engine',
  'violin',
  'garden',
  'planet',
  'ticket',
  'mirror',
  'bridge',
];
/** People who ask about one thing of their own; the accounts of `template` ask its variations. */
const crowd = (
  seed: number,
  people: number,
  askers: number,
  template: (noun: string, n: number) => string,
) => {
  const random = createRandom(seed, 'crowd');
  const own = (): string => String.fromCharCode(...range(7).map(() => 97 + below(random, 26)));
  return [
    ...range(people).map(() => {
      const subject = range(6).map(own);
      return range(10).map(() =>
        range(6)
          .map(() => choice(random, subject))
          .join(' '),
      );
    }),
    ...range(askers).map((a) => range(10).map((i) => template(choice(random, NOUNS), a * 10 + i))),
  ].map((prompts) => profileOfAll(prompts.map((prompt) => exchangeOf({ prompt }))));
};
const story = (noun: string, n: number): string =>
  `Write a short story number ${n} in which a ${noun} changes the life of its owner`;

describe('prompt families', () => {
  test('positive control: one template over many accounts is one family, and theirs alone', () => {
    const profiles = crowd(1, 80, 20, story);
    const { families, draws } = found(profiles);
    const shares = families.map((family) => {
      let theirs = 0;
      let all = 0;
      for (const t of family)
        for (let i = draws.topicStarts[t]!; i < draws.topicStarts[t + 1]!; i++) {
          all += draws.accountCounts[i]!;
          if (draws.accountIndex[i]! >= 80) theirs += draws.accountCounts[i]!;
        }
      return { pure: theirs / all, whole: theirs / 200 };
    });
    assert.ok(
      shares.some(({ pure, whole }) => pure > 0.9 && whole > 0.8),
      JSON.stringify(shares),
    );
  });
  test('null control: subjects that nobody shares are no family of many accounts', () => {
    const { families, draws } = found(crowd(2, 100, 0, story));
    for (const family of families) {
      const accounts = new Set(
        family.flatMap((t) =>
          Array.from(draws.accountIndex.subarray(draws.topicStarts[t]!, draws.topicStarts[t + 1]!)),
        ),
      );
      assert.ok(accounts.size < 34, `${accounts.size} of 100`);
    }
  });
  test('equal input gives equal families', () => {
    const profiles = crowd(3, 40, 10, story);
    assert.deepEqual(found(profiles), found(profiles));
  });
  test('without text, the template ids of the edge are the topics', () => {
    const profiles = range(12).map((a) =>
      profileOfAll(
        range(5).map((i) =>
          exchangeOf({
            prompt: '',
            promptHash: `h${a}-${i}`,
            templateId: a < 6 ? 'shared' : `own ${a}`,
          }),
        ),
      ),
    );
    const { draws, topicOf } = found(profiles);
    assert.equal(draws.topics, 7);
    assert.equal(new Set(topicOf.slice(0, 30)).size, 1);
  });
  test('no prompts, no families', () => {
    const { families, draws } = found([]);
    assert.deepEqual([families.length, draws.total], [0, 0]);
  });
});

describe('the table of prompts', () => {
  test('a cut takes as many from each account and keeps shared prompts shared', () => {
    const ask = (own: string) =>
      profileOfAll([
        ...range(20).map((i) => exchangeOf({ prompt: `common question ${i}` })),
        ...range(20).map((i) => exchangeOf({ prompt: `${own} ${i}` })),
      ]);
    const table = createPromptTable([ask('left'), ask('right')], 24);
    assert.deepEqual(Array.from(table.starts), [0, 12, 24]);
    const [left, right] = [table.keys.slice(0, 12), table.keys.slice(12)].map((k) => new Set(k));
    assert.ok([...left!].filter((k) => right!.has(k)).length > 0);
    const texts = new Map(Array.from(table.keys, (k, r) => [k, table.samples[r]!.text] as const));
    for (const [key, text] of texts)
      if (/common/.test(text) && left!.has(key))
        assert.ok(right!.has(key) || [...right!].every((k) => k < key));
  });
  test('equal prompts of one account are one row with a count', () => {
    const table = createPromptTable([profileOfAll(range(5).map(() => exchangeOf()))], 10);
    assert.deepEqual([table.count, table.times[0]], [1, 5]);
  });
});

describe('draws', () => {
  const random = createRandom(5, 'draws');
  const accountOf = Int32Array.from(range(600).map(() => below(random, 40))).sort();
  const topicOf = Int32Array.from(range(600).map(() => below(random, 25)));
  const draws = countDraws(accountOf, topicOf, 41, 25);
  test('count what was drawn, both ways', () => {
    for (const a of [0, 7, 39, 40])
      for (const t of [0, 3, 24]) {
        const wanted = range(600).filter((r) => accountOf[r] === a && topicOf[r] === t).length;
        const inRow = range(draws.starts[a + 1]! - draws.starts[a]!).map(
          (i) => i + draws.starts[a]!,
        );
        const direct = inRow.filter((i) => draws.topicIndex[i] === t).map((i) => draws.counts[i]!);
        const column = range(draws.topicStarts[t + 1]! - draws.topicStarts[t]!).map(
          (i) => i + draws.topicStarts[t]!,
        );
        const across = column
          .filter((i) => draws.accountIndex[i] === a)
          .map((i) => draws.accountCounts[i]!);
        assert.deepEqual([direct[0] ?? 0, across[0] ?? 0], [wanted, wanted]);
      }
  });
  test('topics drawn together are one family, topics drawn apart are none', () => {
    // Accounts 0–29 draw topics 0–4 together, the rest draws 5–24 at random.
    const rows = range(240).flatMap((a) =>
      (a < 30
        ? range(5)
        : shuffle(
            random,
            range(20).map((t) => t + 5),
          ).slice(0, 3)
      ).map((t) => [a, t] as const),
    );
    const { familyOf } = findTopicCommunities(
      countDraws(
        Int32Array.from(rows, ([a]) => a),
        Int32Array.from(rows, ([, t]) => t),
        240,
        25,
      ),
      1,
      fixed(3),
    );
    assert.equal(new Set(familyOf.slice(0, 5)).size, 1);
    assert.ok(range(20).filter((i) => familyOf[i + 5] === familyOf[0]).length === 0);
  });
});
