/** Whatever is killed while labs share: nothing promised is lost, no retraction missed. A hundred times: `bench/lab-faults.ts`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startPostgres } from '../src/serve/store/postgres.test-help.ts';
import { killEverything } from './lab-hub-kill.test-help.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-kill-all-'));
const postgres = await startPostgres();
after(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('six kills of hub, labs and PostgreSQL in the middle of traffic and sharing', async () => {
  const result = await killEverything(postgres, folder, 6, 20261121);
  console.log(`# ${JSON.stringify(result)}`);
  assert.ok(result.released > 5 && result.retracted > 0, 'positive control: there was sharing');
  assert.ok(result.decisions_on_shared > 0 && result.decisions_by_hand > 5);
});
