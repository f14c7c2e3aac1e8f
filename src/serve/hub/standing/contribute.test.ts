import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPublished } from '../../../share/corroboration/published.ts';
import { DAY, RULE } from '../../../share/corroboration/rule.ts';
import { standingOf } from '../../../share/corroboration/standing.ts';
import { TLP2_MARKINGS } from '../../../share/stix/tlp.ts';
import { ownerOf, subjectOf, tagOf } from './kept.ts';
import { retract } from './retraction.ts';
import { ruleOf, setRule } from './rule.ts';
import { scorecardOf } from './scorecard.ts';
import { settleDue, silence } from './service.ts';
import { indicator, openTestHub, opinion, sighting, START } from './test-help.ts';
import { viewOf } from './views.ts';

type Test = Awaited<ReturnType<typeof openTestHub>>;
const ONE = indicator(1).id;

const viewIn = async ({ hub, now }: Test, id = ONE) => {
  const { records } = hub.store;
  return viewOf(records, id, (await subjectOf(records, id))!, await ruleOf(records), now());
};
const standingIn = async (hub: Test, id = ONE) => {
  const { standing } = await viewIn(hub, id);
  return [standing.status, standing.ceiling, standing.confirmers, standing.disputers];
};
const eventsIn = async ({ hub }: Test) =>
  (await hub.store.events.read(0, 1000)).map(({ kind, body }) => {
    const standing = (body as { standing?: { status: string; ceiling: string } }).standing;
    return standing === undefined ? kind : `${kind} ${standing.status} ${standing.ceiling}`;
  });

test('distinct members lift an indicator step by step, and each step is told', async (t) => {
  const hub = await openTestHub(t);
  const [a, b, c, d] = [
    await hub.join('a'),
    await hub.join('b'),
    await hub.join('c'),
    await hub.join('d'),
  ];
  await hub.give(a, indicator(1));
  assert.deepEqual(await standingIn(hub), ['single-source', 'watch', 0, 0]);
  await hub.give(a, sighting(10, 1), opinion(11, 1, 'strongly-agree'));
  assert.deepEqual(await standingIn(hub), ['single-source', 'watch', 0, 0]);
  await hub.give(b, sighting(12, 1), sighting(13, 1), sighting(14, 1));
  assert.deepEqual(await standingIn(hub), ['corroborated', 'verify', 1, 0]);
  await hub.give(c, sighting(15, 1));
  await hub.give(d, opinion(16, 1, 'agree'));
  assert.deepEqual(await standingIn(hub), ['corroborated', 'suspend', 3, 0]);
  assert.deepEqual(
    (await eventsIn(hub)).filter((one) => one.startsWith('object-changed ')),
    ['object-changed corroborated verify', 'object-changed corroborated suspend'],
  );
});

test('what is published gives the same standing to whoever computes it again, and names nobody', async (t) => {
  const hub = await openTestHub(t);
  const [a, b] = [await hub.join('a'), await hub.join('b')];
  await hub.give(a, indicator(1), indicator(2));
  await hub.give(b, sighting(12, 1), sighting(13, 2), opinion(14, 1, 'disagree'));
  const view = JSON.parse(JSON.stringify(await viewIn(hub)));
  assert.equal(checkPublished(view).holds, true);
  assert.equal(
    checkPublished({ ...view, standing: { ...view.standing, ceiling: 'suspend' } }).holds,
    false,
  );
  assert.equal(checkPublished({ ...view, statements: [{ tag: 7 }] }).holds, false);
  assert.equal(checkPublished({ ...view, rule: { ...view.rule, quorum: 1 } }).holds, false);
  const other = await viewIn(hub, indicator(2).id);
  // One member, two objects, two tags.
  assert.notEqual(other.statements[0]!.tag, view.statements[0].tag);
  assert.equal(view.statements[0].tag, tagOf(hub.hub.secrets, ONE, b.id));
  const text = JSON.stringify([view, other]);
  for (const { id } of [a, b]) {
    assert.ok(!text.includes(id));
    assert.ok(!text.includes(ownerOf(hub.hub.secrets, id)));
  }
});

test('an operator, an observer and a member on probation weigh nothing', async (t) => {
  const hub = await openTestHub(t);
  const a = await hub.join('a');
  await hub.give(a, indicator(1));
  let n = 20;
  for (const tier of ['operator', 'observer', 'member'] as const)
    await hub.give(await hub.join(tier, tier), sighting(n++, 1));
  assert.deepEqual(await standingIn(hub), ['single-source', 'watch', 0, 0]);
  const member = await hub.join('later', 'member');
  hub.at(START + RULE.probation);
  await hub.give(member, sighting(n++, 1));
  assert.deepEqual(await standingIn(hub), ['corroborated', 'verify', 1, 0]);
});

test('what is taken back counts no more, and an older one that is taken back leaves the newer', async (t) => {
  const hub = await openTestHub(t);
  const [a, b] = [await hub.join('a'), await hub.join('b')];
  await hub.give(a, indicator(1));
  await hub.give(b, sighting(12, 1), sighting(13, 1));
  const modified = '2026-11-02T00:00:00.000Z';
  await hub.give(b, sighting(12, 1, { revoked: true, modified }));
  assert.deepEqual(await standingIn(hub), ['corroborated', 'verify', 1, 0]);
  await hub.give(b, sighting(13, 1, { revoked: true, modified }));
  assert.deepEqual(await standingIn(hub), ['single-source', 'watch', 0, 0]);
});

