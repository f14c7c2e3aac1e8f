import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupMarking } from '../access/audience.ts';
import { subjectOf } from './kept.ts';
import { receiptsOf, receivers } from './receipts.ts';
import {
  acknowledge,
  percentile,
  reportOf,
  retract,
  retractionNamed,
  retractions,
} from './retraction.ts';
import { indicator, openTestHub, START } from './test-help.ts';

type Test = Awaited<ReturnType<typeof openTestHub>>;
const ONE = indicator(1).id;

const read = async ({ hub, collection }: Test, member: { id: string }, added: number) =>
  receiptsOf(hub.store).upTo(member.id, collection.key, added);

test('everybody who read past an object must acknowledge it, and nobody else', async (t) => {
  const hub = await openTestHub(t);
  const [a, b, c, d] = [
    await hub.join('a'),
    await hub.join('b'),
    await hub.join('c'),
    await hub.join('d', 'operator'),
  ];
  const [first] = await hub.give(a, indicator(1));
  for (const member of [a, b, d]) await read(hub, member, first!.added);
  // One minute of reading ahead is noted; c has read only what came long before.
  await read(hub, c, first!.added - 3_600_000_000);
  const [done] = await retract(hub.hub, ONE, 'too-broad');
  const kept = (await retractionNamed(hub.hub.store.records, done!.id))!;
  assert.deepEqual(new Set(kept.recipients), new Set([a.id, b.id]));
  assert.equal(kept.reason, 'too-broad');
});

test('a member takes back what it contributed: the others are told, it itself is not', async (t) => {
  const hub = await openTestHub(t);
  const [a, b] = [await hub.join('a'), await hub.join('b')];
  const [first] = await hub.give(a, indicator(1));
  for (const member of [a, b]) await read(hub, member, first!.added);
  await hub.give(a, indicator(1, { revoked: true, modified: '2026-11-02T00:00:00.000Z' }));
  const [kept, ...more] = await retractions(hub.hub.store.records);
  assert.equal(more.length, 0);
  assert.deepEqual([kept!.object, kept!.reason, kept!.recipients], [ONE, 'contributor', [b.id]]);
  assert.equal((await subjectOf(hub.hub.store.records, ONE))!.status, 'retracted');
  const told = (await hub.hub.store.events.read(0, 100)).map(({ kind }) => kind);
  assert.equal(told.filter((kind) => kind === 'object-retracted').length, 1);
});

test('only those who may see an object are told that it is gone', async (t) => {
  const hub = await openTestHub(t);
  const [a, b, c] = [await hub.join('a'), await hub.join('b'), await hub.join('c')];
  const group = { id: '6a2f0c5e-8d0b-4f5e-9f0e-00000000aaaa', name: 'g', members: [a.id, b.id] };
  await hub.hub.store.write(({ records }) => records.put('group', group.id, group));
  const [first] = await hub.give(a, indicator(1, { object_marking_refs: [groupMarking(group)] }));
  for (const member of [b, c]) await read(hub, member, first!.added);
  const [done] = await retract(hub.hub, ONE, 'legal');
  assert.deepEqual((await retractionNamed(hub.hub.store.records, done!.id))!.recipients, [b.id]);
});

test('the version that takes back is newer than any, and the object cannot be taken back twice', async (t) => {
  const hub = await openTestHub(t);
  const a = await hub.join('a');
  // Its clock ran ahead.
  await hub.give(a, indicator(1, { modified: '2027-01-01T00:00:00.000Z' }));
  await retract(hub.hub, ONE, 'malformed');
  const page = await hub.hub.store.page(
    {
      collection: hub.collection.key,
      audiences: [1, 2, 3],
      after: 0,
      ids: [ONE],
      versions: ['last'],
    },
    10,
  );
  const object = JSON.parse(page.rows[0]!.body);
  assert.equal(object.revoked, true);
  assert.ok(object.modified > '2027-01-01T00:00:00.000Z');
  await assert.rejects(retract(hub.hub, ONE, 'malformed'), { code: 'HUB_UNKNOWN' });
  await assert.rejects(retract(hub.hub, 'indicator--none', 'legal'), { code: 'HUB_UNKNOWN' });
});

test('what has no versions cannot be revoked', async (t) => {
  const hub = await openTestHub(t);
  const address = {
    type: 'ipv4-addr',
    spec_version: '2.1',
    id: 'ipv4-addr--6a2f0c5e-8d0b-4f5e-9f0e-000000000001',
    value: '192.0.2.1',
  };
  await hub.give(await hub.join('a'), address);
  await assert.rejects(retract(hub.hub, address.id, 'legal'), { code: 'RETRACTION_IMPOSSIBLE' });
});

test('acknowledgements are kept once, and the time to remedy is measured', async (t) => {
  const hub = await openTestHub(t);
  const { store } = hub.hub;
  const members = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => hub.join(name)));
  const [first] = await hub.give(members[0]!, indicator(1));
  for (const member of members) await read(hub, member, first!.added);
  const [done] = await retract(hub.hub, ONE, 'appeal-upheld');
  const kept = (await retractionNamed(store.records, done!.id))!;
  const empty = await reportOf(store.records, done!.id, kept);
  assert.deepEqual(empty, { recipients: 5, acknowledged: 0, remedy_ms: { p50: null, p99: null } });
  for (const [i, member] of members.slice(0, 4).entries())
    for (const again of [0, 60_000])
      await store.write(({ records }) =>
        acknowledge(records, done!.id, member, START + 1000 * (i + 1) + again),
      );
  assert.deepEqual(await reportOf(store.records, done!.id, kept), {
    recipients: 5,
    acknowledged: 4,
    remedy_ms: { p50: 2000, p99: 4000 },
  });
});

test('percentiles by nearest rank', () => {
  assert.equal(percentile([], 0.5), null);
  assert.equal(percentile([7], 0.99), 7);
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual([percentile(hundred, 0.5), percentile(hundred, 0.99)], [50, 99]);
});

test('receipts: whoever was sent something is always found, in whatever order things were read', async (t) => {
  const hub = await openTestHub(t);
  const { store } = hub.hub;
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 300 }), fc.boolean()), {
        minLength: 1,
        maxLength: 15,
      }),
      async (reads) => {
        run += 1;
        const sent = new Set<string>();
        const at = (second: number): number => START * 1000 + second * 1_000_000;
        for (const [who, second, single] of reads) {
          const member = `member-${run}-${who}`;
          const receipts = receiptsOf(store);
          // A single object is not all that came before it.
          if (single) await receipts.one(member, 1, `object-${second}`, at(second));
          else await receipts.upTo(member, 1, at(second));
          for (const other of single ? [second] : Array.from({ length: second }, (_, i) => i + 1))
            sent.add(`${member} ${other}`);
        }
        for (const one of sent) {
          const [member, second] = one.split(' ') as [string, string];
          const found = await receivers(store.records, 1, `object-${second}`, at(Number(second)));
          assert.ok(found.has(member), one);
        }
      },
    ),
    { numRuns: 12 },
  );
});

test('reading the tail writes once a minute, not once an object', async (t) => {
  const hub = await openTestHub(t);
  let writes = 0;
  const counting = {
    ...hub.hub.store,
    write: (<T>(work: Parameters<typeof hub.hub.store.write<T>>[0]) => {
      writes += 1;
      return hub.hub.store.write(work);
    }) as typeof hub.hub.store.write,
  };
  const receipts = receiptsOf(counting);
  for (let second = 0; second < 600; second += 1)
    await receipts.upTo('m', 1, (START + second * 1000) * 1000);
  assert.equal(writes, 10);
});
