import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, normal } from '../../../base/random.ts';
import { centreRows, KEPT_DIMENSIONS, keptDimensions, projectVector } from './project.ts';

const state = createRandom(5, 'vectors');
const vectorOf = (dimensions: number): Float32Array =>
  Float32Array.from({ length: dimensions }, () => normal(state));

const cosine = (a: Float32Array, b: Float32Array): number => {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i]! * b[i]!;
  return dot / (Math.hypot(...a) * Math.hypot(...b));
};

test('a long vector keeps its cosines within what 128 numbers can hold', () => {
  for (let trial = 0; trial < 40; trial++) {
    const a = vectorOf(1_536);
    const b = a.map((v, i) => (i % 4 === 0 ? v : normal(state)));
    const error = cosine(projectVector(a), projectVector(b)) - cosine(a, b);
    // Three standard errors of 1 / √128, with room: a wrong sign or place gives errors near 0.25.
    assert.ok(Math.abs(error) < 0.3, `error ${error}`);
  }
  const errors = Array.from({ length: 200 }, () => {
    const a = vectorOf(1_536);
    const b = a.map((v) => v + normal(state));
    return cosine(projectVector(a), projectVector(b)) - cosine(a, b);
  });
  const bias = errors.reduce((sum, e) => sum + e, 0) / errors.length;
  assert.ok(Math.abs(bias) < 0.02, `bias ${bias}`);
  assert.equal(projectVector(vectorOf(1_536)).length, KEPT_DIMENSIONS);
});

test('a short vector is kept as it is, filled up to a multiple of four', () => {
  assert.deepEqual([...projectVector(Float32Array.of(1, 2, 3, 4, 5))], [1, 2, 3, 4, 5, 0, 0, 0]);
  assert.equal(keptDimensions(3), 4);
  assert.equal(keptDimensions(4_096), KEPT_DIMENSIONS);
});

test('centreRows takes the common part away, and leaves silent rows silent', () => {
  const rows = Float32Array.of(10, 1, 0, 0, 10, -1, 0, 0, 0, 0, 0, 0);
  centreRows(rows, 4);
  // What was nearly the same direction is opposite once the common part is gone.
  assert.ok(Math.abs(rows[1]! - 1) < 1e-5 && Math.abs(rows[5]! + 1) < 1e-5);
  assert.deepEqual([...rows.subarray(8)], [0, 0, 0, 0]);
});
