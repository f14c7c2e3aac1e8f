/**
 * The profiling pass against DuckDB over the same JSON lines on the same two cores, round by round
 * in one process, so that what slows the machine slows both. Time is given twice: on the clock, and
 * as processor time, which other work on the machine disturbs less.
 *
 * Null control: a query against itself (1 expected). Positive control: the query over the log named
 * twice (2 expected).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { profileLog } from '../src/detect/scan/profile-log.ts';
import { aggregate, openDuckDb, QUERIES, type QueryName } from './plain-counters.ts';
import { writeLog } from './profile-log.ts';

const THREADS = 2;
const ACCOUNTS = 1_500;

interface Timing {
  readonly wall: number;
  readonly cpu: number;
}

export interface Comparison {
  readonly against: string;
  readonly rounds: number;
  readonly rowsPerSecond: number;
  readonly theirRowsPerSecond: number;
  /** Our time as a multiple of theirs: median, lowest and highest of the rounds. */
  readonly wallRatio: readonly [number, number, number];
  readonly cpuRatio: readonly [number, number, number];
}

export interface Scale {
  readonly exchanges: number;
  readonly accounts: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rowsPerSecond: number;
}

const timed = async (work: () => Promise<number>, expected: number): Promise<Timing> => {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const got = await work();
  const wall = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  if (got !== expected) throw new Error(`${got} instead of ${expected} were counted`);
  return { wall, cpu: (user + system) / 1e6 };
};

const profiled = async (path: string): Promise<number> =>
  (await profileLog([path], { threads: THREADS })).tally.exchanges;

const spread = (values: readonly number[]): [number, number, number] => {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!];
};

const compare = (
  against: string,
  exchanges: number,
  ours: readonly Timing[],
  theirs: readonly Timing[],
): Comparison => ({
  against,
  rounds: ours.length,
  rowsPerSecond: Math.round(exchanges / spread(ours.map((t) => t.wall))[0]),
  theirRowsPerSecond: Math.round(exchanges / spread(theirs.map((t) => t.wall))[0]),
  wallRatio: spread(ours.map((t, i) => t.wall / theirs[i]!.wall)),
  cpuRatio: spread(ours.map((t, i) => t.cpu / theirs[i]!.cpu)),
});

export interface ProfileBenchOptions {
  /** Exchanges of the log that is compared. */
  readonly exchanges?: number;
  readonly rounds?: number;
  /** Lengths of log, in exchanges, that the pass is timed on once each. */
  readonly lengths?: readonly number[];
}

const compareWithDuckDb = async (
  path: string,
  exchanges: number,
  rounds: number,
): Promise<Comparison[]> => {
  const connection = await openDuckDb(THREADS);
  const names = Object.keys(QUERIES) as QueryName[];
  const ours: Timing[] = [];
  const theirs = new Map(names.map((name): [QueryName, Timing[]] => [name, []]));
  const again: Timing[] = [];
  for (let round = -1; round < rounds; round++) {
    const mine = await timed(() => profiled(path), exchanges);
    for (const name of names) {
      const time = await timed(() => aggregate(connection, path, name), ACCOUNTS);
      if (round >= 0) theirs.get(name)!.push(time); // the first round warms up
    }
    const repeated = await timed(() => aggregate(connection, path, names.at(-1)!), ACCOUNTS);
    if (round < 0) continue;
    ours.push(mine);
    again.push(repeated);
  }
  connection.closeSync();
  return [
    ...names.map((name) => compare(name, exchanges, ours, theirs.get(name)!)),
    compare('null control: the last query again', exchanges, again, theirs.get(names.at(-1)!)!),
  ];
};

export const run = async (
  options: ProfileBenchOptions = {},
): Promise<{ readonly comparisons: Comparison[]; readonly scale: Scale[] }> => {
  const { exchanges = 1_000_000, rounds = 5, lengths = [1_000_000, 4_000_000] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'stillwatch-bench-'));
  const path = join(folder, 'log.jsonl');
  try {
    await writeLog(path, { exchanges, accounts: ACCOUNTS });
    const comparisons = await compareWithDuckDb(path, exchanges, rounds);
    const scale: Scale[] = [];
    for (const length of lengths) {
      // As many accounts more as exchanges: 670 exchanges each, as in the disclosed campaigns.
      const accounts = Math.round(length / 670);
      await writeLog(path, { exchanges: length, accounts });
      const { wall, cpu } = await timed(() => profiled(path), length);
      scale.push({
        exchanges: length,
        accounts,
        seconds: wall,
        cpuSeconds: cpu,
        rowsPerSecond: Math.round(length / wall),
      });
    }
    return { comparisons, scale };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  const { values } = parseArgs({
    options: { long: { type: 'boolean' }, rounds: { type: 'string' }, only: { type: 'boolean' } },
  });
  const lengths = values.only ? [] : [1_000_000, 4_000_000, ...(values.long ? [16_000_000] : [])];
  const { comparisons, scale } = await run({ lengths, rounds: Number(values.rounds ?? 5) });
  const three = ([median, low, high]: readonly number[]): string =>
    `${median!.toFixed(2)} (${low!.toFixed(2)}-${high!.toFixed(2)})`;
  console.table(
    comparisons.map((c) => ({
      against: c.against,
      'rows/s': c.rowsPerSecond,
      'DuckDB rows/s': c.theirRowsPerSecond,
      'clock ratio': three(c.wallRatio),
      'processor ratio': three(c.cpuRatio),
    })),
  );
  console.table(scale);
}
