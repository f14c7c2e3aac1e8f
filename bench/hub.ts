/**
 * A hub in a process of its own, filled over HTTP, and loaded by autocannon from this process: both share
 * the machine's cores. At each size: a page of 100 objects from 64 places all over the collection, and a
 * poll at its end, with Bearer; rounds are interleaved. Null control: the page again (1 expected).
 * Positive control: a page of 200 (about half as many). The range is of all rounds. Beside each rate is the
 * processor time that the hub took for a request or an object, from /proc, all its threads and what it does
 * afterwards included, and what the load tool took: they say as much when the machine has other work. Then
 * 100 clients that page in sevens while writers add, counted to the last object.
 *
 *   npm run bench hub                                   10 thousand, 100 thousand, a million objects
 *   STILLWATCH_HUB_OBJECTS=10000 npm run bench hub      other sizes
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZES = (process.env.STILLWATCH_HUB_OBJECTS ?? '10000,100000,1000000').split(',').map(Number);
const BATCH = 1000;
const WRITERS = 2;
const CONNECTIONS = 16;
const ROUNDS = 5;
const SECONDS = 2;
const PLACES = 64;
const TAXII = 'application/taxii+json;version=2.1';

interface LoadResult {
  readonly requests: { readonly average: number; readonly total: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly non2xx: number;
  readonly errors: number;
}
/** The package declares no types. */
const LOAD_TOOL: string = 'autocannon';
const { default: load } = (await import(LOAD_TOOL)) as {
  readonly default: (options: object) => Promise<LoadResult>;
};

const idOf = (n: number): string =>
  `indicator--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
/** In turn none, clear, green and amber of TLP 2.0: every page is put together from four audiences. */
const MARKINGS = [
  {},
  { object_marking_refs: ['marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487'] },
  { object_marking_refs: ['marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'] },
  { object_marking_refs: ['marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'] },
] as const;
const indicator = (n: number) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: idOf(n),
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  name: `Relay seen by ${n % 7} labs`,
  indicator_types: ['anomalous-activity'],
  pattern: `[ipv4-addr:value = '198.51.${(n >> 8) % 256}.${n % 256}']`,
  pattern_type: 'stix',
  valid_from: '2026-01-01T00:00:00Z',
  confidence: n % 100,
  labels: ['bench'],
  ...MARKINGS[n % MARKINGS.length],
});
interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const start = async (data: string): Promise<Running> => {
  const main = new URL('../src/cli/main.ts', import.meta.url).pathname;
  const args = ['hub', 'serve', '--listen', '127.0.0.1:0', '--data', data, '--json'];
  // Logs are written, as in service; nobody reads them.
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { listening, token } = JSON.parse(String(line)) as { listening: string; token: string };
  return {
    process: child,
    url: `${listening}/stillwatch/collections/plain`,
    headers: { Authorization: `Bearer ${token}`, Accept: TAXII, 'Content-Type': TAXII },
  };
};

const ask = async ({ url, headers }: Running, path: string) => {
  const response = await fetch(url + path, { headers });
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as {
    readonly more?: boolean;
    readonly next?: string;
    readonly objects?: readonly { readonly id: string; readonly date_added: string }[];
  };
};

/** Microseconds of processor time that the hub has taken, all its threads; proc(5) counts hundredths. */
const cpuOf = ({ process: { pid } }: Running): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
};

/** Resolves when the hub has done what adding leaves to be done: reading its log for ends and streams. */
const settled = async (running: Running): Promise<void> => {
  for (let busy = true; busy; ) {
    const before = cpuOf(running);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    busy = cpuOf(running) - before > 50_000;
  }
};

/** Adds objects `from` up to `to`; gives how many a second. */
const fill = async ({ url, headers }: Running, from: number, to: number): Promise<number> => {
  let next = from;
  const writer = async (): Promise<void> => {
    while (next < to) {
      const first = next;
      next = Math.min(to, next + BATCH);
      const objects = Array.from({ length: next - first }, (_, i) => indicator(first + i));
      const body = JSON.stringify({ objects });
      const response = await fetch(`${url}/objects/`, { method: 'POST', headers, body });
      const status = (await response.json()) as { success_count: number };
      if (status.success_count !== objects.length) throw new Error('not all were added');
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return (to - from) / ((performance.now() - began) / 1000);
};

interface Speed {
  readonly perSecond: number;
  readonly low: number;
  readonly high: number;
  readonly p50: number;
  readonly p99: number;
  readonly 'hub µs each': number;
  readonly 'load tool µs each': number;
  /** Processor time of both, by the time that passed. */
  readonly 'busy cores, hub and load tool': number;
}

interface Loaded extends LoadResult {
  /** Microseconds of processor time for each request. */
  readonly hub: number;
  readonly tool: number;
  readonly cores: number;
}

const speedOf = (results: readonly Loaded[]): Speed => {
  const sorted = (pick: (one: Loaded) => number): number[] =>
    results.map(pick).sort((a, b) => a - b);
  const rates = sorted(({ requests }) => requests.average).map(Math.round);
  const middle = results.length >> 1;
  return {
    perSecond: rates[middle]!,
    low: rates[0]!,
    high: rates.at(-1)!,
    p50: sorted(({ latency }) => latency.p50)[middle]!,
    p99: sorted(({ latency }) => latency.p99)[middle]!,
    'hub µs each': Math.round(sorted(({ hub }) => hub)[middle]!),
    'load tool µs each': Math.round(sorted(({ tool }) => tool)[middle]!),
    'busy cores, hub and load tool': Math.round(sorted(({ cores }) => cores)[middle]! * 100) / 100,
  };
};

const loaded = async (running: Running, paths: readonly string[]): Promise<Loaded> => {
  const before = cpuOf(running);
  const own = process.cpuUsage();
  const began = performance.now();
  const { pathname, origin } = new URL(running.url);
  const result = await load({
    url: origin,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: paths.map((path) => ({ path: pathname + path, headers: running.headers })),
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx} refused`);
  const { total } = result.requests;
  const { user, system } = process.cpuUsage(own);
  const hub = cpuOf(running) - before;
  return {
    ...result,
    hub: hub / total,
    tool: (user + system) / total,
    cores: (hub + user + system) / 1000 / (performance.now() - began),
  };
};

