/** The whole way over HTTP: signed contributions by our own client, standing, stream, retraction, remedy. */
import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { checkPublished } from '../../../share/corroboration/published.ts';
import { signContribution } from '../../../share/sharing/signing/contribution.ts';
import { newPrivateKey, rawPublicKey } from '../../../share/sharing/signing/ed25519.ts';
import { memberKey } from '../../../share/sharing/signing/member-key.ts';
import { signedEnvelope } from '../../../share/sharing/signing/taxii-envelope.ts';
import { taxiiClient, type TaxiiClient } from '../../../share/taxii/client.ts';
import { follow } from '../../../share/taxii/follow.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import type { Tier } from '../../store/records.ts';
import { startTestHub, type TestHub } from '../taxii/hub.test-help.ts';
import { addWebhook } from '../stream/webhooks.ts';
import { receivers } from './receipts.ts';
import { retract } from './retraction.ts';
import { renewListeners } from './service.ts';

const fixture = (name: string): Json =>
  JSON.parse(
    readFileSync(
      new URL(`../../../../interop/firewall/valid/${name}.json`, import.meta.url),
      'utf8',
    ),
  );
const EXCHANGE = { root: '/stillwatch/', collection: 'exchange' };
const NOW = Date.UTC(2026, 10, 21, 12);
const tokens = fixture('indicator-actor-tokens');
const seen = fixture('sighting');

interface Party {
  readonly id: string;
  readonly token: string;
  readonly key: KeyObject;
  readonly client: TaxiiClient;
}

