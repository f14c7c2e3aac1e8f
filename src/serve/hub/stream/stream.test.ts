import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { addGroup, joinGroup, leaveGroup } from '../members/places.ts';
import { revokeToken, tokensOf } from '../members/tokens.ts';
import { sweepExpired } from './expiry.ts';
import { listen, pause } from './stream.test-help.ts';
import { labelText } from '../access/audience.ts';
import { authenticator } from '../access/authenticate.ts';
import { MOST_WAITING } from './consumer.ts';
import { startFanOut } from './fan-out.ts';
import { indicator, PLAIN, startTestHub, type TestHub } from '../taxii/hub.test-help.ts';

const hubs: TestHub[] = [];
after(async () => {
  for (const hub of hubs) await hub.close();
});
const fresh = async (): Promise<TestHub> => {
  const hub = await startTestHub();
  hubs.push(hub);
  return hub;
};
const publish = (hub: TestHub, token: string, ...objects: readonly object[]) =>
  hub.send('POST', `${PLAIN}/objects/`, token, { objects });
const officeOf = ({ hub }: TestHub) => ({
  store: hub.store,
  ledger: hub.ledger,
  clock: Date.now,
});
const micros = () => Date.now() * 1000;
const kinds = (told: readonly { readonly event: string }[]) => told.map(({ event }) => event);

test('what is added, changed, retracted and removed is told, with the object', async () => {
  const hub = await fresh();
  const { token } = await hub.member('lab');
  const ear = await listen(hub.url, token);
  await publish(hub, token, indicator(1));
  await publish(hub, token, indicator(1, { modified: '2026-02-01T00:00:00.000Z', name: 'other' }));
  const gone = { modified: '2026-03-01T00:00:00.000Z', revoked: true };
  await publish(hub, token, indicator(1, gone));
  await hub.send('DELETE', `${PLAIN}/objects/${indicator(1).id}/?match[version]=all`, token);
  const told = await ear.until(6);
  assert.deepEqual(kinds(told), ['new', 'changed', 'retracted', 'removed', 'removed', 'removed']);
  assert.equal(told[1]!.data.object.name, 'other');
  assert.deepEqual(told[0]!.data.object, indicator(1));
  assert.equal(told[3]!.data.object, undefined);
  ear.close();
});

test('a stream goes on exactly where it broke off, and from the beginning when asked', async () => {
  const hub = await fresh();
  const { token } = await hub.member('lab');
  const first = await listen(hub.url, token);
  await publish(hub, token, indicator(1), indicator(2));
  await first.until(2);
  first.close();
  await publish(hub, token, indicator(3));
  const header = await listen(hub.url, token, '', { 'Last-Event-ID': first.lastId()! });
  const query = await listen(hub.url, token, `?after=${first.told[1]!.id}`);
  const all = await listen(hub.url, token, '?after=0');
  await publish(hub, token, indicator(4));
  const ids = async (ear: typeof first, count: number) =>
    (await ear.until(count)).map(({ data }) => data.id);
  const named = (...numbers: readonly number[]) => numbers.map((n) => indicator(n).id);
  assert.deepEqual(await ids(header, 2), named(3, 4));
  assert.deepEqual(await ids(query, 3), named(2, 3, 4));
  assert.deepEqual(await ids(all, 4), named(1, 2, 3, 4));
  assert.equal(all.told[0]!.id, first.told[1]!.id, 'an event has one id, whoever hears it');
  for (const ear of [header, query, all]) ear.close();
  const beginning = await listen(hub.url, token);
  await pause(50);
  const again = await listen(hub.url, token, `?after=${beginning.told[0]!.id}`);
  await publish(hub, token, indicator(5));
  assert.deepEqual(await ids(again, 1), named(5));
  again.close();
  beginning.close();
});

test('ids that the hub never gave, and filters that do not exist, are refused', async () => {
  const hub = await fresh();
  const { token } = await hub.member('lab');
  for (const query of ['?after=1', '?after=AAAAAAAAAAAAAAAAAAAAAA', '?since=0'])
    assert.equal((await listen(hub.url, token, query)).status, 400);
  assert.equal((await listen(hub.url, 'swt_no')).status, 401);
  const pending = await hub.member('new', 'member', { vetting: 'pending' });
  assert.equal((await listen(hub.url, pending.token)).status, 403);
});

