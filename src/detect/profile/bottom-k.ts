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

/** No key above this is or will be in the sketch: its largest hash once it is full, else +∞. */
export const thresholdOf = (of: BottomK<unknown>): number =>
  of.keys.length < of.k ? Number.POSITIVE_INFINITY : of.keys[of.k - 1]!;

/**
 * Counts a key that is in the sketch already and returns its index; for any other returns −1 and
 * changes nothing.
 */
export const countKnown = (into: BottomK<unknown>, key: number, count = 1): number => {
  if (key > thresholdOf(into)) return -1;
  const at = lowerBound(into.keys, key);
  if (into.keys[at] !== key) return -1;
  into.counts[at]! += count;
  return at;
};

/** Adds a key that is not in the sketch, unless its hash is above the threshold. */
export const addNew = <V>(into: BottomK<V>, key: number, value: V, count = 1): void => {
  const { keys, counts, values, k } = into;
  if (key > thresholdOf(into)) return;
  // The largest makes way, or the arrays grow by one; then all that are larger move up by one place.
  if (keys.length < k) {
    keys.push(key);
    counts.push(count);
    values.push(value);
  }
  let i = keys.length - 1;
  for (; i > 0 && keys[i - 1]! > key; i--) {
    keys[i] = keys[i - 1]!;
    counts[i] = counts[i - 1]!;
    values[i] = values[i - 1]!;
  }
  keys[i] = key;
  counts[i] = count;
  values[i] = value;
};

/** Counts a key whose value follows from it. */
export const addKey = <V>(into: BottomK<V>, key: number, value: V, count = 1): void => {
  if (countKnown(into, key, count) < 0) addNew(into, key, value, count);
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
