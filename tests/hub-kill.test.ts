/** A hub that is killed in the middle of its work has kept all it promised. A hundred times: `bench/hub-kill.ts`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startPostgres } from '../src/serve/store/postgres.test-help.ts';
import { assertKept, killRounds } from './hub-process.test-help.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-kill-'));
const cache = join(folder, 'cache');
const server = await startPostgres();
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const [engine, data] of [
  ['SQLite', join(folder, 'hub')],
  ['PostgreSQL', server.database()],
] as const)
  test(`${engine}: ten kills in the middle of additions, and nothing promised is lost`, async () => {
    const promised = await killRounds(data, cache, 10);
    assert.ok(promised.objects.size >= 30);
    await assertKept(data, promised);
  });
