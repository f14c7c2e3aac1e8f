/**
 * Two labs and a hub, in one process, over HTTP: what A finds is confirmed by B on its own traffic, and
 * what A takes back is forgotten by B. The traffic is simulated; one operator works at both labs with the
 * same payment instruments and other prompts of one grammar, another works at A alone.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestHub, type TestHub } from '../src/serve/hub/taxii/hub.test-help.ts';
import type { Sharing } from '../src/serve/lab/sharing/sharing.ts';
import type { Lab } from '../src/serve/lab/start.ts';
import {
  connect,
  feed,
  joinHub,
  type Member,
  newLab,
  tidy,
  until,
  type World,
  withInstrumentsOf,
  worldOf,
} from './lab-hub.test-help.ts';

describe('two labs and a hub', () => {
  let hub: TestHub;
  let [labA, labB] = [] as unknown as [Lab, Lab];
  let [a, b] = [] as unknown as [Sharing, Sharing];
  let [memberA, memberB] = [] as unknown as [Member, Member];
  let [worldA, worldB] = [] as unknown as [World, World];
  let here: readonly string[] = [];

  before(async () => {
    hub = await startTestHub();
    [memberA, memberB] = [await joinHub(hub, 'a'), await joinHub(hub, 'b')];
    [labA, labB] = [await newLab(), await newLab()];
    worldA = await worldOf(13, ['rewriting', 'grading'], 0, 360);
    const plain = await worldOf(77, ['rewriting'], 1, 200);
    here = [...plain.campaigns.values()][0]!;
    worldB = withInstrumentsOf(plain, here, worldA, worldA.campaigns.get('campaign-1')!);
    await feed(labB, '/ingest?stream=accounts', worldB.accounts);
    await feed(labB, '/ingest', worldB.traffic);
    a = await connect(labA, hub.url, memberA, { permit: 'restrict' });
    b = await connect(labB, hub.url, memberB);
    await until('B has its tokens', () => b.status().tokens_pending === 0 && b.status().tokens > 0);
  });
  after(async () => {
    await Promise.all([a?.close(), b?.close()]);
    await Promise.all([labA?.stop(), labB?.stop()]);
    await hub?.close();
    tidy();
  });

  /** Whether a campaign of A's is the one whose operator is at B too. */
  const sharedHere = (accounts: readonly string[]): boolean =>
    accounts.some((id) => worldA.campaigns.get('campaign-1')!.includes(id));

  test('what A finds is drafted, and waits for a person', async () => {
    await feed(labA, '/ingest?stream=accounts', worldA.accounts);
    await feed(labA, '/ingest', worldA.traffic);
    await labA.lookNow();
    await until('tokens of the campaigns', () => a.status().tokens_pending === 0);
    const found = labA.findings().filter((f) => f.campaign.verdict === 'distillation');
    assert.equal(found.length, 2, 'positive control: A finds both campaigns');
    assert.equal(a.status().drafts, 2);
    assert.equal(a.status().queue, 0);
    const objects = a.outbox.preview(found[0]!.id)!;
    assert.ok(objects.some((one) => one.type === 'indicator'));
    const text = JSON.stringify(objects);
    for (const { account_id } of worldA.accounts) assert.ok(!text.includes(account_id));
  });

  test('released, it comes to B, which confirms it on its own traffic before anything may rest on it', async () => {
    const found = labA.findings().find((f) => sharedHere(f.campaign.accounts))!;
    const changed = new Set<string>();
    let decided = 0;
    b.onChanged((accounts) => {
      for (const id of accounts) changed.add(id);
      if (decided === 0 && accounts.some((id) => b.facts(id).some((one) => one.confirmed_here)))
        decided = performance.now();
    });
    const from = performance.now();
    assert.equal((await a.outbox.settle([...a.outbox.items().keys()], 'released')).length, 2);
    await until('B confirms', () => decided > 0);
    const ms = decided - from;
    console.log(`# released at A to facts at B: ${ms.toFixed(0)} ms`);
    assert.ok(ms < 5000, `${ms} ms`);
    const facts = here.flatMap((id) => b.facts(id));
    assert.ok(facts.filter((one) => one.confirmed_here).length >= 0.8 * here.length);
    for (const { standing, permitted_action } of facts.filter((one) => one.confirmed_here)) {
      assert.equal(standing, 'corroborated', 'what is confirmed here is a second source here');
      assert.ok(permitted_action === 'watch' || permitted_action === 'verify');
    }
    const innocent = worldB.accounts.filter(({ account_id }) => !here.includes(account_id));
    for (const { account_id } of innocent)
      assert.ok(!b.facts(account_id).some((one) => one.confirmed_here), account_id);
    assert.ok(
      found.campaign.accounts.every((id) => !changed.has(id)),
      'accounts of A stay at A',
    );
  });

  test('null control: the campaign of an operator who is not here is never confirmed', async () => {
    await until('the other campaign', () => a.status().queue === 0);
    await until('it comes', () => b.indicators().some((one) => !one.confirmed_here));
    const confirmed = b.indicators().filter((one) => one.confirmed_here);
    const others = b.indicators().filter((one) => !one.confirmed_here);
    const groups = new Set(confirmed.flatMap((one) => one.campaigns));
    assert.equal(groups.size, 1, 'one campaign of two');
    assert.ok(others.length > 0);
    for (const one of others) assert.notEqual(one.verification, 'confirmed');
    // What only one lab says of accounts here permits nothing by itself.
    for (const { account_id } of worldB.accounts)
      for (const one of b.facts(account_id))
        if (!one.confirmed_here) assert.equal(one.permitted_action, 'watch');
  });

  test('the sighting of B corroborates what A published', async () => {
    const [one] = b.indicators().filter((view) => view.confirmed_here && view.hits > 0);
    const standing = async () =>
      (await hub.get(`/standing/${String(one!.object.id)}/`, memberB.token)).json.standing;
    await until('a sighting', async () => (await standing()).status === 'corroborated');
    assert.equal((await standing()).confirmers, 1);
    await until('nothing left to send', () => b.status().queue === 0 && a.status().queue === 0);
    assert.equal(b.status().refused, 0);
    assert.equal(a.status().refused, 0);
    assert.equal(a.indicators().length, 0, 'what A contributed is not intelligence for A');
  });

  test('one wrong token is taken back alone, and what is left still stands', async () => {
    const found = labA.findings().find((f) => sharedHere(f.campaign.accounts))!;
    const wrong = a.sharedFor(found.id, found.campaign.accounts[0]!).filter((o) => o.about_subject);
    assert.equal(wrong.length, 1);
    const before = b.indicators().length;
    assert.deepEqual(await a.retract([wrong[0]!.object], 'appeal-upheld'), [found.id]);
    await until('B has forgotten it', () => b.indicators().length === before - 1);
    assert.ok(b.indicators().some((one) => one.confirmed_here));
  });

  test('what A takes back is forgotten by B at once, and acknowledged', async () => {
    const gone: string[] = [];
    b.onChanged((_accounts, retracted) => {
      gone.push(...retracted);
    });
    const found = labA.findings().find((f) => sharedHere(f.campaign.accounts))!;
    const from = performance.now();
    await a.retract([found.id], 'appeal-upheld');
    await until('B forgets', () => !b.indicators().some((one) => one.confirmed_here));
    console.log(`# taken back at A to forgotten at B: ${(performance.now() - from).toFixed(0)} ms`);
    await until('decisions at B are told', () => gone.length > 0);
    for (const id of here) assert.ok(!b.facts(id).some((one) => gone.includes(one.id)));
    const open = async () =>
      (await hub.get('/retractions/?open=true', memberB.token)).json.retractions.length;
    await until('acknowledged', async () => (await open()) === 0);
    assert.equal(a.outbox.items().get(found.id)?.state, 'retracted');
  });
});
