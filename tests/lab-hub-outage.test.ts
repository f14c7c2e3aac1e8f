/** A hub that goes away and comes back, and a lab that is stopped meanwhile: nothing is lost, nothing doubled. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTestHub, type TestHub } from '../src/serve/hub/taxii/hub.test-help.ts';
import type { Sharing } from '../src/serve/lab/sharing/sharing.ts';
import type { Lab } from '../src/serve/lab/start.ts';
import type { Json } from '../src/share/taxii/resources.ts';
import { submit } from '../src/share/taxii/submit.ts';
import { connect, feed, joinHub, type Member, newLab, tidy, until } from './lab-hub.test-help.ts';

const fixture = (name: string): Json => {
  const file = new URL(`../interop/firewall/valid/${name}.json`, import.meta.url);
  const object = JSON.parse(readFileSync(file, 'utf8')) as Json;
  // Valid from now on, whenever the test runs.
  const now = new Date().toISOString();
  const valid_until = new Date(Date.now() + 10 * 86_400_000).toISOString();
  return { ...object, created: now, modified: now, valid_from: now, valid_until };
};

const data = mkdtempSync(join(tmpdir(), 'stillwatch-outage-'));
let hub: TestHub;
let lab: Lab;
let sharing: Sharing;
let [giver, taker] = [] as unknown as [Member, Member];
let listen = '127.0.0.1:0';

const startHub = async (): Promise<void> => {
  hub = await startTestHub({ listen, data, graceMs: 100 });
  listen = hub.url.slice('http://'.length);
};
const give = (...objects: readonly Json[]) =>
  submit(objects, {
    hub: hub.url,
    token: giver.token,
    key: giver.key,
    collection: 'exchange',
  });
const ids = (): string[] => sharing.indicators().map(({ object }) => String(object.id));

before(async () => {
  await startHub();
  [giver, taker] = [await joinHub(hub, 'giver'), await joinHub(hub, 'taker')];
  lab = await newLab();
  sharing = await connect(lab, hub.url, taker);
});
after(async () => {
  await sharing?.close();
  await lab?.stop();
  await hub?.close();
  rmSync(data, { recursive: true, force: true });
  tidy();
});

const tokens = fixture('indicator-actor-tokens');
/** The system of the fixture is one for documentation, which a hub does not take. */
const given = fixture('indicator-actor-network');
const network = { ...given, pattern: String(given.pattern).replace('64999', '212238') };

test('what is said while the hub is away waits, over a restart of the connection too', async () => {
  assert.deepEqual((await give(tokens)).failures, []);
  await until('the first indicator', () => ids().length === 1);
  const [first] = ids();
  await hub.close();
  await until('it is noticed', () => !sharing.status().connected);
  assert.deepEqual(await sharing.dispute([first!, 'indicator--unknown'], 'too-broad'), [first]);
  await until('the failure is told', () => sharing.status().error !== null);
  assert.equal(sharing.status().queue, 1);
  await sharing.close();
  sharing = await connect(lab, `http://${listen}`, taker);
  assert.deepEqual(ids(), [first], 'what was told is known without the hub');
  assert.equal(sharing.status().queue, 1);
  assert.equal(sharing.status().connected, false);
  assert.equal(sharing.status().heard_seconds, null, 'and how old it is is not hidden');
  // The lab itself works on.
  const row = { timestamp: Date.now(), account_id: 'x', prompt: 'hello', response_tokens: 1 };
  assert.equal((await feed(lab, '/ingest', [row])).accepted, 1);

  await startHub();
  await until('the word arrives', () => sharing.status().queue === 0);
  const { json } = await hub.get(`/standing/${first}/`, taker.token);
  assert.equal(json.standing.disputers, 1);
  assert.deepEqual(ids(), [first]);
  await until('the standing comes back', () => sharing.indicators()[0]?.standing === 'disputed');
});

test('what the hub takes while the lab is away comes after it, in its order, once', async () => {
  await sharing.close();
  const { published, failures } = await give(network);
  assert.deepEqual(failures, []);
  await give({ ...tokens, revoked: true, modified: new Date(Date.now() + 1).toISOString() });
  sharing = await connect(lab, hub.url, taker);
  const gone: string[] = [];
  sharing.onChanged((_accounts, retracted) => {
    gone.push(...retracted);
  });
  await until('both are told', () => ids().length === 1 && ids()[0] === published[0]!.published);
  await until('acknowledged', async () => {
    const { json } = await hub.get('/retractions/?open=true', taker.token);
    return json.retractions.length === 0;
  });
  const { json } = await hub.get('/retractions/', hub.operator || taker.token);
  assert.ok(json.retractions.length > 0, 'positive control: there was something to acknowledge');
  await until('whoever decides is told', () => gone.length === 1);
});

test('traffic that comes later is held against what came before it', async () => {
  const blocks = /'(\d+\.\d+\.\d+)\.0\/24'/.exec(String(network.pattern));
  assert.ok(blocks !== null, String(network.pattern));
  const row = {
    timestamp: Date.now(),
    account_id: 'neighbour',
    prompt: 'hello',
    response_tokens: 1,
    ip: `${blocks[1]}.7`,
  };
  assert.deepEqual(sharing.facts('neighbour'), []);
  const told: string[] = [];
  sharing.onChanged((accounts) => {
    told.push(...accounts);
  });
  await feed(lab, '/ingest', [row]);
  await until('a hit', () => told.includes('neighbour'));
  const [fact] = sharing.facts('neighbour');
  assert.equal(fact?.standing, 'single-source');
  assert.equal(fact?.permitted_action, 'watch', 'one lab alone permits nothing');
  assert.equal(fact?.confirmed_here, false);
});