test('words for fewer than may see the indicator do not count, nor those about what one may not see', async (t) => {
  const hub = await openTestHub(t);
  const [a, b, o] = [await hub.join('a'), await hub.join('b'), await hub.join('o')];
  await hub.give(a, indicator(1, { object_marking_refs: [TLP2_MARKINGS.green.id] }));
  await hub.give(b, sighting(12, 1, { object_marking_refs: [TLP2_MARKINGS.amber.id] }));
  assert.deepEqual(await standingIn(hub), ['single-source', 'watch', 0, 0]);
  await hub.give(b, sighting(13, 1, { object_marking_refs: [TLP2_MARKINGS.green.id] }));
  assert.deepEqual(await standingIn(hub), ['corroborated', 'verify', 1, 0]);
  // A group of a and b alone: o may not know of indicator 2.
  const group = { id: '6a2f0c5e-8d0b-4f5e-9f0e-00000000aaaa', name: 'g', members: [a.id, b.id] };
  await hub.hub.store.write(({ records }) => records.put('group', group.id, group));
  const marked = { object_marking_refs: [`marking-definition--${group.id}`] };
  await hub.give(a, indicator(2, marked));
  await hub.give(o, sighting(14, 2));
  assert.deepEqual(await standingIn(hub, indicator(2).id), ['single-source', 'watch', 0, 0]);
  await hub.give(b, sighting(15, 2, marked));
  assert.deepEqual(await standingIn(hub, indicator(2).id), ['corroborated', 'verify', 1, 0]);
});

test('nobody changes the standing of what another contributed by contributing it again', async (t) => {
  const hub = await openTestHub(t);
  const [a, b] = [await hub.join('a'), await hub.join('b')];
  await hub.give(a, indicator(1));
  const before = await viewIn(hub);
  await hub.give(b, indicator(1, { modified: '2026-11-03T00:00:00.000Z', revoked: true }));
  assert.deepEqual(await viewIn(hub), before);
});

test('time ends it, once, without anybody saying a word', async (t) => {
  const hub = await openTestHub(t);
  const [a, b] = [await hub.join('a'), await hub.join('b')];
  await hub.give(a, indicator(1));
  await hub.give(b, sighting(12, 1));
  await settleDue(hub.hub, hub.now());
  const lasts = RULE.halfLife['query-signature'] * RULE.halfLives;
  hub.at(START + lasts - 1);
  await settleDue(hub.hub, hub.now());
  assert.ok(!(await eventsIn(hub)).includes('object-changed expired none'));
  hub.at(START + lasts);
  await settleDue(hub.hub, hub.now());
  await settleDue(hub.hub, hub.now() + DAY);
  const ended = (await eventsIn(hub)).filter((one) => one === 'object-changed expired none');
  assert.equal(ended.length, 1);
});

test('a member that is suspended is no longer heard', async (t) => {
  const hub = await openTestHub(t);
  const [a, b] = [await hub.join('a'), await hub.join('b')];
  await hub.give(a, indicator(1));
  await hub.give(b, sighting(12, 1));
  await silence(hub.hub, b.id, hub.now());
  assert.deepEqual(await standingIn(hub), ['single-source', 'watch', 0, 0]);
});

test('the operator declares the quorum, but never one', async (t) => {
  const hub = await openTestHub(t);
  const [a, b, c] = [await hub.join('a'), await hub.join('b'), await hub.join('c')];
  await hub.hub.store.write(({ records }) => setRule(records, { quorum: 2 }));
  await hub.give(a, indicator(1));
  await hub.give(b, sighting(12, 1));
  await hub.give(c, sighting(13, 1));
  assert.deepEqual(await standingIn(hub), ['corroborated', 'suspend', 2, 0]);
  for (const quorum of [1, 0, 2.5, Number.NaN])
    await assert.rejects(
      hub.hub.store.write(({ records }) => setRule(records, { quorum })),
      { code: 'USAGE' },
    );
});

test('a scorecard counts what became of what one contributed, and of nobody else', async (t) => {
  const hub = await openTestHub(t);
  const [a, b] = [await hub.join('a'), await hub.join('b')];
  await hub.give(a, indicator(1), indicator(2), indicator(3));
  await hub.give(b, indicator(4));
  await hub.give(
    b,
    sighting(10, 1),
    opinion(11, 2, 'strongly-disagree', { explanation: 'matched-known-good' }),
  );
  hub.at(START + 5000);
  await retract(hub.hub, indicator(2).id, 'matched-known-good');
  const { secrets, store } = hub.hub;
  assert.deepEqual(await scorecardOf(store.records, secrets, a.id), {
    contributed: 3,
    standing: { 'single-source': 1, corroborated: 1, disputed: 0, retracted: 1, expired: 0 },
    confirmed: 1,
    disputed: 1,
    false_hits: 1,
    correction_ms: { count: 1, p50: 5000, p99: 5000 },
  });
  assert.equal((await scorecardOf(store.records, secrets, b.id)).contributed, 1);
});

test('what the hub keeps is what the pure function says, after any number of words', async (t) => {
  const hub = await openTestHub(t);
  const members = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => hub.join(name)));
  await hub.give(members[0]!, indicator(1));
  const given = ['agree', 'disagree', 'neutral', 'strongly-agree'];
  for (let n = 0; n < 40; n += 1) {
    hub.at(START + n * DAY);
    const member = members[(n * 7) % 5]!;
    await hub.give(member, n % 3 === 0 ? sighting(100 + n, 1) : opinion(100 + n, 1, given[n % 4]!));
    const { subject, statements, standing, rule, now } = await viewIn(hub);
    assert.deepEqual(standingOf(subject, statements, now, rule), standing);
    const kept = (await subjectOf(hub.hub.store.records, ONE))!;
    assert.deepEqual([kept.status, kept.ceiling], [standing.status, standing.ceiling]);
    assert.ok(statements.length <= members.length * 2, 'bounded by members, not by words');
  }
});
