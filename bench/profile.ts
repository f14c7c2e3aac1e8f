/**
 * The profiling pass against DuckDB over the same JSON lines on the same two cores, round by round
 * in one process, so that what slows the machine slows both. Time is given twice: on the clock, and
 * as processor time, which other work on the machine disturbs less.
 *
 * Null control: the last query against itself (1 expected). Positive control: the queries against each
 * other, of which each does more than the one before.
 *
 *   npm run bench profile            1 and 4 million exchanges
 *   npm run bench profile -- --long  16 million as well (7 GB of temporary disk)
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { profileLog } from '../src/detect/scan/profile-log.ts';
import { aggregate, openDuckDb, QUERIES, type QueryName } from './plain-counters.ts';
import { writeLog } from './profile-log.ts';
import { type AccountBytes, accountBytes } from './profile-memory.ts';

const THREADS = 2;
const COMPARED = 1_000_000;
const ACCOUNTS = 1_500;
/** Exchanges of each account, and accounts, whose bytes are measured. */
const CROWDS = [
  [1, 200_000],
  [30, 10_000],
  [670, 500],
] as const;

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

/** Rows counted, those among them that the filter took for copies included: about one in a million. */
const profiled = async (path: string): Promise<number> => {
  const { tally } = await profileLog([path], { threads: THREADS });
  return tally.exchanges + tally.duplicates;
};

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

const compareWithDuckDb = async (
  path: string,
  exchanges: number,
  rounds: number,
): Promise<Comparison[]> => {
  const connection = await openDuckDb(THREADS);
  const names = Object.keys(QUERIES) as QueryName[];
  const last = names.at(-1)!;
  const ours: Timing[] = [];
  const again: Timing[] = [];
  const theirs = new Map(names.map((name): [QueryName, Timing[]] => [name, []]));
  for (let round = -1; round < rounds; round++) {
    const mine = await timed(() => profiled(path), exchanges);
    for (const name of names) {
      const time = await timed(() => aggregate(connection, path, name), ACCOUNTS);
      if (round >= 0) theirs.get(name)!.push(time); // the first round warms up
    }
    const repeated = await timed(() => aggregate(connection, path, last), ACCOUNTS);
    if (round < 0) continue;
    ours.push(mine);
    again.push(repeated);
  }
  connection.closeSync();
  return [
    ...names.map((name) => compare(name, exchanges, ours, theirs.get(name)!)),
    compare('null control: the last query against itself', exchanges, again, theirs.get(last)!),
  ];
};

/** Times the pass on logs of these lengths, with 670 exchanges an account as in the disclosed ones. */
const timeLengths = async (path: string, lengths: readonly number[]): Promise<Scale[]> => {
  const scale: Scale[] = [];
  for (const exchanges of lengths) {
    const accounts = Math.round(exchanges / 670);
    await writeLog(path, { exchanges, accounts });
    const { wall, cpu } = await timed(() => profiled(path), exchanges);
    scale.push({
      exchanges,
      accounts,
      seconds: wall,
      cpuSeconds: cpu,
      rowsPerSecond: Math.round(exchanges / wall),
    });
  }
  return scale;
};

const withFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'stillwatch-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const three = ([median, low, high]: readonly [number, number, number]): string =>
  `${median.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;

/** Prints three tables: against DuckDB, by length of the log, and the bytes of an account. */
export const run = async (argv: readonly string[] = process.argv.slice(2)): Promise<void> => {
  const { values } = parseArgs({
    args: argv.filter((arg) => arg.startsWith('--')),
    options: { long: { type: 'boolean' }, rounds: { type: 'string', default: '5' } },
  });
  await withFolder(async (folder) => {
    const path = join(folder, 'log.jsonl');
    await writeLog(path, { exchanges: COMPARED, accounts: ACCOUNTS });
    const comparisons = await compareWithDuckDb(path, COMPARED, Number(values.rounds));
    console.table(
      comparisons.map((c) => ({
        against: c.against,
        'rows/s': c.rowsPerSecond,
        'DuckDB rows/s': c.theirRowsPerSecond,
        'clock ratio': three(c.wallRatio),
        'processor ratio': three(c.cpuRatio),
      })),
    );
    const million = 1_000_000;
    console.table(
      await timeLengths(path, [million, 4 * million, ...(values.long ? [16 * million] : [])]),
    );
    const bytes: AccountBytes[] = [];
    for (const [each, accounts] of CROWDS) bytes.push(await accountBytes(path, each, accounts));
    console.table(bytes);
  });
};

if (import.meta.main) await run();
