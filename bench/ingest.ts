/**
 * Exchanges per second that a lab takes over HTTP, with acknowledgement, while it looks for campaigns,
 * and its memory over time.
 *
 *   node bench/ingest.ts [EXCHANGES] [ACCOUNTS] [LINES_PER_REQUEST] [CONNECTIONS]
 *     --soak EXCHANGES    a longer run; resident memory after each million (--soak 10000000)
 *     --look SECONDS      from one look to the next (default 10)
 *
 * The lab is another process, as `stillwatch lab serve` starts it; the load shares the cores with it.
 * Lines are those of `profile-log.ts`, about 400 bytes, made between parts of a run while nothing is
 * measured. Controls of the same run, on the lines of its last part: processor time of JSON.parse
 * alone, and of counting alone in one thread. Null control: the same requests with the lines already
 * counted (duplicates) cost parsing and journal, and no profile. Positive control: every line is
 * acknowledged once and counted once, or the run fails. Processor time of the load is given beside
 * that of the lab: where both have the two cores, (lab + load) / 2 bounds the rate.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createLiveCounter } from '../src/detect/live/live-counter.ts';
import { writeLog } from './profile-log.ts';

interface Answer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

const post = (url: string, token: string, agent: Agent, body: Buffer): Promise<Answer | null> =>
  new Promise((resolve, reject) => {
    const out = request(
      `${url}/ingest`,
      { method: 'POST', agent, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        // Busy: nothing was taken, and the same request comes again.
        response.on('end', () => resolve(response.statusCode === 200 ? JSON.parse(text) : null));
      },
    );
    out.on('error', reject);
    out.end(body);
  });

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) >> 10;

const NAMES: Readonly<Record<string, string>> = {
  MainThread: 'http and journal',
  counting: 'counting',
  keeping: 'keeping and looking',
  V8Worker: 'garbage collection and compilation',
};

/** Seconds of processor time by thread; ticks of 10 ms (proc(5), utime and stime). */
const threadSeconds = (pid: number): Map<string, number> => {
  const seconds = new Map<string, number>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
    const end = stat.lastIndexOf(') ');
    const fields = stat.slice(end + 2).split(' ');
    const name = NAMES[stat.slice(stat.indexOf('(') + 1, end)] ?? 'other';
    const used = (Number(fields[11]) + Number(fields[12])) / 100;
    seconds.set(name, (seconds.get(name) ?? 0) + used);
  }
  return seconds;
};

const cut = (bytes: Buffer, lines: number): Buffer[] => {
  const bodies: Buffer[] = [];
  let start = 0;
  let count = 0;
  for (let feed = bytes.indexOf(10); feed >= 0; feed = bytes.indexOf(10, feed + 1)) {
    count += 1;
    if (count % lines !== 0) continue;
    bodies.push(bytes.subarray(start, feed + 1));
    start = feed + 1;
  }
  if (start < bytes.length) bodies.push(bytes.subarray(start));
  return bodies;
};

const ownSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

/** Processor seconds of this process for a million lines. */
const costOf = (lines: number, work: () => void): number => {
  const before = process.cpuUsage();
  work();
  return perMillion(ownSeconds(before), lines);
};

const perMillion = (seconds: number, lines: number): number =>
  Number(((seconds / lines) * 1e6).toFixed(2));

const parseAll = (bodies: readonly Buffer[], lines: number): void => {
  let found = 0;
  for (const body of bodies)
    for (let start = 0; start < body.length; ) {
      const feed = body.indexOf(10, start);
      const value = JSON.parse(body.toString('utf8', start, feed)) as { account_id?: string };
      if (value.account_id !== undefined) found += 1;
      start = feed + 1;
    }
  if (found !== lines) throw new Error(`${found} of ${lines} lines were parsed`);
};

const countAll = (bodies: readonly Buffer[], lines: number): void => {
  const counter = createLiveCounter();
  for (const data of bodies) counter.accept({ stream: 'whole', at: 0, firstLine: 1, data });
  if (counter.totals.exchanges !== lines) throw new Error('not every line was counted');
};

export interface IngestShape {
  readonly exchanges: number;
  readonly accounts: number;
  readonly linesPerRequest: number;
  readonly connections: number;
  /** Seconds from one look to the next. */
  readonly look: number;
  /** Whether to print the memory after each million as the run goes on. */
  readonly isSoak: boolean;
}

export interface IngestResult extends IngestShape {
  readonly bytesPerLine: number;
  readonly exchangesPerSecond: number;
  /** Processor time of the lab, all threads; says more than the rate where others use the machine. */
  readonly processorSecondsPerMillion: number;
  readonly byThread: Readonly<Record<string, number>>;
  /** Processor time of this process while it sent. */
  readonly loadSecondsPerMillion: number;
  /** Controls, in this process: the same lines parsed, and counted, and nothing else. */
  readonly parseSecondsPerMillion: number;
  readonly countSecondsPerMillion: number;
  /** Processor time of the lab in multiples of parsing. */
  readonly timesParsing: number;
  readonly duplicatesPerSecond: number;
  readonly refusedAsBusy: number;
  readonly looks: number;
  readonly accountsKept: number;
  /** At the start, and after each part of the run. */
  readonly residentMb: readonly number[];
}

/** Rows of one file at most; a longer run makes the next file while nothing is measured. */
const PART = 500_000;
const MILLION = 1_000_000;

interface Lab {
  readonly url: string;
  readonly pid: number;
  readonly token: string;
  readonly stop: () => void;
}

