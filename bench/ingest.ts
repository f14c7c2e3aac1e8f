/**
 * Exchanges per second that a lab takes over HTTP, with acknowledgement, and its memory over time.
 *
 *   node bench/ingest.ts [EXCHANGES] [ACCOUNTS] [LINES_PER_REQUEST] [CONNECTIONS]
 *
 * The lab is another process, as `stillwatch lab serve` starts it; the load shares the cores with it.
 * Lines are those of `profile-log.ts`, about 400 bytes. Controls of the same run, on the lines of its
 * last part: processor time of JSON.parse alone, and of counting alone in one thread. Null control: the same requests with the lines
 * already counted (duplicates) cost parsing and journal, and no profile. Positive control: every line
 * is acknowledged once and counted once, or the run fails. A soak is the same with more exchanges:
 * 10,000,000 in the first argument; resident memory is printed for each twentieth of the run.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

/** Seconds of processor time of all its threads; ticks of 10 ms (proc(5), utime and stime). */
const processorSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
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

/** Processor seconds of this process for a million lines. */
const costOf = (lines: number, work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Number(((user + system) / lines).toFixed(2));
};

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

export interface IngestResult {
  readonly exchanges: number;
  readonly accounts: number;
  readonly bytesPerLine: number;
  readonly linesPerRequest: number;
  readonly connections: number;
  readonly exchangesPerSecond: number;
  /** Processor time of the lab, all threads; says more than the rate where others use the machine. */
  readonly processorSecondsPerMillion: number;
  /** Controls, in this process: the same lines parsed, and counted, and nothing else. */
  readonly parseSecondsPerMillion: number;
  readonly countSecondsPerMillion: number;
  /** Processor time of the lab in multiples of parsing. */
  readonly timesParsing: number;
  readonly duplicatesPerSecond: number;
  readonly refusedAsBusy: number;
  readonly residentMb: readonly number[];
}

/** Rows of one file at most; a longer run makes the next file while nothing is measured. */
const PART = 500_000;

export const ingest = async (
  exchanges: number,
  accounts: number,
  linesPerRequest: number,
  connections: number,
): Promise<IngestResult> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-ingest-'));
  const config = join(folder, 'lab.yaml');
  writeFileSync(config, 'version: 1\nlook: { every_seconds: 3600 }\ncheckpoint_seconds: 20\n');
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const data = join(folder, 'data');
  const args = [
    '--max-semi-space-size=64', // as bin/stillwatch starts it
    main,
    'lab',
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--data',
    data,
    '--config',
    config,
  ];
  const lab = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const first = await createInterface({ input: lab.stdout })[Symbol.asyncIterator]().next();
    const { url, pid } = JSON.parse(String(first.value)) as { url: string; pid: number };
    const token = readFileSync(join(data, 'token'), 'utf8').trim();
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const resident: number[] = [];
    let busy = 0;
    let bytesSent = 0;
    const send = async (bodies: readonly Buffer[], into: Answer[]): Promise<void> => {
      let next = 0;
      const one = async (): Promise<void> => {
        while (next < bodies.length) {
          const body = bodies[next++]!;
          let answer = await post(url, token, agent, body);
          while (answer === null) {
            busy += 1;
            await new Promise((resolve) => setTimeout(resolve, 20));
            answer = await post(url, token, agent, body);
          }
          into.push(answer);
          bytesSent += body.length;
        }
      };
      await Promise.all(Array.from({ length: connections }, one));
    };
    let seconds = 0;
    let worked = 0;
    let accepted = 0;
    let again = 0;
    let duplicates = 0;
    let parsing = 0;
    let counting = 0;
    for (let done = 0, part = 1; done < exchanges; part++) {
      const count = Math.min(PART, exchanges - done);
      const path = join(folder, 'part.jsonl');
      await writeLog(path, { exchanges: count, accounts, seed: part });
      const bodies = cut(readFileSync(path), linesPerRequest);
      const answers: Answer[] = [];
      const from = performance.now();
      const before = processorSeconds(pid);
      await send(bodies, answers);
      worked += processorSeconds(pid) - before;
      seconds += (performance.now() - from) / 1000;
      for (const answer of answers) accepted += answer.accepted;
      resident.push(residentMb(pid));
      done += count;
      if (done < exchanges) continue;
      const repeats: Answer[] = [];
      const start = performance.now();
      await send(bodies, repeats);
      again = (performance.now() - start) / 1000;
      for (const answer of repeats) duplicates += answer.duplicates;
      parsing = costOf(count, () => parseAll(bodies, count));
      counting = costOf(count, () => countAll(bodies, count));
      if (duplicates !== count) throw new Error(`${duplicates} of ${count} were known again`);
    }
    if (accepted !== exchanges) throw new Error(`${accepted} of ${exchanges} were counted`);
    agent.destroy();
    return {
      exchanges,
      accounts,
      bytesPerLine: Math.round(bytesSent / (exchanges + duplicates)),
      linesPerRequest,
      connections,
      exchangesPerSecond: Math.round(exchanges / seconds),
      processorSecondsPerMillion: Number(((worked / exchanges) * 1e6).toFixed(2)),
      parseSecondsPerMillion: parsing,
      countSecondsPerMillion: counting,
      timesParsing: Number((((worked / exchanges) * 1e6) / parsing).toFixed(1)),
      duplicatesPerSecond: Math.round(duplicates / again),
      refusedAsBusy: busy,
      residentMb: resident,
    };
  } finally {
    lab.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
};

export const run = (): Promise<IngestResult> => {
  const [exchanges, accounts, lines, connections] = process.argv.slice(2).map(Number);
  return ingest(exchanges || 500_000, accounts || 5_000, lines || 1_000, connections || 8);
};

if (import.meta.main) console.log(JSON.stringify(await run(), null, 1));
