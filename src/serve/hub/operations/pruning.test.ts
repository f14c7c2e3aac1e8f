import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listen } from '../stream/stream.test-help.ts';
import { followMembers } from '../standing/service.ts';
import { sweepExpired } from '../stream/expiry.ts';
import { indicator, PLAIN, startTestHub } from '../taxii/hub.test-help.ts';
import { prune } from './pruning.ts';

const DAY_MS = 86_400_000;

test('what is older than it is kept goes; who comes later is told that something is missing', async () => {
  let now = Date.UTC(2026, 10, 1);
  const hub = await startTestHub({ clock: () => now, keepDays: 7, graceMs: 300 });
  const add = (n: number) =>
    hub.send('POST', `${PLAIN}/objects/`, hub.operator, { objects: [indicator(n)] });
  const status = async (id: string) => (await hub.get(`/stillwatch/status/${id}/`)).status;
  const old = (await add(1)).json.id;
  now += 6 * DAY_MS;
  const young = (await add(2)).json.id;
  assert.deepEqual(await prune(hub.hub), { events: 0, statuses: 0 }, 'nothing is old yet');
  now += 2 * DAY_MS;
  const first = await hub.hub.store.events.first();
  await prune(hub.hub);
  assert.equal(await hub.hub.store.events.first(), first, 'what expires was not looked for yet');
  assert.equal(await status(old), 404);
  assert.equal(await status(young), 200);
  await sweepExpired(hub.hub.store, now);
  await followMembers(hub.hub, now);
  assert.ok((await prune(hub.hub)).events > 0);
  // The objects themselves stay, whatever becomes of the log.
  assert.equal((await hub.get(`${PLAIN}/objects/`)).json.objects.length, 2);
  const ear = await listen(hub.url, hub.operator, '?after=0');
  const told = await ear.until(2);
  assert.deepEqual(
    told.map(({ data }) => data.reason ?? data.id),
    ['pruned', indicator(2).id],
  );
  const again = await listen(hub.url, hub.operator, '', { 'Last-Event-ID': told[0]!.id! });
  assert.equal((await again.until(1))[0]!.data.id, indicator(2).id, 'after the gap there is none');
  now += 30 * DAY_MS;
  await prune(hub.hub);
  assert.ok((await hub.hub.store.events.first()) > 0, 'the last event stays');
  const { text } = await hub.get('/metrics');
  assert.match(text, /^stillwatch_hub_pruned_events [1-9]/m);
  assert.match(text, /^stillwatch_hub_pruned_statuses 2$/m);
  ear.close();
  again.close();
  await hub.close();
});
