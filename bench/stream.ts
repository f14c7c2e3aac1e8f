/**
 * From the commit of a publication to its receipt by 1,000 consumers of one hub: the hub in this process,
 * the consumers in another, on the same cores. 200 publications of one indicator each, 5 a second; one
 * clock. p50, p99 and the worst over all receipts, and the processor time of hub and consumers for each.
 *
 * Null control: the same with one consumer. Positive control: the same with 2,000 consumers (about twice
 * the median expected). Needs a limit of open files above 4,500.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueToken, newMember } from '../src/serve/hub/access/issue.ts';
import { labelText } from '../src/serve/hub/access/audience.ts';
import { NO_LOG } from '../src/serve/hub/http/log.ts';
import { startHub } from '../src/serve/hub/start.ts';

const PUBLICATIONS = Number(process.env.STILLWATCH_PUBLICATIONS ?? 200);
const EVERY_MS = 200;
const MEMBERS = 20;

const now = (): number => performance.timeOrigin + performance.now();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const indicatorText = (n: number): string =>
  JSON.stringify({
    type: 'indicator',
    spec_version: '2.1',
    id: `indicator--${uuid(n)}`,
    created: '2026-11-20T00:00:00.000Z',
    modified: '2026-11-20T00:00:00.000Z',
    name: `number ${n}`,
    pattern: "[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
    pattern_type: 'stix',
    valid_from: '2026-11-20T00:00:00Z',
  });

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
const rounded = (ms: number): number => Math.round(ms * 10) / 10;

export const measure = async (consumers: number) => {
  const data = mkdtempSync(join(tmpdir(), 'stillwatch-bench-'));
  const running = await startHub({ listen: '127.0.0.1:0', data, log: NO_LOG, graceMs: 500 });
  const { store, secrets } = running.hub;
  const tokens = await store.write(async ({ records }) => {
    const made: string[] = [];
    for (let i = 0; i < MEMBERS; i++) {
      const member = newMember(`lab ${i}`, 'member', Date.now());
      await records.put('member', member.id, member);
      const wanted = { member: member.id, label: '', created: 0, expires: null };
      made.push((await issueToken(records, secrets, { ...wanted, scopes: ['read'] })).token);
    }
    return made;
  });
  const child = fork(new URL('./stream-clients.ts', import.meta.url), { execArgv: [] });
  const answer = <T>(): Promise<T> =>
    new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
  try {
    const opened = answer();
    child.send({ url: running.url, tokens, consumers });
    await opened;
    const clientsCpu = async (): Promise<number> => {
      const told = answer<{ readonly arrivals: readonly number[]; readonly cpu: number }>();
      child.send('report');
      return (await told).cpu;
    };
    const collection = (await store.records.list('collection'))[0]!.value.key;
    const audience = labelText({ tlp: null, markings: [], origin: null });
    const latencies: number[] = [];
    const cpu = async () => ({ hub: process.cpuUsage(), clients: await clientsCpu() });
    const before = await cpu();
    for (let n = 0; n < PUBLICATIONS; n++) {
      const version = {
        id: `indicator--${uuid(n)}`,
        type: 'indicator',
        version: '2026-11-20T00:00:00.000Z',
        specVersion: '2.1',
        mediaType: 'application/stix+json;version=2.1',
        audience,
        body: indicatorText(n),
      };
      await store.write(({ addVersions }) => addVersions(collection, [version], Date.now() * 1000));
      const committed = now();
      await pause(EVERY_MS);
      let got: readonly number[] = [];
      // Whoever is late is waited for: a lost event would be a fault, not a fast run.
      for (const end = Date.now() + 10_000; got.length < consumers; ) {
        const told = answer<{ readonly arrivals: readonly number[] }>();
        child.send('report');
        got = [...got, ...(await told).arrivals];
        if (got.length < consumers) {
          if (Date.now() > end) throw new Error(`${got.length} of ${consumers} receipts`);
          await pause(20);
        }
      }
      // The first few warm the code up.
      if (n >= 10) for (const at of got) latencies.push(at - committed);
    }
    latencies.sort((a, b) => a - b);
    const { user, system } = process.cpuUsage(before.hub);
    const clients = (await clientsCpu()) - before.clients;
    const receipts = PUBLICATIONS * consumers;
    return {
      consumers,
      receipts: latencies.length,
      'p50 ms': rounded(quantile(latencies, 0.5)),
      'p99 ms': rounded(quantile(latencies, 0.99)),
      'worst ms': rounded(latencies.at(-1)!),
      'hub µs for each receipt': rounded((user + system) / receipts),
      'consumers µs for each receipt': rounded(clients / receipts),
    };
  } finally {
    child.kill();
    await running.close();
    rmSync(data, { recursive: true, force: true });
  }
};

export const run = async (): Promise<unknown> => ({
  publish: await measure(1000),
  'null control': await measure(1),
  'positive control, twice the consumers': await measure(2000),
});
