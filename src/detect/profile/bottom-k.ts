import { lowerBound } from './sparse-counts.ts';

/**
 * Bottom-k sketch: of all distinct keys seen, the k with the smallest hashes, each with its exact
 * count and a value (Cohen and Kaplan, "Summarizing data using bottom-k sketches", PODC 2007).
 *
 * The hash is the key, so the sample is coordinated: a prompt that two accounts share is sampled in
 * both or in neither. An evicted key never returns (the threshold only falls), so kept counts are
 * exact and merging is exact in any order.
 */
export interface BottomK<V> {
  readonly k: number;
  /** Hashes below 2⁵³, ascending. */
  readonly keys: number[];
  readonly counts: number[];
  readonly values: V[];
}

export const createBottomK = <V>(k: number): BottomK<V> => ({
  k,
  keys: [],
  counts: [],
  values: [],
});

/** Index at which `key` is counted after this call, or -1 when it lies outside the sketch. */
export const addKey = <V>(into: BottomK<V>, key: number, value: () => V): number => {
  const { keys, counts, values, k } = into;
  if (keys.length === k && key > keys[k - 1]!) return -1;
  const at = lowerBound(keys, key);
  if (keys[at] === key) {
    counts[at]! += 1;
    return at;
  }
  keys.splice(at, 0, key);
  counts.splice(at, 0, 1);
  values.splice(at, 0, value());
  if (keys.length > k) {
    keys.pop();
    counts.pop();
    values.pop();
  }
  return at;
};

/** The sketch of both sets. `join` combines the values of a key that both hold: commutative, associative. */
export const mergeBottomK = <V>(
  a: BottomK<V>,
  b: BottomK<V>,
  join: (x: V, y: V) => V,
): BottomK<V> => {
  const out = createBottomK<V>(a.k);
  let i = 0;
  let j = 0;
  while (out.keys.length < out.k && (i < a.keys.length || j < b.keys.length)) {
    const left = i < a.keys.length ? a.keys[i]! : Number.POSITIVE_INFINITY;
    const right = j < b.keys.length ? b.keys[j]! : Number.POSITIVE_INFINITY;
    out.keys.push(Math.min(left, right));
    if (left === right) {
      out.counts.push(a.counts[i]! + b.counts[j]!);
      out.values.push(join(a.values[i++]!, b.values[j++]!));
    } else if (left < right) {
      out.counts.push(a.counts[i]!);
      out.values.push(a.values[i++]!);
    } else {
      out.counts.push(b.counts[j]!);
      out.values.push(b.values[j++]!);
    }
  }
  return out;
};

/**
 * Estimated number of distinct keys: exact below k, else (k−1) / U where U is the k-th smallest hash
 * scaled to 0 … 1 (Bar-Yossef et al., RANDOM 2002; unbiased form of Beyer et al., SIGMOD 2007, §3).
 */
export const distinctEstimate = (of: BottomK<unknown>): number =>
  of.keys.length < of.k ? of.keys.length : (of.k - 1) / (of.keys[of.k - 1]! / 2 ** 53);
