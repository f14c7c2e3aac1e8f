/**
 * What attacks do to others: the time of one ordinary client (a page of 20 objects of 2 kB, every few
 * milliseconds, on one connection) while a hub in a process of its own is attacked; attackers, client and
 * hub share the machine's cores. Rounds are interleaved; p50 and p99 over all rounds, and their ratio to
 * idle. Attacks: types on which the published pattern is exponential, nesting of 10,000, bodies of 100 MB
 * in chunks, 100 clients that dribble headers, 20 streams whose client never reads; each alone, then all
 * at once. Null control: idle again (1 expected). Positive control: eight more clients that read pages
 * without a pause (above 2 expected). The most memory the hub had is in megabytes.
 *
 *   npm run bench hub-hostile
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  type Attack,
  ATTACKS,
  furnish,
  memoryOf,
  visitor,
} from '../tests/hub-hostile.test-help.ts';
import { startHubProcess } from '../tests/hub-process.test-help.ts';

const ROUNDS = 4;
const MS = 3000;

const quantile = (times: readonly number[], q: number): number => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
};
const rounded = (value: number): number => Math.round(value * 100) / 100;

type Disturb = () => Promise<() => Promise<unknown>>;

export const run = async (): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-bench-hostile-'));
  const hub = await startHubProcess(join(folder, 'hub'), join(folder, 'cache'));
  try {
    const token = hub.token!;
    await furnish(hub.url, token);
    const visit = visitor(hub.url, token);
    await visit(500);
    const aside =
      (attacks: readonly Attack[] | 'eager'): Disturb =>
      async () => {
        const worker = new Worker(new URL('./hub-besieger.ts', import.meta.url), {
          workerData: { url: hub.url, token, attacks },
        });
        await once(worker, 'online');
        return async () => {
          worker.postMessage('stop');
          await once(worker, 'exit');
        };
      };
    const disturbances: Readonly<Record<string, Disturb>> = {
      idle: async () => async () => undefined,
      'null control: idle again': async () => async () => undefined,
      ...Object.fromEntries(ATTACKS.map((attack) => [attack, aside([attack])])),
      'all at once': aside(ATTACKS),
      'positive control: eight eager clients': aside('eager'),
    };
    const times = new Map<string, number[]>(Object.keys(disturbances).map((name) => [name, []]));
    let megabytes = 0;
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, disturb] of Object.entries(disturbances)) {
        const stop = await disturb();
        for (const end = Date.now() + MS; Date.now() < end; ) {
          times.get(name)!.push(...(await visit(10)));
          megabytes = Math.max(megabytes, memoryOf(hub.process.pid!));
        }
        await stop();
      }
    const idle = times.get('idle')!;
    const ratio = (list: readonly number[], q: number): number =>
      rounded(quantile(list, q) / quantile(idle, q));
    return {
      'most MB': Math.round(megabytes),
      ...Object.fromEntries(
        [...times].map(([name, list]) => [
          name,
          {
            visits: list.length,
            'p50 ms': rounded(quantile(list, 0.5)),
            'p99 ms': rounded(quantile(list, 0.99)),
            'p50 against idle': ratio(list, 0.5),
            'p99 against idle': ratio(list, 0.99),
          },
        ]),
      ),
    };
  } finally {
    await hub.kill();
    rmSync(folder, { recursive: true, force: true });
  }
};
