/**
 * A hub that is killed (SIGKILL) a hundred times while four clients add to it, on SQLite and on
 * PostgreSQL: every object whose status said success is there, once, with its status, its event and its
 * entry in a ledger that verifies. `tests/hub-kill.test.ts` does ten on each.
 *
 *   npm run bench hub-kill
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../src/serve/store/postgres.test-help.ts';
import { assertKept, killRounds } from '../tests/hub-process.test-help.ts';

const KILLS = Number(process.env.STILLWATCH_KILLS ?? 100);

export const run = async (): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-bench-kill-'));
  const server = await startPostgres();
  try {
    const results: Record<string, unknown> = {};
    for (const [engine, data] of [
      ['SQLite', join(folder, 'hub')],
      ['PostgreSQL', server.database()],
    ] as const) {
      const promised = await killRounds(data, join(folder, 'cache'), KILLS);
      const stored = await assertKept(data, promised);
      results[engine] = { kills: KILLS, promised: promised.objects.size, stored, lost: 0 };
    }
    return results;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
