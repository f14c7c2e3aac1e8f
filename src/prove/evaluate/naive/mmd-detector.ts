import { below, createRandom, type Random } from '../../../base/random.ts';
import { quantile } from '../../../base/statistics.ts';
import type { AccountTrace, Traces } from './account-trace.ts';
import { DIMENSIONS } from './lexical-embedding.ts';
import { createReference, type Reference, type Sample, squaredMmd, towards } from './mmd.ts';

/** Window sizes with a threshold of their own; an account is tested at the largest it can fill. */
export const SIZES = [2, 3, 5, 8, 12, 18, 25, 35, 50, 70, 100, 140, 200] as const;
const REFERENCE = 256;
/** Benign prompts besides the reference, from which pooled windows are drawn. */
const POOL = 20 * REFERENCE;
/** Windows behind a threshold drawn from pooled traffic: the default of the paper's artifact. */
const POOLED_WINDOWS = 250;
/** With fewer calibration accounts, a size has no threshold and accounts use a smaller one. */
const LEAST_ACCOUNTS = 30;

/**
 * Where benign windows come from. `pooled`: from the prompts of all benign accounts mixed, as in
 * arXiv 2606.05725. `accounts`: each from one benign account, as an operator must do who tests
 * accounts and wants few false alarms.
 */
export type Calibration = 'pooled' | 'accounts';

export interface MmdVerdicts {
  /** Accounts that were tested. */
  readonly judged: ReadonlySet<string>;
  readonly flagged: ReadonlySet<string>;
}

const sizesUpTo = (count: number): number[] => SIZES.filter((size) => size <= count);

/** `count` different whole numbers below `n` (all of them when count ≥ n), in random order. */
const distinct = (random: Random, n: number, count: number): Int32Array => {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const end = Math.min(count, n);
  for (let i = 0; i < end; i++) {
    // Fisher–Yates, only as far as needed.
    const j = i + below(random, n - i);
    const kept = order[j]!;
    order[j] = order[i]!;
    order[i] = kept;
  }
  return order.subarray(0, end);
};

/** Scores of windows whose prompts come from anywhere in a pool. */
const pooledScores = (reference: Reference, pool: Sample): number[][] => {
  const random = createRandom(1, 'pooled-windows');
  const sums = towards(reference, pool);
  return Array.from({ length: POOLED_WINDOWS }, () => {
    const places = distinct(random, pool.count, SIZES.at(-1)!);
    const vectors = new Int8Array(places.length * DIMENSIONS);
    places.forEach((place, i) => {
      const from = place * DIMENSIONS;
      vectors.set(pool.vectors.subarray(from, from + DIMENSIONS), i * DIMENSIONS);
    });
    return squaredMmd(
      reference,
      { vectors, count: places.length },
      sizesUpTo(places.length),
      Float64Array.from(places, (place) => sums[place]!),
    );
  });
};

/** Different prompts of the traces, `count` or all there are, in random order. */
const draw = (traces: readonly AccountTrace[], count: number): Sample => {
  const random = createRandom(1, 'reference');
  const starts: number[] = [];
  let total = 0;
  for (const trace of traces) {
    starts.push(total);
    total += trace.kept;
  }
  const places = distinct(random, total, count);
  const vectors = new Int8Array(places.length * DIMENSIONS);
  // Ascending places meet the accounts in order; the shuffle comes back at the end.
  let owner = 0;
  [...places.keys()]
    .sort((a, b) => places[a]! - places[b]!)
    .forEach((i) => {
      while (owner + 1 < starts.length && starts[owner + 1]! <= places[i]!) owner++;
      const from = (places[i]! - starts[owner]!) * DIMENSIONS;
      const { window } = traces[owner]!;
      vectors.set(window.subarray(from, from + DIMENSIONS), i * DIMENSIONS);
    });
  return { vectors, count: places.length };
};

/** The statistic of the first 2, 3, 5, … prompts of a window, as far as it goes. */
const scoresOf = (reference: Reference, window: Sample): number[] =>
  squaredMmd(reference, window, sizesUpTo(window.count));

/** For each size, the value that only `falsePositives` of the windows exceed; NaN for none. */
const thresholdsOf = (
  windows: readonly (readonly number[])[],
  least: number,
  falsePositives: number,
): number[] =>
  SIZES.map((_, s) => {
    const scores = windows.flatMap((window) => window[s] ?? []);
    return scores.length < least ? Number.NaN : quantile(scores, 1 - falsePositives);
  });

const verdicts = (
  scores: ReadonlyMap<string, readonly number[]>,
  thresholds: readonly number[],
): MmdVerdicts => {
  const judged = new Set<string>();
  const flagged = new Set<string>();
  for (const [id, own] of scores) {
    const at = own.findLastIndex((_, s) => !Number.isNaN(thresholds[s]!));
    if (at < 0) continue;
    judged.add(id);
    if (own[at]! > thresholds[at]!) flagged.add(id);
  }
  return { judged, flagged };
};

/**
 * Tests each account's window of prompts against benign traffic by the kernel two-sample test, after
 * arXiv 2606.05725, under both calibrations. Intentional divergence: prompts are embedded by hashed
 * words and word pairs instead of a sentence model, and a window holds one account's prompts.
 * @param benign ids of accounts known to be benign: reference and thresholds come from them alone.
 * @param falsePositives share of benign windows that may exceed the threshold, 0 … 1.
 */
export const mmdVerdicts = (
  traces: Traces,
  benign: ReadonlySet<string>,
  falsePositives: number,
): Readonly<Record<Calibration, MmdVerdicts>> => {
  const known = [...traces].filter(([id]) => benign.has(id));
  const drawn = draw(
    known.map(([, trace]) => trace),
    REFERENCE + POOL,
  );
  const size = Math.min(REFERENCE, Math.floor(drawn.count / 2));
  if (size < 2) {
    const none = { judged: new Set<string>(), flagged: new Set<string>() };
    return { pooled: none, accounts: none };
  }
  const cut = size * DIMENSIONS;
  const reference = createReference({ vectors: drawn.vectors.subarray(0, cut), count: size });
  const scores = new Map(
    [...traces].map(([id, { window, kept }]) => [
      id,
      scoresOf(reference, { vectors: window, count: kept }),
    ]),
  );
  const pooled = pooledScores(reference, {
    vectors: drawn.vectors.subarray(cut),
    count: drawn.count - size,
  });
  const own = known.map(([id]) => scores.get(id)!);
  return {
    pooled: verdicts(scores, thresholdsOf(pooled, 1, falsePositives)),
    accounts: verdicts(scores, thresholdsOf(own, LEAST_ACCOUNTS, falsePositives)),
  };
};
