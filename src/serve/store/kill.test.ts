/** Kill -9 at any moment loses nothing that was acknowledged: a hundred processes in all. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { between, createRandom } from '../../base/random.ts';
import { assertWhole, killTogether } from './kill.test-help.ts';
import { openStore } from './open.ts';
import { startPostgres } from './postgres.test-help.ts';

/** Milliseconds after the first acknowledgement: within a write, between two, in the middle of many. */
const MOST_PAUSE = 40;

const killMany = async (location: string, processes: number, together: number): Promise<void> => {
  const draws = createRandom(processes);
  const acknowledged = new Set<string>();
  for (let round = 0; round < processes; round += together) {
    const rounds = Array.from({ length: together }, (_, i) => round + i);
    const pause = between(draws, 0, MOST_PAUSE);
    for (const name of await killTogether(location, rounds, pause)) acknowledged.add(name);
  }
  const store = await openStore(location);
  try {
    const kept = await assertWhole(store, acknowledged);
    // Otherwise the processes died before they had written anything, and nothing was tested.
    assert.ok(acknowledged.size >= processes, `${acknowledged.size} acknowledged, ${kept} kept`);
    // It still takes writes.
    await store.write(({ records }) => records.put('setting', 'after', 1));
  } finally {
    await store.close();
  }
};

test('sqlite: sixty killed writers lose nothing that was acknowledged', async () => {
  const root = mkdtempSync(join(tmpdir(), 'stillwatch-kill-'));
  try {
    await killMany(join(root, 'data'), 60, 2);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('postgres: forty killed writers lose nothing that was acknowledged', async () => {
  const server = await startPostgres();
  try {
    await killMany(server.database(), 40, 4);
  } finally {
    await server.stop();
  }
});
