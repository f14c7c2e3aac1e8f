/**
 * Counts over integer keys, kept sorted by key: a histogram that costs what it holds. Adding and
 * merging are plain sums, so any order of observation gives the same counts.
 */
export interface SparseCounts {
  readonly keys: number[];
  readonly counts: number[];
}

export const emptyCounts = (): SparseCounts => ({ keys: [], counts: [] });

/** Index of the first key that is not below `key`. */
export const lowerBound = (keys: ArrayLike<number>, key: number): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Adds `count` at `key`, in place. Appending in key order costs O(1). */
export const addCount = (into: SparseCounts, key: number, count = 1): void => {
  const { keys, counts } = into;
  const last = keys.length - 1;
  if (last >= 0 && keys[last] === key) {
    counts[last]! += count;
    return;
  }
  if (last < 0 || keys[last]! < key) {
    keys.push(key);
    counts.push(count);
    return;
  }
  const at = lowerBound(keys, key);
  if (keys[at] === key) counts[at]! += count;
  else {
    keys.splice(at, 0, key);
    counts.splice(at, 0, count);
  }
};

/** The sum of two histograms; neither is changed. */
export const mergeCounts = (a: SparseCounts, b: SparseCounts): SparseCounts => {
  const keys: number[] = [];
  const counts: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.keys.length || j < b.keys.length) {
    const left = i < a.keys.length ? a.keys[i]! : Number.POSITIVE_INFINITY;
    const right = j < b.keys.length ? b.keys[j]! : Number.POSITIVE_INFINITY;
    keys.push(Math.min(left, right));
    counts.push((left <= right ? a.counts[i++]! : 0) + (right <= left ? b.counts[j++]! : 0));
  }
  return { keys, counts };
};

export const totalOf = (of: SparseCounts): number => {
  let total = 0;
  for (const count of of.counts) total += count;
  return total;
};

/**
 * Chance that two draws without replacement fall on one key: Σc(c−1) / n(n−1), 0 … 1
 * (Simpson 1949, eq. for the unbiased λ). NaN below two draws.
 */
export const collisionRate = (of: SparseCounts): number => {
  let n = 0;
  let pairs = 0;
  for (const count of of.counts) {
    n += count;
    pairs += count * (count - 1);
  }
  return n < 2 ? Number.NaN : pairs / (n * (n - 1));
};
