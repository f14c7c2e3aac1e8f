import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, integer, normal } from '../../base/random.ts';
import {
  type ContentRow,
  type MemberContent,
  measureContent,
} from '../campaign/content-evidence.ts';
import { maskOf } from '../profile/elicitation.ts';
import { SIGNAL_DEFINITIONS } from './signal-definitions.ts';
import { contentSignals, SIGNALS } from './signals.ts';

const MEMBERS = 30;
const EACH = 20;

/** Members and their prompts; `row` changes what prompt `i` of member `m` is like. */
const groupOf = (
  row: (m: number, i: number) => Partial<ContentRow>,
): Readonly<Record<string, number>> => {
  const members: MemberContent[] = Array.from({ length: MEMBERS }, (_, m) => ({
    entity: m,
    sampled: 2 * EACH,
    rows: Array.from({ length: EACH }, (_, i) => ({
      key: m * EACH + i,
      times: 1,
      topic: i % 5,
      characters: 100,
      responseTokens: 200,
      elicitation: 0,
      firstTurn: true,
      ...row(m, i),
    })),
  }));
  return contentSignals(measureContent(members));
};

const state = createRandom(11);
/** Shards of one data set: nothing belongs to a member. */
const shards = groupOf(() => ({
  topic: integer(state, 0, 9),
  characters: Math.round(100 * Math.exp(normal(state, 0, 0.4))),
  responseTokens: Math.round(200 * Math.exp(normal(state, 0, 0.2))),
}));
/** People: each has topics and lengths of their own, repeats what others ask, and converses. */
const people = groupOf((m, i) => ({
  key: i % 2 === 0 ? (m + i) % 40 : 1_000 + ((m * EACH + i) % 150),
  times: 1 + (i % 3),
  topic: m % 10,
  characters: Math.round(40 * (1 + (m % 7)) * Math.exp(normal(state, 0, 0.1))),
  responseTokens: Math.round(50 * (1 + (m % 9)) * Math.exp(normal(state, 0, 0.1))),
  elicitation: i % 2 === 0 ? maskOf('human-turn') : 0,
  firstTurn: i % 5 === 0,
}));

test('each signal of content speaks for shards and against people', () => {
  for (const name of [
    'complementary-coverage',
    'distinct-share',
    'own-topics',
    'own-length',
    'own-answer-length',
    'human-turns',
    'standalone-prompts',
    'response-length-spread',
  ]) {
    const { direction } = SIGNALS.find((s) => s.name === name)!;
    const gap = direction * (shards[name]! - people[name]!);
    assert.ok(gap > 0.2, `${name}: shards ${shards[name]}, people ${people[name]}`);
  }
});

test('distinct-share counts each asking, and each prompt once over all members', () => {
  assert.equal(groupOf(() => ({}))['distinct-share'], 1);
  assert.equal(groupOf(() => ({ times: 4 }))['distinct-share'], 0.25);
  // The same prompts from everybody: as many distinct ones as one member has.
  assert.equal(groupOf((_, i) => ({ key: i }))['distinct-share'], 1 / MEMBERS);
});

test('own-answer-length is all of the spread where members differ and answers of one do not', () => {
  const own = groupOf((m) => ({ responseTokens: 50 * (1 + m) }))['own-answer-length']!;
  assert.ok(own > 0.999, `${own}`);
  assert.ok(Math.abs(shards['own-answer-length']!) < 0.1);
});

test('reasoning and grading are shares of the family, apart from each other', () => {
  const values = groupOf((_, i) => ({
    elicitation: i % 2 === 0 ? maskOf('reasoning') : i % 5 === 0 ? maskOf('rubric') : 0,
  }));
  assert.equal(values['reasoning-elicitation'], 0.5);
  assert.equal(values['rubric-grading'], 0.1);
  assert.equal(values.elicitation, 0.6);
});

test('every signal has a definition, a name of its own, and a sentence for any value', () => {
  assert.deepEqual(SIGNALS.map((s) => s.name).sort(), Object.keys(SIGNAL_DEFINITIONS).sort());
  for (const { says } of SIGNALS)
    for (const value of [0, 0.05, 1, -1, 40]) assert.match(says(value), /^[A-Z0-9−-].+\.$/);
});

test('signals that need more than content say nothing about content alone', () => {
  for (const name of ['temporal-regularity', 'shared-payment', 'logprobs'])
    assert.ok(Number.isNaN(shards[name]), name);
});
