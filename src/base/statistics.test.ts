import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  betaQuantile,
  bootstrapMean,
  clopperPearson,
  logGamma,
  MAD_TO_SIGMA,
  mean,
  median,
  medianAbsoluteDeviation,
  normalCdf,
  normalQuantile,
  quantile,
  regularisedIncompleteBeta,
  wilson,
} from './statistics.ts';

const close = (actual: number, expected: number, relative = 1e-10): void => {
  const bound = relative * Math.max(Math.abs(expected), 1e-300);
  assert.ok(Math.abs(actual - expected) <= bound, `${actual} is not ${expected}`);
};

/** Uniform numbers for the tests: Park & Miller's minimal standard generator. */
const uniform = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
};

test('mean, median and quantile interpolate as type 7 does', () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.ok(Number.isNaN(mean([])));
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(quantile([1, 2, 3, 4], 0.1), 1.3); // R: quantile(1:4, .1)
  assert.equal(quantile([7], 0.99), 7);
  assert.ok(Number.isNaN(quantile([], 0.5)));
  assert.equal(quantile([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 1], 0.25), -Infinity);
});

test('a quantile lies within its values and grows with q', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, p, q) => {
        const low = quantile(values, Math.min(p, q));
        const high = quantile(values, Math.max(p, q));
        assert.ok(low <= high + 1e-9 * Math.abs(high));
        assert.ok(low >= Math.min(...values) && high <= Math.max(...values) + 1e-9);
      },
    ),
  );
});

test('the median absolute deviation ignores a wild minority and scales to sigma', () => {
  assert.equal(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9]), 1);
  assert.equal(medianAbsoluteDeviation([1, 2, 3, 4, 5]), 1);
  assert.equal(medianAbsoluteDeviation([1, 2, 3, 4, 1e9]), 1);
  close(MAD_TO_SIGMA * normalQuantile(0.75), 1, 1e-12);
});

test('logGamma knows factorials and the half', () => {
  close(logGamma(0.5), Math.log(Math.sqrt(Math.PI)), 1e-13);
  close(logGamma(0.1), 2.252712651734206, 1e-13);
  close(logGamma(11), Math.log(3628800), 1e-13);
  close(logGamma(1001), 5912.128178488163, 1e-13);
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 500, noNaN: true }), (x) => {
      // DLMF 5.5.1: Γ(x + 1) = x Γ(x)
      assert.ok(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x)) < 1e-9);
    }),
  );
});

test('the incomplete beta function is a distribution function with known values', () => {
  close(regularisedIncompleteBeta(0.3, 1, 1), 0.3, 1e-14);
  close(regularisedIncompleteBeta(0.5, 7, 7), 0.5, 1e-13);
  close(regularisedIncompleteBeta(0.2, 1, 5), 1 - 0.8 ** 5, 1e-13);
  // P(at least 3 of 10) at one quarter, summed by hand from the binomial.
  const below = 0.75 ** 10 + 10 * 0.25 * 0.75 ** 9 + 45 * 0.25 ** 2 * 0.75 ** 8;
  close(regularisedIncompleteBeta(0.25, 3, 8), 1 - below, 1e-12);
  assert.equal(regularisedIncompleteBeta(0, 2, 3), 0);
  assert.equal(regularisedIncompleteBeta(1, 2, 3), 1);
});

test('betaQuantile inverts it', () => {
  const shape = fc.double({ min: 0.5, max: 3000, noNaN: true });
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), shape, shape, (p, a, b) => {
      const back = regularisedIncompleteBeta(betaQuantile(p, a, b), a, b);
      assert.ok(Math.abs(back - p) < 1e-6, `${back} is not ${p}`);
    }),
    { numRuns: 60 },
  );
});

