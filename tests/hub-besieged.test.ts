/**
 * Everything hostile at once, against a hub in a process of its own, while others go on: its memory stays
 * bounded and they are served. What it does to their times is measured by `bench/hub-hostile.ts`.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { besiege, furnish, memoryOf, visitor } from './hub-hostile.test-help.ts';
import { type HubProcess, startHubProcess } from './hub-process.test-help.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-besieged-'));
let hub: HubProcess;
before(async () => {
  hub = await startHubProcess(join(folder, 'hub'), join(folder, 'cache'));
});
after(async () => {
  await hub.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('under all attacks at once others are served, and memory stays bounded', async () => {
  await furnish(hub.url, hub.token!);
  const visit = visitor(hub.url, hub.token!);
  await visit(20);
  const before = memoryOf(hub.process.pid!);
  const siege = besiege(hub.url, hub.token!);
  const times: number[] = [];
  let most = 0;
  for (const end = Date.now() + 4000; Date.now() < end; ) {
    times.push(...(await visit(5)));
    most = Math.max(most, memoryOf(hub.process.pid!));
  }
  const counts = await siege.stop();
  for (const [attack, count] of Object.entries(counts)) assert.ok(count > 0, attack);
  // Generous, for machines that do other things: without bounds it would be seconds and gigabytes.
  times.sort((a, b) => a - b);
  assert.ok(times.length >= 20, `${times.length} visits`);
  assert.ok(times[times.length >> 1]! < 1000, `median ${times[times.length >> 1]} ms`);
  assert.ok(most - before < 400, `${before} MB before, ${most} MB under attack`);
  await visit(5);
});