const startLab = async (folder: string, look: number): Promise<Lab> => {
  const config = join(folder, 'lab.yaml');
  writeFileSync(config, `version: 1\nlook: { every_seconds: ${look} }\ncheckpoint_seconds: 20\n`);
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const data = join(folder, 'data');
  const args = [
    '--max-semi-space-size=64', // as bin/stillwatch starts it
    ...[main, 'lab', 'serve', '--listen', '127.0.0.1:0', '--data', data, '--config', config],
  ];
  const lab = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const first = await createInterface({ input: lab.stdout })[Symbol.asyncIterator]().next();
  const { url, pid } = JSON.parse(String(first.value)) as { url: string; pid: number };
  const token = readFileSync(join(data, 'token'), 'utf8').trim();
  return { url, pid, token, stop: () => lab.kill('SIGKILL') };
};

interface Status {
  readonly looks: number;
  readonly accounts: number;
}

const statusOf = async ({ url, token }: Lab): Promise<Status> => {
  const response = await fetch(`${url}/status`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as Status;
};

export const ingest = async (shape: IngestShape): Promise<IngestResult> => {
  const { exchanges, accounts, linesPerRequest, connections, look, isSoak } = shape;
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-ingest-'));
  const lab = await startLab(folder, look);
  const { pid } = lab;
  try {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const resident: number[] = [residentMb(pid)];
    let busy = 0;
    let bytesSent = 0;
    const send = async (bodies: readonly Buffer[]): Promise<Answer> => {
      let next = 0;
      const sum = { accepted: 0, duplicates: 0, rejected: 0 };
      const one = async (): Promise<void> => {
        while (next < bodies.length) {
          const body = bodies[next++]!;
          let answer = await post(lab.url, lab.token, agent, body);
          while (answer === null) {
            busy += 1;
            await new Promise((resolve) => setTimeout(resolve, 20));
            answer = await post(lab.url, lab.token, agent, body);
          }
          sum.accepted += answer.accepted;
          sum.duplicates += answer.duplicates;
          sum.rejected += answer.rejected;
          bytesSent += body.length;
        }
      };
      await Promise.all(Array.from({ length: connections }, one));
      return sum;
    };
    const spent = new Map<string, number>();
    let load = 0;
    let seconds = 0;
    let accepted = 0;
    let last: { readonly bodies: readonly Buffer[]; readonly lines: number } | null = null;
    for (let done = 0, part = 1; done < exchanges; part++) {
      const count = Math.min(PART, exchanges - done);
      const path = join(folder, 'part.jsonl');
      const log = { exchanges: count, accounts, seed: part, before: done, of: exchanges };
      await writeLog(path, log);
      const bodies = cut(readFileSync(path), linesPerRequest);
      const from = performance.now();
      const before = threadSeconds(pid);
      const own = process.cpuUsage();
      const answer = await send(bodies);
      const after = threadSeconds(pid);
      load += ownSeconds(own);
      seconds += (performance.now() - from) / 1000;
      for (const [name, used] of after)
        spent.set(name, (spent.get(name) ?? 0) + used - (before.get(name) ?? 0));
      accepted += answer.accepted;
      resident.push(residentMb(pid));
      done += count;
      if (isSoak && done % MILLION === 0) {
        const rate = Math.round(done / seconds);
        console.log(`${done} exchanges  ${resident.at(-1)} MB  ${rate}/s so far`);
      }
      last = { bodies, lines: count };
    }
    const { bodies, lines } = last!;
    const start = performance.now();
    const { duplicates } = await send(bodies);
    const again = (performance.now() - start) / 1000;
    if (duplicates !== lines) throw new Error(`${duplicates} of ${lines} were known again`);
    if (accepted !== exchanges) throw new Error(`${accepted} of ${exchanges} were counted`);
    const { looks, accounts: accountsKept } = await statusOf(lab);
    agent.destroy();
    const parsing = costOf(lines, () => parseAll(bodies, lines));
    const total = [...spent.values()].reduce((a, b) => a + b, 0);
    return {
      ...shape,
      bytesPerLine: Math.round(bytesSent / (exchanges + duplicates)),
      exchangesPerSecond: Math.round(exchanges / seconds),
      processorSecondsPerMillion: perMillion(total, exchanges),
      byThread: Object.fromEntries([...spent].map(([n, s]) => [n, perMillion(s, exchanges)])),
      loadSecondsPerMillion: perMillion(load, exchanges),
      parseSecondsPerMillion: parsing,
      countSecondsPerMillion: costOf(lines, () => countAll(bodies, lines)),
      timesParsing: Number((perMillion(total, exchanges) / parsing).toFixed(1)),
      duplicatesPerSecond: Math.round(duplicates / again),
      refusedAsBusy: busy,
      looks,
      accountsKept,
      residentMb: resident,
    };
  } finally {
    lab.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

export const run = (argv: readonly string[] = process.argv.slice(2)): Promise<IngestResult> => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: false,
    options: { soak: { type: 'string' }, look: { type: 'string' } },
  });
  const [exchanges, accounts, lines, connections] = positionals.map(Number);
  return ingest({
    exchanges: Number(values.soak) || exchanges || 500_000,
    accounts: accounts || 5_000,
    linesPerRequest: lines || 1_000,
    connections: connections || 8,
    look: Number(values.look) || 10,
    isSoak: values.soak !== undefined,
  });
};

if (import.meta.main) console.log(JSON.stringify(await run(), null, 1));
