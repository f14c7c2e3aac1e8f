import { mix32 } from '../../../base/hash.ts';

/** Numbers kept of a foreign vector, at most: topics are grown on hundreds of thousands of rows. */
export const KEPT_DIMENSIONS = 128;
/** Kept numbers that each foreign one is added to. */
const SPREAD = 8;

/** Dimensions after projection: a multiple of 4. */
export const keptDimensions = (dimensions: number): number =>
  Math.min(KEPT_DIMENSIONS, Math.ceil(dimensions / 4) * 4);

/**
 * A vector in fewer dimensions, cosines nearly kept: the sparse Johnson–Lindenstrauss transform of
 * Kane and Nelson (J. ACM 61 (2014), construction (b)), whose signs and places are a fixed hash of the
 * coordinate, so that vectors of different runs stay comparable.
 */
export const projectVector = (vector: Float32Array): Float32Array => {
  const D = keptDimensions(vector.length);
  const out = new Float32Array(D);
  if (vector.length <= D) {
    out.set(vector);
    return out;
  }
  const block = D / SPREAD;
  for (let i = 0; i < vector.length; i++)
    for (let k = 0; k < SPREAD; k++) {
      const h = mix32(i * SPREAD + k + 0x5bd1e995);
      const at = k * block + ((h >>> 1) % block);
      out[at]! += (h & 1) === 0 ? vector[i]! : -vector[i]!;
    }
  return out;
};

/**
 * Takes away what all rows have in common and makes each of length 1, in place: foreign embeddings
 * share a large mean that says nothing about their texts (Mu and Viswanath, ICLR 2018, §2.1). Rows of
 * zeros stand for texts that say nothing, and stay.
 */
export const centreRows = (rows: Float32Array, D: number): void => {
  const mean = new Float64Array(D);
  let used = 0;
  const isSilent = (at: number): boolean => {
    for (let d = 0; d < D; d++) if (rows[at + d] !== 0) return false;
    return true;
  };
  const speaking: number[] = [];
  for (let at = 0; at < rows.length; at += D) {
    if (isSilent(at)) continue;
    speaking.push(at);
    normalise(rows, at, D);
    for (let d = 0; d < D; d++) mean[d]! += rows[at + d]!;
    used++;
  }
  for (let d = 0; d < D; d++) mean[d]! /= Math.max(1, used);
  for (const at of speaking) {
    for (let d = 0; d < D; d++) rows[at + d]! -= mean[d]!;
    normalise(rows, at, D);
  }
};

const normalise = (rows: Float32Array, at: number, D: number): void => {
  let squares = 0;
  for (let d = 0; d < D; d++) squares += rows[at + d]! * rows[at + d]!;
  const scale = squares > 1e-12 ? 1 / Math.sqrt(squares) : 0;
  for (let d = 0; d < D; d++) rows[at + d]! *= scale;
};
