/** Several hub processes on one PostgreSQL work as one. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addWebhook, progressOf } from '../src/serve/hub/stream/webhooks.ts';
import { indicator, PLAIN, TAXII } from '../src/serve/hub/taxii/hub.test-help.ts';
import { openStore } from '../src/serve/store/open.ts';
import { startPostgres } from '../src/serve/store/postgres.test-help.ts';
import { type HubProcess, startHubProcess } from './hub-process.test-help.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-processes-'));
const server = await startPostgres();
const data = server.database();
let token: string;
let one: HubProcess;
let two: HubProcess;
before(async () => {
  const first = await startHubProcess(data, join(folder, 'cache'));
  token = first.token!;
  await first.stop();
  one = await startHubProcess(data, join(folder, 'cache'));
  two = await startHubProcess(data, join(folder, 'cache'));
});
after(async () => {
  await Promise.all([one.kill(), two.kill()]);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const headers = (bearer = token) => ({
  Authorization: `Bearer ${bearer}`,
  Accept: TAXII,
  'Content-Type': TAXII,
});
const addAs = async (bearer: string, { url }: HubProcess, ...objects: readonly object[]) => {
  const body = JSON.stringify({ objects });
  const response = await fetch(`${url}${PLAIN}/objects/`, {
    method: 'POST',
    headers: headers(bearer),
    body,
  });
  assert.equal(response.status, 202);
};

test('writers and pagers at two processes see the exact multiset, with the token of either', async () => {
  assert.equal(two.token, undefined, 'the second process found a hub that was ready');
  const [WRITERS, BATCHES, BATCH] = [4, 10, 10];
  const total = WRITERS * BATCHES * BATCH;
  const writer = async (w: number): Promise<void> => {
    for (let n = 0; n < BATCHES; n++) {
      const first = w * 1000 + n * BATCH;
      const objects = Array.from({ length: BATCH }, (_, i) => indicator(first + i));
      await addAs(token, w % 2 ? one : two, ...objects);
    }
  };
  /** Each page from the other process than the page before: nothing of a page is kept in one. */
  const pager = async (p: number): Promise<readonly string[]> => {
    const seen: string[] = [];
    let since = '';
    let query = '';
    for (let n = p; seen.length < total; n++) {
      const { url } = n % 2 ? one : two;
      const path = `${PLAIN}/objects/?limit=7${query}`;
      const response = await fetch(url + path, { headers: headers() });
      assert.equal(response.status, 200);
      const page = (await response.json()) as {
        readonly more?: boolean;
        readonly next?: string;
        readonly objects?: readonly { readonly id: string }[];
      };
      seen.push(...(page.objects ?? []).map(({ id }) => id));
      const last = response.headers.get('x-taxii-date-added-last');
      if (page.more) query = `${since}&next=${page.next}`;
      else if (last !== null) query = since = `&added_after=${last}`;
      if (!page.more) await new Promise((next) => setTimeout(next, 10));
    }
    return seen;
  };
  const [pages] = await Promise.all([
    Promise.all(Array.from({ length: 12 }, (_, p) => pager(p))),
    ...Array.from({ length: WRITERS }, (_, w) => writer(w)),
  ]);
  const wanted = Array.from(
    { length: total },
    (_, i) => indicator(Math.floor(i / 100) * 1000 + (i % 100)).id,
  ).sort();
  for (const ids of pages) assert.deepEqual([...ids].sort(), wanted);
});

test('when the process that serves the webhooks is killed, the other goes on where it was', async () => {
  const got: string[] = [];
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    got.push(JSON.parse(body).data.id);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const shared = server.database();
  // Alone at first: so it is this one that holds the lease.
  const holder = await startHubProcess(shared, join(folder, 'cache'));
  const store = await openStore(shared);
  let other: HubProcess | undefined;
  const operator = (await store.records.list('member'))[0]!.value;
  const until = async (count: number, ms: number): Promise<void> => {
    const end = Date.now() + ms;
    while (new Set(got).size < count) {
      assert.ok(Date.now() < end, `${got.length} of ${count} deliveries`);
      await new Promise((next) => setTimeout(next, 20));
    }
  };
  try {
    const hook = await addWebhook(store, operator, { url, allowPrivate: true }, Date.now());
    await addAs(holder.token!, holder, indicator(1));
    await until(1, 10_000);
    const lease = await store.records.get('seen', 'webhook-lease');
    other = await startHubProcess(shared, join(folder, 'cache'));
    await holder.kill();
    await addAs(holder.token!, other, indicator(2), indicator(3));
    await until(3, 25_000);
    const wanted = [1, 2, 3].map((n) => indicator(n).id);
    assert.deepEqual([...new Set(got)], wanted, 'in the order of the log');
    assert.ok(got.length <= 4, 'at most what was under way comes again');
    const now = await store.records.get('seen', 'webhook-lease');
    assert.notEqual(now?.holder, lease?.holder);
    assert.ok(((await progressOf(store.records, hook.id))?.seq ?? 0) > 0);
  } finally {
    await Promise.all([holder.kill(), other?.kill()]);
    await store.close();
    receiver.closeAllConnections();
    receiver.close();
  }
});
