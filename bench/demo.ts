/**
 * What the demo's world comes to, over seeds, and how long shared intelligence takes. Too long for
 * `npm run bench`; run it as
 *
 *   node bench/demo.ts seeds 1 2 3 …       the whole demo for each seed, with sharing and without
 *   node bench/demo.ts latency 100         lab A's finding to an enforced decision at B and at C
 *
 * Latency: hub and labs run on for four repetitions, each with an operator of its own (other cards, blocks, accounts,
 * prompts), of whom B and C have seen a few accounts. Null control: before the finding nobody of them is refused.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, uniform } from '../src/base/random.ts';
import { startDemoHub } from '../src/cli/demo/hub.ts';
import { type DemoLab, startDemoLab } from '../src/cli/demo/lab.ts';
import { settled, until } from '../src/cli/demo/wait.ts';
import { watchFindings, watchShared } from '../src/cli/demo/watch.ts';
import { createHydra, type Hydra } from '../src/prove/demo/hydra.ts';
import { LAB_NAMES } from '../src/prove/demo/lab-name.ts';
import { startModel } from '../src/prove/demo/model.ts';
import { createOperator } from '../src/prove/demo/operator.ts';
import { createDemoWorld, type DemoWorld } from '../src/prove/demo/world.ts';
import { createSerializer } from '../src/prove/simulate/serialize.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;
const HONEST = 200;
const HYDRA = 60;

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

/** Repetitions with one set of services: each has its own operator, twelve hours of the traffic after the last. */
const BATCH = 4;
const WINDOW = 12 * HOUR;
const LOOK = 4 * HOUR;

interface Stage {
  readonly a: DemoLab;
  readonly others: readonly DemoLab[];
  readonly past: DemoWorld;
}

/** One operator: found at A, heard at B and C. Undefined when A found nothing in twelve hours of it. */
const once = async (
  { a, others, past }: Stage,
  hydra: Hydra,
  start: number,
): Promise<readonly number[] | undefined> => {
  const operator = createOperator(hydra, start, start + WINDOW);
  for (const lab of others) {
    const scouts = operator.take(lab.name, start, start + WINDOW);
    await send(lab, '/ingest', scouts.map(createSerializer()));
  }
  await settled([a, ...others], 200);
  const accountsAt = (name: 'A' | 'B' | 'C'): ReadonlySet<string> =>
    new Set(hydra.hands[name].accounts.map(({ account_id }) => account_id));
  const watched = others.map((lab) => watchShared(lab, accountsAt(lab.name)));
  if (others.some((lab) => watchedAlready(lab, accountsAt(lab.name))))
    throw new Error('refused before it was found');
  const found = watchFindings(a, accountsAt('A'));
  for (let at = start; at < start + WINDOW && found() === null; at += LOOK) {
    const honest = past.honest.A.live.filter(({ timestamp }) => {
      const time = Date.parse(timestamp);
      return time >= at && time < at + LOOK;
    });
    const rows = [...operator.take('A', at, at + LOOK), ...honest];
    await send(a, '/ingest', rows.map(createSerializer()));
    await a.lab.lookNow();
  }
  const first = found();
  if (first === null) return undefined;
  await until('a decision at B and C', () => watched.every((one) => one() !== null), 60_000);
  return watched.map((one) => one()!.at - first.at);
};

const watchedAlready = ({ service }: DemoLab, accounts: ReadonlySet<string>): boolean =>
  service.deciding.book
    .inForce(Date.now())
    .some(({ subject, mode }) => mode === 'live' && accounts.has(subject.value));

/** A hub, labs A, B and C with their past, connected, and the operators of the batch signed up. */
const batch = async (
  folder: string,
  past: DemoWorld,
  hydras: readonly { readonly hydra: Hydra; readonly start: number }[],
  done: (index: number, ms: readonly number[] | undefined | Error) => void,
): Promise<void> => {
  const onError = (error: unknown): void => console.error(error);
  const undo: (() => Promise<void>)[] = [];
  try {
    const hub = await startDemoHub(folder);
    undo.push(() => hub.running.close());
    const model = await startModel();
    undo.push(model.close);
    const labs: DemoLab[] = [];
    for (const name of LAB_NAMES) {
      const lab = await startDemoLab({ name, folder, model: model.url, onError });
      undo.push(lab.stop);
      labs.push(lab);
      const signedUp = hydras.flatMap(({ hydra }) => hydra.hands[name].accounts);
      await lab.read(past.honest[name], signedUp);
      await lab.connect(hub.url, hub.members[name]);
    }
    const ready = ({ sharing }: DemoLab): boolean => sharing()?.status().tokens_pending === 0;
    await until('tokens of all cards', () => labs.every(ready), 120_000);
    const [a, ...others] = labs as [DemoLab, ...DemoLab[]];
    for (const [i, { hydra, start }] of hydras.entries())
      done(
        i,
        await once({ a, others, past }, hydra, start).catch((error: unknown) => error as Error),
      );
  } finally {
    for (const step of undo.reverse()) await step();
  }
};

/**
 * From the moment at which A has stored its finding to the moment at which the gate at B, and at C, refuses the
 * first account of the operator. On the way: the firewall, signing, automatic release, the hub's write and its
 * ledger, the stream, B's and C's question how the hub sees it, matching and re-verification on their own traffic,
 * the sighting that one sends and the other hears, policy, storing the decision, the gate.
 */
const latency = async (repetitions: number): Promise<void> => {
  const end = Math.floor(Date.now() / DAY) * DAY;
  const past = createDemoWorld({ seed: 1, honest: HONEST, hydra: HYDRA, end });
  const taken: number[] = [];
  let silent = 0;
  let late = 0;
  let heard = 0;
  // An operator whom A does not find in twelve hours is counted, and another one comes.
  for (let begin = 1; heard < repetitions && begin <= 3 * repetitions; begin += BATCH) {
    const folder = mkdtempSync(join(tmpdir(), 'stillwatch-bench-demo-'));
    const hydras = Array.from({ length: Math.min(BATCH, repetitions - heard) }, (_, i) => {
      const start = past.from + i * WINDOW;
      const wish = { accounts: HYDRA, perAccount: 80, days: 1, start };
      return { start, hydra: createHydra({ seed: begin + i, ...wish }).hydra };
    });
    try {
      await batch(folder, past, hydras, (i, ms) => {
        const seed = begin + i;
        if (ms === undefined) silent += 1;
        else if (ms instanceof Error) late += 1;
        else taken.push(...ms);
        if (ms !== undefined) heard += 1;
        const told = ms === undefined ? 'A found nothing' : ms instanceof Error ? ms.message : ms;
        console.log(JSON.stringify({ seed, ms: told, machine: machine() }));
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  taken.sort((x, y) => x - y);
  const { user, system } = process.cpuUsage();
  console.log(
    JSON.stringify({
      repetitions: heard,
      found_nothing: silent,
      not_decided_in_60_s: late,
      decisions: taken.length,
      p50_ms: quantile(taken, 0.5),
      p90_ms: quantile(taken, 0.9),
      p99_ms: quantile(taken, 0.99),
      most_ms: taken.at(-1),
      processor_seconds: Math.round((user + system) / 1e6),
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
