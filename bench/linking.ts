import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPopulation } from '../src/detect/campaign/population.ts';
import { searchCampaigns } from '../src/detect/campaign/search.ts';
import { readAccounts } from '../src/detect/exchange/accounts.ts';
import { profileLog } from '../src/detect/scan/profile-log.ts';
import { loadIntentModel } from '../src/detect/verdict/intent-model.ts';
import { judge } from '../src/detect/verdict/judge.ts';
import { writeWorld } from '../src/prove/simulate/write-world.ts';

/**
 * Everything after the profiling pass: families, links, campaigns, verdicts. It depends on accounts
 * and not on exchanges, so the same accounts with twice the exchanges must not take twice as long
 * (the control), and twice the accounts about twice.
 */
export interface LinkingResult {
  readonly accounts: number;
  readonly exchanges: number;
  readonly profiling_s: number;
  readonly linking_s: number;
  readonly candidates: number;
  readonly operations: number;
  readonly peak_mb: number;
}

const seconds = (since: number): number => Number(((performance.now() - since) / 1000).toFixed(2));

const measure = async (accounts: number, exchanges: number): Promise<LinkingResult> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-linking-'));
  try {
    await writeWorld({ world: 'mixed', seed: 7, accounts, exchanges, relays: 8 }, folder);
    const records = (await readAccounts(join(folder, 'accounts.jsonl'))).accounts;
    const started = performance.now();
    const { profiles, tally } = await profileLog([join(folder, 'traffic.jsonl')]);
    const profiling_s = seconds(started);
    const linking = performance.now();
    const search = searchCampaigns(createPopulation(profiles, records));
    judge(search, { level: 0.01, model: loadIntentModel() });
    return {
      accounts: profiles.size,
      exchanges: tally.exchanges,
      profiling_s,
      linking_s: seconds(linking),
      candidates: search.candidates.length,
      operations: search.operations.length,
      peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const run = async (): Promise<void> => {
  console.log('linking, grouping and judging (target: 24,000 accounts in under 60 s)');
  for (const [accounts, exchanges] of [
    [6_000, 400_000],
    [6_000, 800_000],
    [12_000, 800_000],
    [24_000, 1_600_000],
  ] as const)
    console.log(JSON.stringify(await measure(accounts, exchanges)));
};

if (import.meta.main) await run();