test('filters keep collection and type; a hidden collection is like one that is not there', async () => {
  const hub = await fresh();
  const { token } = await hub.member('lab');
  const { json } = await hub.get('/stillwatch/collections/', token);
  const plain = json.collections.find(({ title }: { title: string }) => title === 'Plain').id;
  const typed = await listen(hub.url, token, '?after=0&type=identity,tool');
  const here = await listen(hub.url, token, `?after=0&collection=${plain}`);
  const elsewhere = await listen(hub.url, token, '?after=0&collection=nowhere');
  const identity = {
    type: 'identity',
    spec_version: '2.1',
    id: 'identity--00000000-0000-4000-8000-000000000001',
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    name: 'x',
  };
  await publish(hub, token, indicator(1), identity);
  assert.deepEqual(
    (await typed.until(1)).map(({ data }) => data.type),
    ['identity'],
  );
  await here.until(2);
  assert.deepEqual(await elsewhere.until(0), []);
  for (const ear of [typed, here, elsewhere]) ear.close();
});

test('who loses sight is told the name and no more; who gains it is told the object', async () => {
  const hub = await fresh();
  const inside = await hub.member('inside');
  const outside = await hub.member('outside');
  const office = officeOf(hub);
  const group = await addGroup(office, 'circle');
  await joinGroup(office, 'circle', inside.id);
  const ears = [await listen(hub.url, inside.token), await listen(hub.url, outside.token)];
  await publish(hub, outside.token, indicator(1));
  for (const ear of ears) await ear.until(1);
  const { store } = hub.hub;
  const collection = (await store.records.list('collection')).find(
    ({ value }) => value.kind === 'plain',
  )!.value.key;
  const audiences = (await store.audiences()).map(({ id }) => id);
  const page = await store.page({ collection, audiences, after: 0, versions: ['last'] }, 1);
  const { added } = page.rows[0]!;
  const narrow = labelText({
    tlp: null,
    markings: [`marking-definition--${group.id}`],
    origin: null,
  });
  const wide = labelText({ tlp: null, markings: [], origin: null });
  await store.write(({ changeAudience }) => changeAudience(collection, added, narrow, micros()));
  assert.deepEqual(kinds(await ears[0]!.until(2)), ['new', 'audience-changed']);
  const [, withdrawn] = await ears[1]!.until(2);
  assert.equal(withdrawn!.event, 'withdrawn');
  assert.deepEqual(Object.keys(withdrawn!.data).sort(), ['collection', 'id', 'kind']);
  await store.write(({ changeAudience }) => changeAudience(collection, added, wide, micros()));
  assert.deepEqual(kinds(await ears[1]!.until(3)), ['new', 'withdrawn', 'new']);
  // A member of the circle alone hears nothing of what happened before it came.
  await store.write(({ changeAudience }) => changeAudience(collection, added, narrow, micros()));
  await store.write(async ({ removeVersions }) =>
    removeVersions(
      {
        collection,
        audiences: (await store.audiences()).map(({ id }) => id),
        ids: [indicator(1).id],
        versions: ['all'],
      },
      micros(),
    ),
  );
  await pause(5);
  const late = await hub.member('late');
  await joinGroup(office, 'circle', late.id);
  const replay = await listen(hub.url, late.token, '?after=0');
  await publish(hub, outside.token, indicator(2));
  assert.deepEqual(
    (await replay.until(1)).map(({ event, data }) => [event, data.id]),
    [['new', indicator(2).id]],
  );
  for (const ear of [...ears, replay]) ear.close();
});

test('an open stream ends with its token, and narrows with its groups', async () => {
  const hub = await fresh();
  const office = officeOf(hub);
  const group = await addGroup(office, 'circle');
  const lab = await hub.member('lab');
  await joinGroup(office, 'circle', lab.id);
  const ear = await listen(hub.url, lab.token);
  const marked = { object_marking_refs: [`marking-definition--${group.id}`] };
  await publish(hub, lab.token, indicator(1, marked));
  await ear.until(1);
  await leaveGroup(office, 'circle', lab.id);
  await publish(hub, lab.token, indicator(2, marked), indicator(3));
  assert.equal((await ear.until(2))[1]!.data.id, indicator(3).id);
  const [token] = await tokensOf(hub.hub.store, lab.id);
  await revokeToken(office, token!.id);
  await ear.ended;
  assert.equal((await listen(hub.url, lab.token)).status, 401);
});

