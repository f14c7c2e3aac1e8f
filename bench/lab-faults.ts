/**
 * Labs that share through a hub while hub, labs and PostgreSQL are killed (SIGKILL) a hundred times, with
 * traffic posted, indicators published, retractions issued and decisions made all the time. At the end: every
 * acknowledged exchange is counted once, every released indicator is on the hub once, every retraction
 * has reached the other lab and lifted what rested on it, no decision is alive past its time.
 * `tests/lab-hub-kill.test.ts` does six. The traffic and the indicators are made up.
 *
 *   STILLWATCH_KILLS=100 npm run bench lab-faults
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../src/serve/store/postgres.test-help.ts';
import { killEverything } from '../tests/lab-hub-kill.test-help.ts';

const KILLS = Number(process.env.STILLWATCH_KILLS ?? 100);
const SEED = Number(process.env.STILLWATCH_SEED ?? 1);

export const run = async (): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-bench-faults-'));
  const postgres = await startPostgres();
  try {
    return await killEverything(postgres, folder, KILLS, SEED);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
