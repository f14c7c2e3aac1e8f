import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openStore } from '../../store/open.ts';
import { startPostgres } from '../../store/postgres.test-help.ts';
import { indicator, PLAIN, startTestHub } from '../taxii/hub.test-help.ts';
import { sweepExpired } from './expiry.ts';
import { listen } from './stream.test-help.ts';

const server = await startPostgres();
after(() => server.stop());

test('two hubs on one PostgreSQL are one stream: same events, same ids, resumed at the other', async () => {
  const data = server.database();
  const one = await startTestHub({ data, graceMs: 300 });
  const two = await startTestHub({ data, graceMs: 300 });
  const { token } = await one.member('lab');
  const ears = [await listen(one.url, token, '?after=0'), await listen(two.url, token, '?after=0')];
  const hubs = [one, two];
  await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      hubs[n % 2]!.send('POST', `${PLAIN}/objects/`, token, { objects: [indicator(n)] }),
    ),
  );
  const [first, second] = await Promise.all(ears.map((ear) => ear.until(30)));
  assert.equal(new Set(first!.map(({ data: { id } }) => id)).size, 30);
  assert.deepEqual(first, second, 'in one order, under the same ids');
  const resumed = await listen(two.url, token, '', { 'Last-Event-ID': first![20]!.id! });
  assert.deepEqual(await resumed.until(9), first!.slice(21));
  for (const ear of [...ears, resumed]) ear.close();
  await one.close();
  await two.close();
});

test('two processes that sweep at once let each object expire once', async () => {
  const data = server.database();
  const hub = await startTestHub({ data, graceMs: 300 });
  const { token } = await hub.member('lab');
  const now = Date.now();
  const valid_until = new Date(now + 1000).toISOString();
  const objects = Array.from({ length: 40 }, (_, n) => indicator(n, { valid_until }));
  await hub.send('POST', `${PLAIN}/objects/`, token, { objects });
  const other = await openStore(data);
  const counts = await Promise.all(
    [hub.hub.store, other, hub.hub.store, other].map((store) => sweepExpired(store, now + 2000)),
  );
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    40,
  );
  const events = await other.events.read(0, 1000);
  assert.equal(events.filter(({ kind }) => kind === 'object-expired').length, 40);
  await other.close();
  await hub.close();
});
