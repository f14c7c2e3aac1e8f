import type { FeatureRows } from './feature-rows.ts';
import { FEATURE_SPACE } from './lexical-features.ts';

/**
 * A latent semantic space: the leading right singular directions of the tf-idf matrix of prompts
 * (Deerwester et al., JASIS 1990), found by randomised subspace iteration (Halko, Martinsson,
 * Tropp, SIAM Review 2011, algorithm 4.4). Fitted on the scanned prompts themselves, so it needs no
 * download and follows any language.
 */
export interface LatentSpace {
  readonly dimensions: number;
  /** Inverse document frequency of each feature; 0 for features seen once. */
  readonly idf: Float64Array;
  /** FEATURE_SPACE × dimensions, row major. */
  readonly directions: Float32Array;
}

export interface LatentOptions {
  readonly dimensions: number;
  /** Prompts used to find the directions; all are embedded. */
  readonly fitRows: number;
  readonly iterations: number;
  readonly random: () => number;
}

/**
 * Singular values are kept with this power: 1 lets the commonest topic drown the rest, 0 gives noise
 * the weight of topics. Chosen on composed prompts (docs/adr/0006-prompt-families.md).
 */
const SIGMA_POWER = 0.5;

const documentFrequency = (rows: FeatureRows): Float64Array => {
  const idf = new Float64Array(FEATURE_SPACE);
  for (let i = 0; i < rows.features.length; i++) idf[rows.features[i]!]! += 1;
  for (let f = 0; f < FEATURE_SPACE; f++) idf[f] = idf[f]! < 2 ? 0 : Math.log(rows.count / idf[f]!);
  return idf;
};

const weightOf = (rows: FeatureRows, row: number, idf: Float64Array): number => {
  let squares = 0;
  for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++) {
    const w = idf[rows.features[i]!]!;
    squares += w * w;
  }
  return squares > 0 ? 1 / Math.sqrt(squares) : 0;
};

/** out[at … at+D) = tf-idf row × directions. */
const project = (
  rows: FeatureRows,
  row: number,
  space: LatentSpace,
  out: Float32Array,
  at: number,
): void => {
  const { dimensions: D, idf, directions } = space;
  const scale = weightOf(rows, row, idf);
  for (let d = 0; d < D; d++) out[at + d] = 0;
  for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++) {
    const feature = rows.features[i]!;
    const w = idf[feature]! * scale;
    if (w === 0) continue;
    const base = feature * D;
    for (let d = 0; d < D; d++) out[at + d]! += w * directions[base + d]!;
  }
};

/** Modified Gram–Schmidt on the columns of an n × D matrix, in place. */
const orthonormalise = (matrix: Float32Array, n: number, D: number): void => {
  // Column-major copies keep the inner loops contiguous.
  const columns = Array.from({ length: D }, (_, d) => {
    const column = new Float32Array(n);
    for (let i = 0; i < n; i++) column[i] = matrix[i * D + d]!;
    return column;
  });
  for (let j = 0; j < D; j++) {
    const current = columns[j]!;
    for (let k = 0; k < j; k++) {
      const other = columns[k]!;
      let dot = 0;
      for (let i = 0; i < n; i++) dot += current[i]! * other[i]!;
      for (let i = 0; i < n; i++) current[i]! -= dot * other[i]!;
    }
    let squares = 0;
    for (let i = 0; i < n; i++) squares += current[i]! * current[i]!;
    const scale = squares > 1e-12 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < n; i++) current[i]! *= scale;
  }
  for (let d = 0; d < D; d++) for (let i = 0; i < n; i++) matrix[i * D + d] = columns[d]![i]!;
};

/** directions = (tf-idf rows)ᵀ × projected, in place. */
const backProject = (
  rows: FeatureRows,
  fit: Int32Array,
  projected: Float32Array,
  space: LatentSpace,
): void => {
  const { dimensions: D, idf, directions } = space;
  directions.fill(0);
  for (let r = 0; r < fit.length; r++) {
    const row = fit[r]!;
    const scale = weightOf(rows, row, idf);
    for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++) {
      const feature = rows.features[i]!;
      const w = idf[feature]! * scale;
      if (w === 0) continue;
      const base = feature * D;
      for (let d = 0; d < D; d++) directions[base + d]! += w * projected[r * D + d]!;
    }
  }
};

const scaleBySigma = (space: LatentSpace): void => {
  const { dimensions: D, directions } = space;
  for (let d = 0; d < D; d++) {
    let squares = 0;
    for (let f = 0; f < FEATURE_SPACE; f++) squares += directions[f * D + d]! ** 2;
    const sigma = Math.sqrt(squares);
    const scale = sigma > 1e-9 ? sigma ** (SIGMA_POWER - 1) : 0;
    for (let f = 0; f < FEATURE_SPACE; f++) directions[f * D + d]! *= scale;
  }
};

const chooseRows = (count: number, wanted: number, random: () => number): Int32Array => {
  const chosen: number[] = [];
  for (let i = 0; i < count && chosen.length < wanted; i++)
    if (random() * (count - i) < wanted - chosen.length) chosen.push(i);
  return Int32Array.from(chosen);
};

export const fitLatentSpace = (rows: FeatureRows, options: LatentOptions): LatentSpace => {
  const { dimensions: D, random } = options;
  const space: LatentSpace = {
    dimensions: D,
    idf: documentFrequency(rows),
    directions: new Float32Array(FEATURE_SPACE * D),
  };
  for (let i = 0; i < space.directions.length; i++) space.directions[i] = random() < 0.5 ? -1 : 1;
  const fit = chooseRows(rows.count, options.fitRows, random);
  const projected = new Float32Array(fit.length * D);
  for (let pass = 0; pass < options.iterations; pass++) {
    for (let r = 0; r < fit.length; r++) project(rows, fit[r]!, space, projected, r * D);
    orthonormalise(projected, fit.length, D);
    backProject(rows, fit, projected, space);
  }
  scaleBySigma(space);
  return space;
};

/** Unit vectors of all rows: count × dimensions, row major. A prompt of unknown words is all zeros. */
export const embedRows = (rows: FeatureRows, space: LatentSpace): Float32Array => {
  const D = space.dimensions;
  const out = new Float32Array(rows.count * D);
  for (let row = 0; row < rows.count; row++) {
    const at = row * D;
    project(rows, row, space, out, at);
    let squares = 0;
    for (let d = 0; d < D; d++) squares += out[at + d]! * out[at + d]!;
    const scale = squares > 1e-12 ? 1 / Math.sqrt(squares) : 0;
    for (let d = 0; d < D; d++) out[at + d]! *= scale;
  }
  return out;
};
