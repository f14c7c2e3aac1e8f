/**
 * What the demo's world comes to, over seeds, and how long shared intelligence takes. Too long for
 * `npm run bench`; run it as
 *
 *   node bench/demo.ts seeds 1 2 3 …       the whole demo for each seed, with sharing and without
 *   node bench/demo.ts latency 100         lab A's finding to an enforced decision at B and at C
 *
 * Latency: hub, B and C run on; for each repetition a new lab A finds a new operator (another seed), of whom B
 * and C have seen a few accounts. Measured is the time from the finding to the moment at which the gate of B, and
 * of C, no longer allows one of the operator's accounts. Null control: before the finding nobody of them is refused.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemoHub } from '../src/cli/demo/hub.ts';
import { type DemoLab, startDemoLab } from '../src/cli/demo/lab.ts';
import { settled, until } from '../src/cli/demo/wait.ts';
import { watchFindings, watchShared } from '../src/cli/demo/watch.ts';
import { startModel } from '../src/prove/demo/model.ts';
import { createOperator } from '../src/prove/demo/operator.ts';
import { createDemoWorld, type DemoWorld } from '../src/prove/demo/world.ts';
import type { TrafficRow } from '../src/prove/simulate/rows.ts';
import { createSerializer } from '../src/prove/simulate/serialize.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;
const HONEST = 200;
const HYDRA = 60;

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;

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
      cut_least: cuts[0],
      cut_most: cuts.at(-1),
      lost_with_sharing: sum((one) => one.lost_with_sharing),
      lost_without_sharing: sum((one) => one.lost_without_sharing ?? 0),
      honest_harmed: sum((one) => one.honest_harmed),
      honest_suspended: sum((one) => one.honest_suspended),
    }),
  );
};

const send = async (
  { lab, token }: DemoLab,
  path: string,
  lines: readonly string[],
): Promise<void> => {
  const headers = { authorization: `Bearer ${token}` };
  const body = lines.join('');
  const response = await fetch(`${lab.url}${path}`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
};

const upTo = (rows: readonly TrafficRow[], from: number, end: number): readonly TrafficRow[] =>
  rows.filter(({ timestamp }) => Date.parse(timestamp) >= from && Date.parse(timestamp) < end);

/** One finding at a new lab A, heard at B and C. Undefined when A found nothing in a day. */
const once = async (
  world: DemoWorld,
  a: DemoLab,
  others: readonly DemoLab[],
): Promise<readonly number[] | undefined> => {
  const operator = createOperator(world.hydra, world.from, world.until);
  const { hands } = world.hydra;
  const watched = others.map((lab) => {
    const accounts = new Set(hands[lab.name].accounts.map(({ account_id }) => account_id));
    return watchShared(lab, accounts);
  });
  for (const lab of others) {
    const { accounts } = hands[lab.name];
    await send(
      lab,
      '/accounts',
      accounts.map((one) => `${JSON.stringify(one)}\n`),
    );
    const scouts = operator.take(lab.name, world.from, world.from + 4 * HOUR);
    await send(lab, '/ingest', scouts.map(createSerializer()));
    // The tokens of new cards are made when a lab looks.
    await lab.lab.lookNow();
  }
  await settled(others, 150);
  if (watched.some((first) => first() !== null)) throw new Error('refused before it was found');
  const found = watchFindings(a, () => undefined);
  for (let hour = 0; hour < 24 && found() === null; hour += 4) {
    const [from, end] = [world.from + hour * HOUR, world.from + (hour + 4) * HOUR];
    const rows = [...upTo(world.honest.A.live, from, end), ...upTo(hands.A.rows, from, end)];
    await send(a, '/ingest', rows.map(createSerializer()));
    await a.lab.lookNow();
  }
  const first = found();
  if (first === null) return undefined;
  await until('a decision at B and C', () => watched.every((one) => one() !== null), 60_000);
  return watched.map((one) => one()!.at - first.at);
};

const latency = async (repetitions: number): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-bench-demo-'));
  const onError = (error: unknown): void => console.error(error);
  const end = Math.floor(Date.now() / DAY) * DAY;
  const worldOf = (seed: number): DemoWorld =>
    createDemoWorld({ seed, honest: HONEST, hydra: HYDRA, end });
  const hub = await startDemoHub(folder);
  const model = await startModel();
  const others = await Promise.all(
    (['B', 'C'] as const).map((name) => startDemoLab({ name, folder, model: model.url, onError })),
  );
  const taken: number[] = [];
  let silent = 0;
  try {
    const past = worldOf(1);
    for (const lab of others) {
      await lab.read(past.honest[lab.name], []);
      await lab.connect(hub.url, hub.members[lab.name]);
    }
    for (let seed = 1; seed <= repetitions; seed += 1) {
      const own = mkdtempSync(join(folder, 'a-'));
      const a = await startDemoLab({ name: 'A', folder: own, model: model.url, onError });
      try {
        const world = worldOf(1000 + seed);
        await a.read(world.honest.A, world.hydra.hands.A.accounts);
        await a.connect(hub.url, hub.members.A);
        await settled([a, ...others], 150);
        const ms = await once(world, a, others);
        if (ms === undefined) silent += 1;
        else taken.push(...ms);
        console.log(JSON.stringify({ seed, ms: ms ?? 'A found nothing', machine: machine() }));
      } finally {
        await a.stop();
        rmSync(own, { recursive: true, force: true });
      }
    }
  } finally {
    await Promise.all(others.map((lab) => lab.stop()));
    await model.close();
    await hub.running.close();
    rmSync(folder, { recursive: true, force: true });
  }
  taken.sort((x, y) => x - y);
  console.log(
    JSON.stringify({
      repetitions,
      found_nothing: silent,
      decisions: taken.length,
      p50_ms: quantile(taken, 0.5),
      p99_ms: quantile(taken, 0.99),
      most_ms: taken.at(-1),
    }),
  );
};

const [what, ...rest] = process.argv.slice(2);
const numbers = rest.map(Number).filter(Number.isSafeInteger);
if (what === 'seeds') await seeds(numbers.length > 0 ? numbers : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
else if (what === 'latency') await latency(numbers[0] ?? 100);
else {
  console.error('node bench/demo.ts seeds [SEED...] | latency [REPETITIONS]');
  process.exitCode = 2;
}
