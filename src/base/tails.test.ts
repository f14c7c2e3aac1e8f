import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  binomialUpperTail,
  logFisher,
  logNormalUpperTail,
  logPoissonUpperTail,
  poissonUpperTail,
} from './tails.ts';

const close = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), 1e-300),
    `${actual} is not ${expected}`,
  );

/** n over k, exactly, for the small n of the checks. */
const choose = (n: number, k: number): number => {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return value;
};

describe('binomialUpperTail', () => {
  test('is the sum of its terms', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(41),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (n, k, p) => {
          let sum = 0;
          for (let i = k; i <= n; i++) sum += choose(n, i) * p ** i * (1 - p) ** (n - i);
          close(binomialUpperTail(k, n, p), sum, 1e-8);
        },
      ),
    );
  });

  test('of a fair coin: 10 heads of 10, at least 8 of 10 (56 of 1,024)', () => {
    close(binomialUpperTail(10, 10, 0.5), 1 / 1_024);
    close(binomialUpperTail(8, 10, 0.5), 56 / 1_024);
  });

  test('at the edges', () => {
    assert.equal(binomialUpperTail(0, 5, 0.3), 1);
    assert.equal(binomialUpperTail(-1, 5, 0.3), 1);
    assert.equal(binomialUpperTail(6, 5, 0.3), 0);
    assert.equal(binomialUpperTail(3, 5, 0), 0);
    assert.equal(binomialUpperTail(3, 5, 1), 1);
  });
});

describe('logPoissonUpperTail', () => {
  // The complement of tables of the cumulative Poisson distribution, to their four places.
  test('of tabled means', () => {
    for (const [k, mean, below] of [
      [1, 1, 0.3679],
      [3, 1, 0.9197],
      [6, 5, 0.616],
      [11, 5, 0.9863],
      [11, 10, 0.583],
      [16, 10, 0.9513],
    ] as const)
      assert.ok(Math.abs(1 - poissonUpperTail(k, mean) - below) < 5.1e-5, `${k}, ${mean}`);
  });

  test('far in the tail it is its first term and a little more', () => {
    // P(X ≥ k) lies between the first term and the first term · (k + 1) / (k + 1 − mean).
    for (const [k, mean] of [
      [100, 1],
      [400, 3],
      [5_000, 20],
    ] as const) {
      let first = k * Math.log(mean) - mean;
      for (let i = 2; i <= k; i++) first -= Math.log(i);
      const log = logPoissonUpperTail(k, mean);
      assert.ok(log >= first - 1e-6 && log <= first + Math.log((k + 1) / (k + 1 - mean)) + 1e-6);
    }
  });

  test('is finite and falls with k, grows with the mean', () => {
    const mean = fc.double({ min: 0.01, max: 400, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), mean, mean, (k, one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        const log = logPoissonUpperTail(k, less);
        assert.ok(Number.isFinite(log) && log <= 1e-12);
        assert.ok(logPoissonUpperTail(k + 1, less) <= log + 1e-9);
        assert.ok(logPoissonUpperTail(k, more) >= log - 1e-9);
      }),
    );
  });

  test('at the edges', () => {
    assert.equal(logPoissonUpperTail(0, 3), 0);
    assert.equal(logPoissonUpperTail(-2, 0), 0);
    assert.equal(logPoissonUpperTail(1, 0), Number.NEGATIVE_INFINITY);
    assert.equal(poissonUpperTail(1, 0), 0);
    close(logPoissonUpperTail(1, 1e-9), Math.log(1e-9), 1e-9);
  });
});

describe('logFisher', () => {
  test('of one p-value is that p-value', () => {
    for (const p of [1, 0.5, 0.01, 1e-200]) close(Math.exp(logFisher([Math.log(p)])), p);
  });

  // χ² of 4 degrees of freedom: P(χ² ≥ x) = e^(−x/2) (1 + x/2), so two p-values give p q (1 − ln p q).
  test('of two p-values is p q (1 − ln p q)', () => {
    for (const [p, q] of [
      [0.05, 0.05],
      [0.2, 0.001],
      [1e-9, 0.9],
    ] as const)
      close(Math.exp(logFisher([Math.log(p), Math.log(q)])), p * q * (1 - Math.log(p * q)));
  });

  test('of 5 %, the 95th percentile of χ² with 6 degrees of freedom, 12.5916', () => {
    close(Math.exp(logFisher([-12.5916 / 2, 0, 0])), 0.05, 1e-4);
  });

  test('falls with each p-value, does not depend on their order and never underflows', () => {
    const log = fc.double({ min: -700, max: 0, noNaN: true });
    fc.assert(
      fc.property(fc.array(log, { minLength: 1, maxLength: 6 }), (logs) => {
        const all = logFisher(logs);
        assert.ok(Number.isFinite(all) && all <= 0);
        close(logFisher([...logs].reverse()), all, 1e-9);
        assert.ok(logFisher([logs[0]! - 1, ...logs.slice(1)]) <= all);
      }),
    );
  });

  test('of nothing, or of nothing remarkable, says nothing', () => {
    assert.equal(logFisher([]), 0);
    assert.equal(logFisher([0, 0]), 0);
  });
});

describe('logNormalUpperTail', () => {
  test('of published quantiles', () => {
    for (const [z, p] of [
      [0, 0.5],
      [1.281_551_566, 0.1],
      [1.644_853_627, 0.05],
      [2.326_347_874, 0.01],
      [3.090_232_306, 0.001],
    ] as const)
      close(Math.exp(logNormalUpperTail(z)), p, 1e-5);
  });

  test('far out: Q(6) = 9.8659e−10, Q(10) = 7.6199e−24, Q(40) by its logarithm −804.608', () => {
    close(Math.exp(logNormalUpperTail(6)), 9.865_876e-10, 1e-6);
    close(Math.exp(logNormalUpperTail(10)), 7.619_853e-24, 1e-6);
    close(logNormalUpperTail(40), -804.608_443, 1e-8);
  });

  test('falls, also where the series takes over', () => {
    const z = fc.double({ min: -30, max: 100, noNaN: true });
    fc.assert(
      fc.property(z, z, (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        assert.ok(logNormalUpperTail(more) <= logNormalUpperTail(less) + 1e-9);
      }),
    );
    assert.ok(logNormalUpperTail(30.000_001) < logNormalUpperTail(29.999_999));
  });
});
