import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceAccounts, variation, WINDOW } from './account-trace.ts';
import { classicScore, classicSignals } from './classic-score.ts';
import { DIMENSIONS, embed } from './lexical-embedding.ts';
import { blatant, exchangeOf, ordinary } from './test-traffic.ts';

const firstOf = async (exchanges: ReturnType<typeof ordinary>) =>
  [...(await traceAccounts(exchanges)).values()][0]!;

test('moments are those of the whole stream, in any order of accounts', async () => {
  const a = ordinary('a', 1, 50);
  const b = ordinary('b', 1, 80);
  const together = await traceAccounts([...b.slice(0, 30), ...a, ...b.slice(30)]);
  const apart = await firstOf(a);
  assert.deepEqual(together.get('a'), apart);
  const tokens = a.map((e) => e.responseTokens);
  const mean = tokens.reduce((x, y) => x + y) / 50;
  const sd = Math.sqrt(tokens.reduce((sum, t) => sum + (t - mean) ** 2, 0) / 50);
  assert.ok(Math.abs(variation(apart.lengths) - sd / mean) < 1e-12);
  assert.equal(apart.gaps.n, 49);
});

test('the window keeps every prompt of a small account and a fair sample of a large one', async () => {
  const small = await firstOf(ordinary('a', 1, WINDOW));
  assert.equal(small.kept, WINDOW);
  // Position in the stream → how often it is kept, over many accounts of 2 × WINDOW exchanges.
  const kept = new Int32Array(2);
  const marks = ['first half', 'second half'].map((text) => {
    const vector = new Int8Array(DIMENSIONS);
    embed(text, vector);
    return vector.toString();
  });
  for (let account = 0; account < 20; account++) {
    const trace = await firstOf(
      Array.from({ length: 2 * WINDOW }, (_, i) =>
        exchangeOf(`${account}`, i, i < WINDOW ? 'first half' : 'second half', 1),
      ),
    );
    for (let i = 0; i < WINDOW; i++) {
      const vector = trace.window.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
      kept[marks.indexOf(vector.toString())]!++;
    }
  }
  assert.equal(kept[0]! + kept[1]!, 20 * WINDOW);
  // Five standard errors of a fair half (without replacement it is even narrower).
  assert.ok(Math.abs(kept[0]! - 10 * WINDOW) < 5 * Math.sqrt(5 * WINDOW), `${kept}`);
});

test('any prefix of a window is a fair sample, not the earliest prompts', async () => {
  let early = 0;
  for (let account = 0; account < 100; account++) {
    const trace = await firstOf(
      Array.from({ length: 20 }, (_, i) =>
        exchangeOf(`${account}`, i, i < 10 ? 'early' : 'late', 1),
      ),
    );
    const vector = new Int8Array(DIMENSIONS);
    embed('early', vector);
    for (let i = 0; i < 5; i++) {
      const own = trace.window.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
      if (own.toString() === vector.toString()) early++;
    }
  }
  // Half of 500; in order of time it would be all of them.
  assert.ok(early > 190 && early < 310, `${early}`);
});

test('each classic signal answers to its own cause', async () => {
  const loud = classicSignals(await firstOf(blatant('x', 3000)));
  assert.ok(loud.topicCoverage > 0.9);
  assert.ok(loud.lengthUniformity > 0.9);
  assert.equal(loud.temporalRegularity, 1);
  assert.equal(loud.reasoningElicitation, 1);
  const quiet = classicSignals(await firstOf(ordinary('y', 1, 3000)));
  assert.ok(quiet.topicCoverage < 0.6, `${quiet.topicCoverage}`);
  assert.ok(quiet.lengthUniformity < 0.3);
  assert.ok(quiet.temporalRegularity < 0.2);
  assert.equal(quiet.reasoningElicitation, 0);
});

test('reasoning is asked for in eight languages', async () => {
  const prompts = [
    'Show your reasoning.',
    '请逐步解释',
    'Объясни пошагово',
    'explícalo paso a paso',
    'raisonne étape par étape',
    'Schritt für Schritt bitte',
    '段階的に説明して',
    '단계별로 설명해 줘',
    'Hello',
  ];
  const trace = await firstOf(prompts.map((prompt, i) => exchangeOf('a', i, prompt, 1)));
  assert.equal(trace.reasoning, 8);
});

test('one exchange, or none with words, gives a score and not a NaN', async () => {
  assert.equal(classicScore(await firstOf([exchangeOf('a', 5, '…', 0)])), 0);
  assert.equal(
    classicScore(await firstOf([exchangeOf('a', 5, '', 0), exchangeOf('a', 5, '', 0)])),
    0,
  );
});

test('a clock that runs backwards counts as gaps of the same length', async () => {
  const forward = await firstOf([0, 10, 20].map((t) => exchangeOf('a', t, 'x', 1)));
  const backward = await firstOf([20, 10, 0].map((t) => exchangeOf('a', t, 'x', 1)));
  assert.deepEqual(forward.gaps, backward.gaps);
});
