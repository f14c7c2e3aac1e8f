import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  below,
  createRandom,
  exponential,
  geometric,
  integer,
  logNormal,
  normal,
  poisson,
  shuffle,
  uint32,
  uniform,
  weighted,
} from './random.ts';

const sample = (n: number, draw: () => number): number[] => Array.from({ length: n }, draw);
const mean = (xs: readonly number[]): number => xs.reduce((s, x) => s + x, 0) / xs.length;
const N = 20_000;

describe('random', () => {
  it('gives the same numbers for the same seed and path, others for any other', () => {
    const first = (seed: number, ...path: (string | number)[]) =>
      sample(4, () => uint32(createRandom(seed, ...path))).join();
    assert.equal(first(7, 'a', 3), first(7, 'a', 3));
    const seen = new Set([
      first(7),
      first(8),
      first(7, 'a'),
      first(7, 'a', 3),
      first(7, 'a', '3'),
      first(7, 3, 'a'),
      first(7 + 2 ** 32),
    ]);
    assert.equal(seen.size, 7);
  });

  it('is uniform: chi-square over 64 cells stays below the 0.1 % point', () => {
    const r = createRandom(1);
    const cells = new Array<number>(64).fill(0);
    for (let i = 0; i < N; i++) cells[below(r, 64)]!++;
    const chi = cells.reduce((s, c) => s + (c - N / 64) ** 2 / (N / 64), 0);
    assert.ok(chi < 103.4, `chi-square ${chi} at 63 degrees of freedom`);
  });

  it('has no linear trace between streams whose labels follow each other', () => {
    const xs = sample(2000, () => 0).map((_, i) => uniform(createRandom(5, 's', i)));
    const ys = xs.slice(1);
    const r = mean(ys.map((y, i) => (y - 0.5) * (xs[i]! - 0.5))) * 12;
    assert.ok(Math.abs(r) < 0.08, `correlation ${r}`);
  });

  it('hits the means of its distributions within five standard errors', () => {
    const r = createRandom(2);
    const close = (got: number, want: number, deviation: number) =>
      assert.ok(Math.abs(got - want) < (5 * deviation) / Math.sqrt(N), `${got} is not ${want}`);
    close(mean(sample(N, () => normal(r, 3, 2))), 3, 2);
    close(mean(sample(N, () => exponential(r, 4))), 4, 4);
    close(mean(sample(N, () => geometric(r, 5))), 5, 4.5);
    close(mean(sample(N, () => poisson(r, 2.5))), 2.5, 1.6);
    close(mean(sample(N, () => poisson(r, 80))), 80, 9);
    close(mean(sample(N, () => Math.log(logNormal(r, 10, 0.5)))), Math.log(10), 0.5);
  });

  it('draws by weight and never a weight of zero', () => {
    const r = createRandom(3);
    const seen = [0, 0, 0];
    for (let i = 0; i < N; i++) seen[weighted(r, [1, 3, 0])]!++;
    assert.equal(seen[2], 0);
    assert.ok(Math.abs(seen[1]! / N - 0.75) < 0.02);
  });

  it('shuffles into a permutation and keeps integers inside their bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (list, seed) => {
        const shuffled = shuffle(createRandom(seed), [...list]);
        assert.deepEqual(
          shuffled.toSorted((a, b) => a - b),
          list.toSorted((a, b) => a - b),
        );
      }),
    );
    const r = createRandom(4);
    const seen = new Set(sample(500, () => integer(r, -2, 2)));
    assert.deepEqual([...seen].sort(), [-1, -2, 0, 1, 2]);
  });
});
