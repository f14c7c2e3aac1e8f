import { type Sample, squaredDistance } from '../../naive/mmd.ts';

/** Kernel value of every pair of a sample, row by row: count² numbers of four bytes. */
export const kernelMatrix = ({ vectors, count }: Sample, kernel: Float64Array): Float32Array => {
  const matrix = new Float32Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) {
      const value = kernel[squaredDistance(vectors, i, vectors, j)]!;
      matrix[i * count + j] = value;
      matrix[j * count + i] = value;
    }
  return matrix;
};

/** Mean kernel value of each prompt with the reference. */
export const meanTowards = (
  { vectors, count }: Sample,
  reference: Sample,
  kernel: Float64Array,
): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < reference.count; j++)
      sum += kernel[squaredDistance(vectors, i, reference.vectors, j)]!;
    return sum / reference.count;
  });

/**
 * The unbiased squared maximum mean discrepancy between a window and the reference (Gretton et al.,
 * JMLR 13 (2012), lemma 6), without the reference's own term, which is the same for every window.
 * @param window at least two different places of the sample
 */
export const windowMmd = (
  matrix: Float32Array,
  count: number,
  towards: Float64Array,
  window: readonly number[],
): number => {
  let within = 0;
  let across = 0;
  for (let i = 0; i < window.length; i++) {
    const row = window[i]! * count;
    across += towards[window[i]!]!;
    for (let j = 0; j < i; j++) within += matrix[row + window[j]!]!;
  }
  const n = window.length;
  return (2 * within) / (n * (n - 1)) - (2 * across) / n;
};