describe('three founders, an observer and a hub', () => {
  let hub: TestHub;
  let [a, b, c, o] = [] as unknown as [Party, Party, Party, Party];
  let collection: string;
  let published: string;
  let clock = NOW;

  const party = async (name: string, tier: Tier = 'founder'): Promise<Party> => {
    const { id, token } = await hub.member(name, tier);
    const key = newPrivateKey();
    const registered = memberKey({ member: id, publicKey: rawPublicKey(key), validFrom: 0 });
    await hub.hub.store.write(({ records }) =>
      records.put('key', `${id}/${registered.id}`, registered),
    );
    const client = taxiiClient({ url: hub.url, credential: { kind: 'bearer', token } });
    return { id, token, key, client };
  };
  before(async () => {
    hub = await startTestHub({ clock: () => clock, publicUrl: 'https://hub.example' });
    [a, b, c] = [await party('a'), await party('b'), await party('c')];
    o = await party('o', 'observer');
    collection = (await a.client.collection(EXCHANGE)).id;
  });
  after(() => hub.close());

  const submit = (who: Party, ...objects: readonly Json[]) =>
    who.client.add(EXCHANGE, objects, {
      // Signed once: an answer that was lost must not become a replay.
      repeatable: false,
      prepare: (batch) => ({
        body: signedEnvelope(
          batch,
          signContribution(
            {
              hub: 'hub.example/ledger',
              collection,
              member: who.id,
              created: clock,
              objects: batch,
            },
            who.key,
          ),
        ),
      }),
    });
  const all = async (who: Party, match = {}): Promise<readonly Json[]> => {
    const found: Json[] = [];
    for await (const page of who.client.objects(EXCHANGE, { match })) found.push(...page.items);
    return found;
  };
  const standing = async (who: Party) => (await hub.get(`/standing/${published}/`, who.token)).json;
  const sighting = (id: string, about: string): Json => ({
    ...seen,
    id: `sighting--${id}`,
    sighting_of_ref: about,
  });

  test('an indicator comes to the others, and stands alone', async () => {
    assert.deepEqual((await submit(a, tokens)).failures, []);
    published = String((await all(b, { type: ['indicator'] }))[0]!.id);
    const view = await standing(b);
    assert.equal(view.standing.status, 'single-source');
    assert.equal(view.standing.ceiling, 'watch');
    assert.ok(checkPublished(view).holds);
    const mine = (await standing(a)).mine;
    assert.equal(view.subject.contributor.tag, mine);
    assert.notEqual(view.mine, mine);
  });

  test('a sighting by another lifts it, and the stream says so', async () => {
    const stop = new AbortController();
    const listener = taxiiClient({
      url: hub.url,
      credential: { kind: 'bearer', token: c.token },
      signal: stop.signal,
    });
    const events = follow(listener.session, { url: '/stream' });
    await events.next();
    const report = await submit(b, sighting('6a2f0c5e-8d0b-4f5e-9f0e-000000000b01', published));
    assert.deepEqual(report.failures, []);
    const kinds: string[] = [];
    let told: unknown;
    for await (const one of events) {
      if (one.kind !== 'event') continue;
      kinds.push(one.event.type);
      told = JSON.parse(one.event.data);
      if (kinds.includes('changed')) break;
    }
    assert.deepEqual((told as Json).standing, { status: 'corroborated', ceiling: 'verify' });
    stop.abort();
    assert.ok(kinds.includes('new') && kinds.includes('changed'), String(kinds));
    const view = await standing(c);
    assert.deepEqual([view.standing.status, view.standing.ceiling], ['corroborated', 'verify']);
    assert.ok(checkPublished(view).holds);
    const text = JSON.stringify(view);
    for (const { id } of [a, b]) assert.ok(!text.includes(id));
  });

  test('standings by page, for those who may see them', async () => {
    const { json } = await hub.get('/standing/', b.token);
    assert.deepEqual(
      json.standings.map((one: Json) => one.object),
      [published],
    );
    const marked = await hub.get('/standing/?collection=nowhere', b.token);
    assert.equal(marked.status, 404);
    assert.equal((await hub.get('/standing/?limit=0', b.token)).status, 400);
    // The indicator is TLP:AMBER: an observer sees neither it nor its standing, nor that there is one.
    const hidden = await hub.get(`/standing/${published}/`, o.token);
    const nothing = await hub.get('/standing/indicator--none/', o.token);
    assert.deepEqual([hidden.status, hidden.text], [404, nothing.text]);
    assert.deepEqual((await hub.get('/standing/', o.token)).json.standings, []);
    assert.equal((await hub.get('/standing/', '')).status, 401);
  });

  test('a scorecard is for its contributor and the office', async () => {
    const own = await hub.get('/scorecards/mine', a.token);
    assert.deepEqual([own.json.contributed, own.json.confirmed], [1, 1]);
    assert.equal((await hub.get('/scorecards/mine', b.token)).json.contributed, 0);
    assert.equal((await hub.get(`/scorecards/${a.id}`, b.token)).status, 403);
    assert.equal((await hub.get('/scorecards/nobody', b.token)).status, 403);
    assert.equal((await hub.get(`/scorecards/${a.id}`, hub.operator)).json.contributed, 1);
  });

  test('taken back by its contributor: recipients are told, acknowledge, and the remedy is measured', async () => {
    const again = { ...tokens, revoked: true, modified: new Date(clock).toISOString() };
    clock += 1000;
    assert.deepEqual((await submit(a, again)).failures, []);
    assert.equal((await standing(b)).standing.status, 'retracted');
    const open = async (who: Party) =>
      (await hub.get('/retractions/?open=true', who.token)).json.retractions as readonly Json[];
    const [one, ...more] = await open(b);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [one!.object, one!.reason, one!.acknowledged],
      [published, 'contributor', null],
    );
    assert.equal(one!.recipients, undefined);
    assert.deepEqual(await open(a), []);
    assert.deepEqual(await open(o), []);
    const path = `/retractions/${one!.id}`;
    clock += 4000;
    assert.equal((await hub.send('POST', `${path}/ack`, o.token)).status, 404);
    assert.equal((await hub.send('POST', `${path}/ack`, b.token)).status, 200);
    assert.deepEqual(await open(b), []);
    // c had the object from the stream alone.
    assert.equal((await open(c)).length, 1);
    for (const who of [a.token, hub.operator]) {
      const { json } = await hub.get(path, who);
      assert.deepEqual([json.recipients, json.acknowledged], [2, 1]);
      assert.deepEqual(json.remedy_ms, { p50: 4000, p99: 4000 });
    }
    assert.equal((await hub.get(path, o.token)).status, 404);
  });

  test('an operator takes back what is in a plain collection', async () => {
    const plain = { root: '/stillwatch/', collection: 'plain' };
    const object = {
      type: 'campaign',
      spec_version: '2.1',
      id: 'campaign--6a2f0c5e-8d0b-4f5e-9f0e-00000000ca01',
      created: '2026-11-01T00:00:00.000Z',
      modified: '2026-11-01T00:00:00.000Z',
      name: 'x',
    };
    const added = await b.client.add(plain, [object]);
    assert.deepEqual([added.success, added.failures], [1, []]);
    for await (const page of c.client.object(plain, object.id)) assert.equal(page.items.length, 1);
    const [done] = await retract(hub.hub, object.id, 'legal');
    assert.equal(done!.recipients, 1);
    const versions: string[] = [];
    for await (const page of c.client.versions(plain, object.id)) versions.push(...page.items);
    assert.equal(versions.length, 2);
  });

  test('who has a webhook, or an open stream, counts as having received what comes', async () => {
    const [w, x] = [await party('w'), await party('x')];
    const { store } = hub.hub;
    await addWebhook(store, w, { url: 'https://receiver.example/hook' }, clock);
    await renewListeners(hub.hub);
    const { key } = (await store.records.get('collection', collection))!;
    const received = await receivers(store.records, key, 'indicator--any', clock * 1000);
    assert.ok(received.has(w.id));
    assert.ok(!received.has(x.id));
    const stop = new AbortController();
    const stream = taxiiClient({
      url: hub.url,
      credential: { kind: 'bearer', token: x.token },
      signal: stop.signal,
    });
    await follow(stream.session, { url: '/stream' }).next();
    stop.abort();
    assert.ok((await receivers(store.records, key, 'indicator--any', clock * 1000)).has(x.id));
  });
});