test('a log that was cut says so, and goes on with what is left', async () => {
  const hub = await fresh();
  const { token } = await hub.member('lab');
  const ear = await listen(hub.url, token);
  await publish(hub, token, indicator(1));
  await ear.until(1);
  const from = ear.lastId()!;
  ear.close();
  await publish(hub, token, indicator(2), indicator(3), indicator(4));
  const { store } = hub.hub;
  await store.write(({ pruneEvents }) => pruneEvents(Number.MAX_SAFE_INTEGER, 1e9));
  const again = await listen(hub.url, token, `?after=${from}`);
  const told = await again.until(2);
  assert.deepEqual(kinds(told), ['gap', 'new']);
  assert.deepEqual(told[0]!.data, { kind: 'gap', reason: 'pruned' });
  assert.equal(told[1]!.data.id, indicator(4).id);
  again.close();
});

test('a client that never reads costs bounded memory and is cut off; the others hear on', async () => {
  const hub = await fresh();
  const { token } = await hub.member('lab');
  const authorization = `Bearer ${token}`;
  const viewer = (await authenticator(hub.hub.store, hub.hub.secrets)(authorization, Date.now()))!;
  const fanOut = await startFanOut(hub.hub, { stalledMs: 5000 });
  const deaf = new Writable({ write: () => undefined });
  const filters = { collections: undefined, types: undefined };
  fanOut.open({ viewer, authorization, filters, after: 0 }, deaf);
  const other = await listen(hub.url, token);
  const description = 'x'.repeat(100_000);
  for (let i = 0; i < 6; i++)
    await publish(
      hub,
      token,
      ...Array.from({ length: 20 }, (_, n) => indicator(i * 20 + n, { description })),
    );
  await other.until(120);
  // What other processes would see, this reader of the log may see a moment later.
  for (let i = 0; i < 100 && (fanOut.consumers()[0]?.behind ?? 100) < 100; i++) await pause(20);
  assert.ok(fanOut.consumers()[0]!.behind >= 100);
  // What was handed over before it was full: at most one reading of the log above the bound.
  assert.ok(deaf.writableLength < MOST_WAITING + 200 * 101_000, String(deaf.writableLength));
  for (let i = 0; i < 100 && !deaf.destroyed; i++) await pause(100);
  assert.ok(deaf.destroyed);
  await pause(50);
  assert.equal(fanOut.cutOff(), 1);
  assert.equal(fanOut.consumers().length, 0);
  await fanOut.stop();
  other.close();
});

test('an object expires once, for those who see it, however often it is looked for', async () => {
  const hub = await fresh();
  const { token } = await hub.member('lab');
  const ear = await listen(hub.url, token);
  const now = Date.now();
  const soon = new Date(now + 60_000).toISOString();
  await publish(hub, token, indicator(1, { valid_until: soon }));
  await publish(hub, token, indicator(2, { valid_until: soon }), indicator(3));
  const later = { valid_until: new Date(now + 3_600_000).toISOString() };
  await publish(hub, token, indicator(2, { ...later, modified: '2026-02-01T00:00:00.000Z' }));
  await ear.until(4);
  const sweep = (at: number) => sweepExpired(hub.hub.store, at);
  assert.equal(await sweep(now), 0);
  const twice = await Promise.all([sweep(now + 61_000), sweep(now + 61_000)]);
  assert.equal(twice[0] + twice[1], 1);
  const expired = (await ear.until(5))[4]!;
  assert.equal(expired.event, 'expired');
  assert.equal(expired.data.id, indicator(1).id);
  assert.equal(await sweep(now + 62_000), 0);
  assert.equal(await sweep(now + 7_200_000), 1);
  ear.close();
});

test('metrics show the lag to operators, and nothing of it to strangers', async () => {
  const hub = await fresh();
  const { token } = await hub.member('lab');
  const ear = await listen(hub.url, token);
  const metrics = async (as: string) => (await hub.get('/metrics', as)).text;
  assert.match(await metrics(hub.operator), /^stillwatch_hub_stream_consumers 1$/m);
  assert.match(await metrics(hub.operator), /^stillwatch_hub_stream_lag_events 0$/m);
  assert.match(await metrics(hub.operator), /^stillwatch_hub_webhook_lag_events 0$/m);
  assert.ok(!(await metrics('')).includes('stream_consumers'));
  ear.close();
});
