/**
 * Prompts into fine topics by two levels of spherical k-means (Dhillon and Modha, Machine Learning
 * 2001): first a few coarse cells, then each cell is cut so that topics hold about `topicSize`
 * prompts. Linear in the number of prompts: each is compared with about √topics centroids twice.
 */
export interface TopicTree {
  readonly topics: number;
  /** Topic of each row, 0 … topics−1. */
  readonly topicOf: Int32Array;
}

export interface TopicOptions {
  readonly dimensions: number;
  readonly topicSize: number;
  readonly iterations: number;
  readonly random: () => number;
}

/** Centroids are fitted on at most this many rows per centroid; the rest are only assigned. */
const FIT_ROWS_PER_CENTROID = 256;

const normaliseRows = (matrix: Float32Array, D: number): void => {
  for (let at = 0; at < matrix.length; at += D) {
    let squares = 0;
    for (let d = 0; d < D; d++) squares += matrix[at + d]! ** 2;
    const scale = squares > 1e-12 ? 1 / Math.sqrt(squares) : 0;
    for (let d = 0; d < D; d++) matrix[at + d]! *= scale;
  }
};

const nearest = (vectors: Float32Array, at: number, centroids: Float32Array, D: number): number => {
  let best = 0;
  let bestDot = Number.NEGATIVE_INFINITY;
  for (let c = 0, base = 0; base < centroids.length; c++, base += D) {
    let dot = 0;
    for (let d = 0; d < D; d += 4)
      dot +=
        vectors[at + d]! * centroids[base + d]! +
        vectors[at + d + 1]! * centroids[base + d + 1]! +
        vectors[at + d + 2]! * centroids[base + d + 2]! +
        vectors[at + d + 3]! * centroids[base + d + 3]!;
    if (dot > bestDot) {
      bestDot = dot;
      best = c;
    }
  }
  return best;
};

const kMeans = (
  vectors: Float32Array,
  rows: Int32Array,
  k: number,
  options: TopicOptions,
): Int32Array => {
  const { dimensions: D, random } = options;
  const stride = Math.max(1, Math.floor(rows.length / (k * FIT_ROWS_PER_CENTROID)));
  const centroids = new Float32Array(k * D);
  for (let c = 0; c < k; c++) {
    const at = rows[Math.floor(random() * rows.length)]! * D;
    centroids.set(vectors.subarray(at, at + D), c * D);
  }
  for (let pass = 1; pass < options.iterations; pass++) {
    const sums = new Float32Array(k * D);
    for (let r = 0; r < rows.length; r += stride) {
      const at = rows[r]! * D;
      const base = nearest(vectors, at, centroids, D) * D;
      for (let d = 0; d < D; d++) sums[base + d]! += vectors[at + d]!;
    }
    normaliseRows(sums, D);
    centroids.set(sums);
  }
  return rows.map((row) => nearest(vectors, row * D, centroids, D));
};

/** `vectors` holds unit rows of `dimensions` (a multiple of 4) numbers each. */
export const growTopicTree = (vectors: Float32Array, options: TopicOptions): TopicTree => {
  const D = options.dimensions;
  const count = vectors.length / D;
  const topicOf = new Int32Array(count);
  if (count === 0) return { topics: 0, topicOf };
  const wanted = Math.max(1, Math.round(count / options.topicSize));
  const cells = Math.max(1, Math.round(Math.sqrt(wanted)));
  const everything = Int32Array.from({ length: count }, (_, i) => i);
  const cellOf = kMeans(vectors, everything, cells, options);
  const members: number[][] = Array.from({ length: cells }, () => []);
  for (let i = 0; i < count; i++) members[cellOf[i]!]!.push(i);
  let topics = 0;
  for (const cell of members) {
    if (cell.length === 0) continue;
    const rows = Int32Array.from(cell);
    const k = Math.max(1, Math.round(rows.length / options.topicSize));
    const within = kMeans(vectors, rows, k, options);
    for (let i = 0; i < rows.length; i++) topicOf[rows[i]!] = topics + within[i]!;
    topics += k;
  }
  return { topics, topicOf };
};
