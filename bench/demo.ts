/**
 * What the demo's world comes to, over seeds. Too long for `npm run bench`; run it as
 *
 *   node bench/demo.ts seeds 1 2 3 …       the whole demo for each seed, with sharing and without
 *
 * How long it takes from a finding at A to decisions at B and C: `finding-to-decision.ts`.
 */
import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { createRandom, uniform } from '../src/base/random.ts';

const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;

/** 95 % interval of a mean, by resampling; the same numbers give the same interval. */
const intervalOf = (values: readonly number[]): readonly [number, number] => {
  const random = createRandom(1, 'interval');
  const means = Array.from({ length: 10_000 }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++)
      sum += values[Math.floor(uniform(random) * values.length)]!;
    return sum / values.length;
  }).sort((x, y) => x - y);
  return [quantile(means, 0.025), quantile(means, 0.975)];
};

const machine = (): object => ({ cores: cpus().length, load: loadavg()[0]?.toFixed(1) });

interface Told {
  readonly seed: number;
  readonly complete: boolean;
  readonly cut: number | null;
  readonly lost_with_sharing: number;
  readonly lost_without_sharing: number | null;
  readonly honest_harmed: number;
  readonly honest_suspended: number;
  readonly seconds: number;
  readonly peak_memory_bytes: number;
}

const demo = (seed: number): Promise<Told> =>
  new Promise((resolve, reject) => {
    const args = [MAIN, 'demo', '--json', '--seed', String(seed)];
    execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (error, out, err) => {
      if (out === '') reject(error ?? new Error(err));
      else resolve(JSON.parse(out) as Told);
    });
  });

const seeds = async (wanted: readonly number[]): Promise<void> => {
  const all: Told[] = [];
  for (const seed of wanted) {
    const told = await demo(seed);
    all.push(told);
    const { story: _story, apart: _apart, ...short } = told as Told & Record<string, unknown>;
    console.log(JSON.stringify({ ...short, machine: machine() }));
  }
  const cuts = all.flatMap(({ cut }) => cut ?? []).sort((a, b) => a - b);
  const sum = (pick: (one: Told) => number): number => all.reduce((n, one) => n + pick(one), 0);
  console.log(
    JSON.stringify({
      seeds: all.length,
      complete: all.filter(({ complete }) => complete).length,
      cut_mean: cuts.reduce((a, b) => a + b, 0) / cuts.length,
      cut_95: intervalOf(cuts),
      cut_least: cuts[0],
      cut_most: cuts.at(-1),
      lost_with_sharing: sum((one) => one.lost_with_sharing),
      lost_without_sharing: sum((one) => one.lost_without_sharing ?? 0),
      honest_harmed: sum((one) => one.honest_harmed),
      honest_suspended: sum((one) => one.honest_suspended),
    }),
  );
};

const [what, ...rest] = process.argv.slice(2);
const numbers = rest.map(Number).filter(Number.isSafeInteger);
if (what === 'seeds') await seeds(numbers.length > 0 ? numbers : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
else {
  console.error('node bench/demo.ts seeds [SEED...]');
  process.exitCode = 2;
}
