import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, uint32 } from '../../../base/random.ts';
import { mean } from '../../../base/statistics.ts';
import { DIMENSIONS, embed, NORM, topicWord } from './lexical-embedding.ts';
import { createReference, type Sample, squaredMmd } from './mmd.ts';
import { harvestPrompt, ordinary } from './test-traffic.ts';

const sampleOf = (prompts: readonly string[]): Sample => {
  const vectors = new Int8Array(prompts.length * DIMENSIONS);
  prompts.forEach((prompt, i) => {
    embed(prompt, vectors, i * DIMENSIONS);
  });
  return { vectors, count: prompts.length };
};

const everyday = (seed: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => ordinary(`${seed}-${i}`, seed, 1)[0]!.prompt);

test('an embedding has one length, ignores case and knows every script', () => {
  const of = (text: string): Int8Array => sampleOf([text]).vectors;
  const length = (v: Int8Array): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
  for (const text of ['a b c d', '请逐步解释', 'объясни пошагово', 'word '.repeat(3000)]) {
    assert.ok(Math.abs(length(of(text)) - NORM) < 6, `${text.slice(0, 9)} ${length(of(text))}`);
  }
  assert.deepEqual(of('Explain THIS'), of('explain this'));
  assert.notDeepEqual(of('explain this'), of('this explain'));
  assert.equal(length(of('?!… 👍')), 0);
  assert.equal(topicWord('What is photosynthesis, please?'), 'photosynthesis');
  assert.equal(topicWord('…'), '');
});

test('equation 3 of Gretton et al., summed by hand', () => {
  const reference = createReference(sampleOf(['one two', 'three four', 'one three']));
  const window = sampleOf(['one two', 'five six']);
  const k = (a: Sample, i: number, b: Sample, j: number): number => {
    let d = 0;
    for (let x = 0; x < DIMENSIONS; x++) {
      d += (a.vectors[i * DIMENSIONS + x]! - b.vectors[j * DIMENSIONS + x]!) ** 2;
    }
    return reference.kernel[d]!;
  };
  const r = reference.sample;
  const within = (k(r, 0, r, 1) + k(r, 0, r, 2) + k(r, 1, r, 2)) / 3;
  const across =
    [0, 1].flatMap((i) => [0, 1, 2].map((j) => k(window, i, r, j))).reduce((a, b) => a + b) / 6;
  const expected = k(window, 0, window, 1) + within - 2 * across;
  const [actual] = squaredMmd(reference, window, [2]);
  assert.ok(Math.abs(actual! - expected) < 1e-12);
  assert.equal(reference.kernel[0], 1);
  // σ is the median distance: at it the kernel is exp(−½).
  const squares = [k(r, 0, r, 1), k(r, 0, r, 2), k(r, 1, r, 2)].sort((a, b) => a - b);
  assert.ok(Math.abs(squares[1]! - Math.exp(-0.5)) < 1e-12);
});

test('null control: the estimate is unbiased, about 0 for two samples of one distribution', () => {
  const reference = createReference(sampleOf(everyday(1, 200)));
  const scores = Array.from({ length: 60 }, (_, w) => {
    return squaredMmd(reference, sampleOf(everyday(100 + w, 30)), [30])[0]!;
  });
  assert.ok(scores.some((score) => score < 0) && scores.some((score) => score > 0));
  assert.ok(Math.abs(mean(scores)) < 0.002, `${mean(scores)}`);
});

test('positive control: a window of one template stands far out, a tenth of it stands out less', () => {
  const reference = createReference(sampleOf(everyday(1, 200)));
  const r = createRandom(5);
  const score = (harvest: number): number => {
    const prompts = everyday(7, 60).map((p, i) => (i < harvest ? harvestPrompt(r) : p));
    return squaredMmd(reference, sampleOf(prompts), [60])[0]!;
  };
  assert.ok(score(60) > 0.3, `${score(60)}`);
  assert.ok(score(6) < score(60) / 5);
});

test('every prefix is scored as if it were the whole window', () => {
  const reference = createReference(sampleOf(everyday(1, 50)));
  const prompts = everyday(2, 12);
  const scores = squaredMmd(reference, sampleOf(prompts), [2, 5, 12]);
  [2, 5, 12].forEach((n, s) => {
    const [alone] = squaredMmd(reference, sampleOf(prompts.slice(0, n)), [n]);
    assert.ok(Math.abs(alone! - scores[s]!) < 1e-12);
  });
});

test('equal prompts everywhere leave no spread, and no division by zero', () => {
  const reference = createReference(sampleOf(Array<string>(10).fill('same words')));
  const [score] = squaredMmd(reference, sampleOf(['same words', 'same words']), [2]);
  assert.equal(score, 0);
});

test('no embedding can leave the kernel table', () => {
  const r = createRandom(3);
  const vectors = Int8Array.from({ length: 2 * DIMENSIONS }, (_, i) => {
    const sign = i < DIMENSIONS ? 1 : -1;
    return sign * Math.round(NORM / Math.sqrt(DIMENSIONS) + (uint32(r) % 2) / 2);
  });
  const reference = createReference({ vectors, count: 2 });
  assert.ok(Number.isFinite(squaredMmd(reference, { vectors, count: 2 }, [2])[0]));
});