/** Stamps of objects all over the collection, and of the last. */
const placesIn = async (running: Running, size: number) => {
  const stampOf = async (n: number): Promise<string> =>
    (await ask(running, `/manifest/?match[id]=${idOf(n)}`)).objects![0]!.date_added;
  const places = await Promise.all(
    Array.from({ length: PLACES }, (_, i) => stampOf(Math.floor((i * (size - 300)) / PLACES))),
  );
  const last = (await Promise.all(Array.from({ length: 50 }, (_, i) => stampOf(size - 1 - i))))
    .sort()
    .at(-1)!;
  return { places, last };
};

const measure = async (running: Running, size: number) => {
  const { places, last } = await placesIn(running, size);
  const pages = (limit: number) =>
    places.map((stamp) => `/objects/?limit=${limit}&added_after=${stamp}`);
  const works: Readonly<Record<string, readonly string[]>> = {
    'page of 100': pages(100),
    'null control: the same again': pages(100),
    'positive control: page of 200': pages(200),
    'poll at the end': [`/objects/?added_after=${last}`],
    'object by its id': Array.from(
      { length: PLACES },
      (_, i) => `/objects/${idOf(Math.floor((i * size) / PLACES))}/`,
    ),
  };
  const results = new Map<string, Loaded[]>(Object.keys(works).map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++)
    for (const [name, paths] of Object.entries(works)) {
      const result = await loaded(running, paths);
      if (round >= 0) results.get(name)!.push(result);
    }
  return Object.fromEntries([...results].map(([name, list]) => [name, speedOf(list)]));
};

/** 100 clients paging in sevens while writers add: how many saw exactly what there is. */
const pagedExactly = async (running: Running, from: number): Promise<string> => {
  const [clients, total] = [100, 2000];
  const { last } = await placesIn(running, from);
  const wanted = Array.from({ length: total }, (_, i) => idOf(from + i))
    .sort()
    .join();
  const client = async (): Promise<boolean> => {
    const seen: string[] = [];
    let after = last;
    while (seen.length < total) {
      const path = `/manifest/?limit=7&added_after=${after}`;
      const { objects = [] } = await ask(running, path);
      seen.push(...objects.map(({ id }) => id));
      after = objects.at(-1)?.date_added ?? after;
    }
    return seen.sort().join() === wanted;
  };
  const small = async (): Promise<void> => {
    for (let at = 0; at < total; at += 50) await fill(running, from + at, from + at + 50);
  };
  const [outcomes] = await Promise.all([
    Promise.all(Array.from({ length: clients }, client)),
    small(),
  ]);
  return `${outcomes.filter(Boolean).length} of ${clients}`;
};

export const run = async (): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-bench-hub-'));
  const running = await start(join(folder, 'data'));
  try {
    const sizes: Record<string, unknown> = {};
    const pageRates: number[] = [];
    let filled = 0;
    for (const size of SIZES) {
      const before = cpuOf(running);
      const added = Math.round(await fill(running, filled, size));
      await settled(running);
      const perObject = Math.round((cpuOf(running) - before) / (size - filled));
      filled = size;
      console.error(`${size} objects: ${added} added a second`);
      const speeds = await measure(running, size);
      console.error(JSON.stringify(speeds));
      pageRates.push(speeds['page of 100']!.perSecond);
      sizes[`${size} objects`] = {
        'added a second': added,
        'hub µs for each added': perObject,
        ...speeds,
      };
    }
    return {
      ...sizes,
      'pages a second, largest against smallest': pageRates.at(-1)! / pageRates[0]!,
      'clients that saw each object once': await pagedExactly(running, filled),
    };
  } finally {
    running.process.kill('SIGTERM');
    await once(running.process, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
};

if (import.meta.main) console.log(JSON.stringify(await run(), null, 1));