test('Clopper–Pearson gives the textbook intervals', () => {
  // With nothing seen the bound has a closed form: 1 − (α/2)^(1/n).
  const none = clopperPearson(0, 20);
  assert.equal(none.low, 0);
  close(none.high, 1 - 0.025 ** (1 / 20), 1e-10);
  const all = clopperPearson(20, 20);
  close(all.low, 0.025 ** (1 / 20), 1e-10);
  assert.equal(all.high, 1);
  // R: binom.test(5, 20)$conf.int
  const some = clopperPearson(5, 20);
  close(some.low, 0.08657147, 1e-6);
  close(some.high, 0.4910459, 1e-6);
  assert.deepEqual(clopperPearson(0, 0), { low: 0, high: 1 });
});

test('Clopper–Pearson covers at least 95 % and Wilson does not promise it', () => {
  // Exact coverage: the binomial probability of every outcome whose interval holds the truth.
  const coverage = (interval: typeof wilson, n: number, p: number): number => {
    let sum = 0;
    for (let k = 0; k <= n; k++) {
      const { low, high } = interval(k, n);
      if (low > p || p > high) continue;
      sum += Math.exp(
        logGamma(n + 1) -
          logGamma(k + 1) -
          logGamma(n - k + 1) +
          k * Math.log(p) +
          (n - k) * Math.log1p(-p),
      );
    }
    return sum;
  };
  const shares = [0.01, 0.05, 0.2, 0.5, 0.83];
  for (const p of shares) assert.ok(coverage(clopperPearson, 25, p) >= 0.95 - 1e-9, `${p}`);
  assert.ok(shares.some((p) => coverage(wilson, 25, p) < 0.95));
});

test('the ends of the Wilson interval are where the score test just fails to reject', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (of, seed) => {
      const hits = seed % (of + 1);
      const { low, high } = wilson(hits, of);
      assert.ok(low <= hits / of && hits / of <= high);
      for (const p of [low, high]) {
        if (p < 1e-12 || p > 1 - 1e-12) continue;
        // Wilson 1927: |p̂ − p| = z √(p (1 − p) / n)
        close(Math.abs(hits / of - p), 1.959963984540054 * Math.sqrt((p * (1 - p)) / of), 1e-6);
      }
    }),
  );
  assert.deepEqual(wilson(0, 0), { low: 0, high: 1 });
});

test('the bootstrap covers the mean about as often as it says', () => {
  const random = uniform(11);
  let covered = 0;
  for (let run = 0; run < 200; run++) {
    const values = Array.from({ length: 40 }, random);
    const interval = bootstrapMean(values, random, 0.95, 300)!;
    if (interval.low <= 0.5 && 0.5 <= interval.high) covered++;
  }
  // 0.95 ± four standard errors of 200 trials.
  assert.ok(covered / 200 > 0.95 - 4 * 0.0154, `${covered}`);
  assert.ok(covered < 200, 'an interval that always covers is too wide');
});

test('the bootstrap is repeatable, and silent where one value is all there is', () => {
  const values = [0.2, 0.9, 0.4, 0.7];
  assert.deepEqual(bootstrapMean(values, uniform(3)), bootstrapMean(values, uniform(3)));
  assert.equal(bootstrapMean([1], uniform(3)), null);
  assert.deepEqual(bootstrapMean([1, 1, 1], uniform(3)), { low: 1, high: 1 });
});

test('the normal distribution has its known values, far into the tails', () => {
  close(normalCdf(0), 0.5);
  close(normalCdf(1.959963984540054), 0.975, 1e-12);
  close(normalCdf(-1), 0.15865525393145705, 1e-12);
  close(normalCdf(-5), 2.866515718791939e-7, 1e-10);
  close(normalCdf(-10), 7.61985302416052e-24, 1e-10);
  close(normalQuantile(0.975), 1.959963984540054, 1e-12);
  close(normalQuantile(1e-9), -5.9978070150076865, 1e-9);
  assert.equal(normalQuantile(0), -Infinity);
  assert.equal(normalQuantile(1), Infinity);
  assert.ok(Number.isNaN(normalQuantile(1.2)));
});

test('normalQuantile inverts normalCdf', () => {
  fc.assert(
    fc.property(fc.double({ min: -8, max: 5, noNaN: true }), (z) => {
      assert.ok(Math.abs(normalQuantile(normalCdf(z)) - z) < 1e-7);
    }),
  );
});
