import type { BottomK } from './bottom-k.ts';
import type { SparseCounts } from './sparse-counts.ts';

/**
 * Histograms and label sketches that hold a single event or none, one object for all profiles that have it:
 * of a million accounts with one exchange each, most have the same few. Frozen, so that nobody can
 * change another profile by it.
 */
const CAPACITY = 16_384;
const histograms = new Map<number, SparseCounts>();
const labels = new Map<number, BottomK<string>>();

const frozen = <T>(...values: readonly T[]): T[] => Object.freeze([...values]) as unknown as T[];
const NO_COUNTS: SparseCounts = { keys: frozen(), counts: frozen() };

const shared = <T>(known: Map<number, T>, key: number, create: () => T): T => {
  let value = known.get(key);
  if (value === undefined) {
    value = create();
    if (known.size < CAPACITY) known.set(key, value);
  }
  return value;
};

/** The given counts, or the one object that equals them. */
export const shareCounts = (given: SparseCounts): SparseCounts => {
  const { keys, counts } = given;
  if (keys.length === 0) return NO_COUNTS;
  if (keys.length > 1 || counts[0] !== 1) return given;
  return shared(histograms, keys[0]!, () => ({ keys: frozen(keys[0]!), counts: frozen(1) }));
};

/** The given sketch of labels, or the one object that equals it. */
export const shareLabels = (given: BottomK<string>): BottomK<string> => {
  if (given.keys.length !== 1 || given.counts[0] !== 1) return given;
  const key = given.keys[0]!;
  const known = shared(labels, key, () => ({
    k: given.k,
    keys: frozen(key),
    counts: frozen(1),
    values: frozen(given.values[0]!),
  }));
  return known.k === given.k && known.values[0] === given.values[0] ? known : given;
};
