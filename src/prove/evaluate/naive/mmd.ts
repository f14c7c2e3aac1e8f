import { median } from '../../../base/statistics.ts';
import { DIMENSIONS, NORM } from './lexical-embedding.ts';

/** A set of embeddings, one after another; `count` of them are used. */
export interface Sample {
  readonly vectors: Int8Array;
  readonly count: number;
}

/** Rounding moves each coordinate by at most one half, so no squared distance is larger. */
const MAX_SQUARED = Math.ceil(4 * (NORM + Math.sqrt(DIMENSIONS) / 2) ** 2);

/** Squared Euclidean distance of embedding `i` of `a` and `j` of `b`; a whole number. */
export const squaredDistance = (a: Int8Array, i: number, b: Int8Array, j: number): number => {
  let sum = 0;
  // Four at a time: this line is most of the detector's running time.
  for (let p = i * DIMENSIONS, q = j * DIMENSIONS, end = p + DIMENSIONS; p < end; p += 4, q += 4) {
    const w = a[p]! - b[q]!;
    const x = a[p + 1]! - b[q + 1]!;
    const y = a[p + 2]! - b[q + 2]!;
    const z = a[p + 3]! - b[q + 3]!;
    sum = (sum + w * w + x * x + y * y + z * z) | 0;
  }
  return sum;
};

/**
 * The Gaussian kernel exp(−‖x − y‖² / 2σ²) as a table over whole squared distances. σ is the median
 * distance within the reference (Gretton et al., "A Kernel Two-Sample Test", JMLR 13 (2012),
 * section 8): neither all pairs alike nor all pairs strangers.
 */
export const createKernel = ({ vectors, count }: Sample): Float64Array => {
  const squares: number[] = [];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) squares.push(squaredDistance(vectors, i, vectors, j));
  }
  // The median of squares is the square of the median; at least 1, should all prompts be equal.
  const scale = 2 * Math.max(1, squares.length === 0 ? 1 : median(squares));
  return Float64Array.from({ length: MAX_SQUARED + 1 }, (_, d) => Math.exp(-d / scale));
};

/** What windows are compared with: a sample of benign prompts, its kernel and its mean kernel value. */
export interface Reference {
  readonly sample: Sample;
  readonly kernel: Float64Array;
  readonly within: number;
}

/** Sum of kernel values of embedding `i` of `a` with the first `count` of `b`. */
const kernelSum = (
  kernel: Float64Array,
  a: Int8Array,
  i: number,
  b: Int8Array,
  count: number,
): number => {
  let sum = 0;
  for (let j = 0; j < count; j++) sum += kernel[squaredDistance(a, i, b, j)]!;
  return sum;
};

/** Needs at least two embeddings. */
export const createReference = (sample: Sample): Reference => {
  const kernel = createKernel(sample);
  const { vectors, count } = sample;
  let sum = 0;
  for (let i = 1; i < count; i++) sum += kernelSum(kernel, vectors, i, vectors, i);
  return { sample, kernel, within: (2 * sum) / (count * (count - 1)) };
};

/** For each embedding of a window, the sum of its kernel values with the reference. */
export const towards = (reference: Reference, { vectors, count }: Sample): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => {
    const { kernel, sample } = reference;
    return kernelSum(kernel, vectors, i, sample.vectors, sample.count);
  });

/**
 * The unbiased estimate of the squared maximum mean discrepancy between the reference and the first
 * n embeddings of a window, for each n of `sizes` (ascending, 2 … window.count) in one pass (Gretton
 * et al. 2012, lemma 6, equation 3). About 0, and as often negative, when both come from one
 * distribution.
 * @param sums `towards(reference, window)`, for callers who test one embedding in many windows.
 */
export const squaredMmd = (
  reference: Reference,
  window: Sample,
  sizes: readonly number[],
  sums: Float64Array = towards(reference, window),
): number[] => {
  const { kernel, sample } = reference;
  const result: number[] = [];
  let within = 0;
  let across = 0;
  let i = 0;
  for (const n of sizes) {
    for (; i < n; i++) {
      within += kernelSum(kernel, window.vectors, i, window.vectors, i);
      across += sums[i]!;
    }
    result.push(
      (2 * within) / (n * (n - 1)) + reference.within - (2 * across) / (n * sample.count),
    );
  }
  return result;
};
