import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, uniform } from '../../../base/random.ts';
import { createFeatures, FEATURE_SPACE, MAX_FEATURES } from '../lexical-features.ts';
import { extractBoth, extractCharacters } from './character-features.ts';
import { LEXICAL_FEATURES, lexicalEmbedding } from './lexical.ts';

const featuresOf = (extract: typeof extractBoth, text: string): number[] => {
  const out = createFeatures();
  extract(text, out);
  return [...out.index.subarray(0, out.length)];
};

const SUBJECTS = [
  'Convert {n} kilometres to miles and explain each step',
  'Write a limerick about a {n} year old sailor',
  'Which gate does flight {n} to Lisbon leave from',
];
const TEXTS = Array.from({ length: 300 }, (_, i) => SUBJECTS[i % 3]!.replace('{n}', `${i}`));

for (const features of LEXICAL_FEATURES)
  test(`${features}: prompts of one template are nearer than prompts of two`, () => {
    const state = createRandom(3);
    const embedding = lexicalEmbedding({ features, dimensions: 8, fitRows: 300 });
    const { rows, dimensions } = embedding.embed(TEXTS, () => uniform(state));
    const dot = (a: number, b: number): number => {
      let sum = 0;
      for (let d = 0; d < dimensions; d++)
        sum += rows[a * dimensions + d]! * rows[b * dimensions + d]!;
      return sum;
    };
    for (let i = 0; i < 30; i++) {
      assert.ok(dot(i, i + 3) > 0.8, `same template: ${dot(i, i + 3)}`);
      assert.ok(dot(i, i + 1) < 0.5, `another template: ${dot(i, i + 1)}`);
    }
    assert.equal(embedding.id, `lexical-${features}-8`);
  });

test('runs of characters fold case, digits and white space', () => {
  assert.deepEqual(
    featuresOf(extractCharacters, 'Route 66 is LONG'),
    featuresOf(extractCharacters, 'route 4711  is\nlong'),
  );
  assert.notDeepEqual(featuresOf(extractCharacters, 'abcd'), featuresOf(extractCharacters, 'abdc'));
  assert.deepEqual(featuresOf(extractCharacters, 'abc'), []);
});

test('features stay inside their space and their bound', () => {
  for (const text of ['', 'x', 'word '.repeat(2_000), '好'.repeat(3_000)]) {
    const features = featuresOf(extractBoth, text);
    assert.ok(features.length <= MAX_FEATURES);
    assert.ok(features.every((f) => f >= 0 && f < FEATURE_SPACE));
  }
});
