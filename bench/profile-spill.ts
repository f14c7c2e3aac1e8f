/**
 * A million accounts in the memory of a few: what a lab's profiles take, in memory and on the disk, when
 * most of them lie in the files.
 *
 *   node bench/profile-spill.ts [ACCOUNTS] [IN_MEMORY] [EXCHANGES_PER_ACCOUNT]
 *
 * Counts in this thread as a lab does and hands over to the lab's keeper, part by part. Memory is that of
 * the heap and of buffers after a collection, without the log. Positive control: every account and every
 * exchange is found again in the files, or the run fails. Null control: the first line, before any account.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLiveCounter } from '../src/detect/live/live-counter.ts';
import { openKeeper } from '../src/serve/lab/profiles/keeper.ts';
import { writeLog } from './profile-log.ts';
import { used } from './profile-memory.ts';

const PART = 500_000;
/** Accounts that gain something before they are handed over, as `memory.counting` of a lab. */
const COUNTING = 20_000;
const LINES = 1_000;

const seconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

export const run = async (argv: readonly string[] = process.argv.slice(2)): Promise<void> => {
  const [accounts = 1_000_000, inMemory = 100_000, each = 2] = argv.map(Number);
  const exchanges = accounts * each;
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-spill-'));
  const files = join(folder, 'profiles-');
  const stored = mkdtempSync(files);
  try {
    const keeper = openKeeper({ folder: stored, inMemory });
    // It remembers keys in fixed memory of its own, which is no part of an account.
    const counter = createLiveCounter({ seenCapacity: 1_000 });
    const before = used();
    const rows: object[] = [{ accounts: 0, inMemory: 0, megabytes: 0, diskMegabytes: 0 }];
    let cost = 0;
    for (let done = 0, part = 1; done < exchanges; part++) {
      const count = Math.min(PART, exchanges - done);
      const path = join(folder, 'part.jsonl');
      await writeLog(path, { exchanges: count, accounts, seed: part, before: done, of: exchanges });
      const bytes = readFileSync(path);
      const from = seconds();
      for (let start = 0, line = 0, feed = -1; start < bytes.length; ) {
        feed = bytes.indexOf(10, feed + 1);
        if (++line % LINES !== 0 && feed + 1 < bytes.length) continue;
        const data = bytes.subarray(start, feed + 1);
        counter.accept({ stream: 'whole', at: 0, firstLine: 1, data });
        start = feed + 1;
        if (counter.accounts < COUNTING) continue;
        for (const [id, profile] of counter.drain()) keeper.gain(id, profile);
      }
      cost += seconds() - from;
      done += count;
      rows.push({
        accounts: keeper.accounts(),
        inMemory: keeper.inMemory,
        megabytes: Math.round((used() - bytes.length - before) / 1e6),
        diskMegabytes: Math.round(bytesIn(stored) / 1e6),
      });
    }
    for (const [id, profile] of counter.drain()) keeper.gain(id, profile);
    console.table(rows);
    const from = seconds();
    keeper.checkpoint();
    const checkpoint = seconds() - from;
    const whole = { now: Number.MAX_SAFE_INTEGER, retention: { prompts: 1e18, profiles: 1e18 } };
    const { profiles, leftOut } = keeper.collect({ ...whole, window: 1e18, most: 1_000 });
    if (keeper.accounts() !== accounts || profiles.size + leftOut !== accounts)
      throw new Error(`${profiles.size + leftOut} of ${accounts} accounts were found again`);
    if (counter.totals.exchanges !== exchanges) throw new Error('not every line was counted');
    console.log(
      JSON.stringify({
        accounts,
        exchanges,
        bytesOnDiskPerAccount: Math.round(bytesIn(stored) / accounts),
        processorSecondsPerMillionExchanges: Number(((cost / exchanges) * 1e6).toFixed(1)),
        checkpointSeconds: Number(checkpoint.toFixed(1)),
      }),
    );
    keeper.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

if (import.meta.main) await run();
