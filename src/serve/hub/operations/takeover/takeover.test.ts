/** Taking over medallion, in each layout of its data file. */
import assert from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import { test } from 'node:test';
import { startTestHub, TAXII, type TestHub } from '../../taxii/hub.test-help.ts';
import { type Json, parseMedallion } from './medallion-file.ts';
import { takeOver } from './takeover.ts';
import { usersOf } from './users.ts';

const COLLECTION = '91a7b528-80eb-42ed-a74d-c6fbd5a26116';
const SECRET = '64993447-4d7e-4f70-b94d-d7f33742ee63';
const INDICATOR = 'indicator--6770298f-0fd8-471a-ab8c-1c658a46574e';
const OBSERVABLE = 'ipv4-addr--6770298f-0fd8-471a-ab8c-1c658a46574f';
const STATUS = '2d086da7-4bdc-4f91-900e-d77486753710';
const VERSIONS = ['2016-11-03T12:30:59.000Z', '2017-01-27T13:49:53.935Z'];
const DATES = ['2016-11-03T12:30:59.001000Z', '2017-12-31T13:49:53.935000Z'];
const STIX = 'application/stix+json;version=2.1';

const versions = VERSIONS.map((modified) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: INDICATOR,
  created: VERSIONS[0],
  modified,
  pattern: "[url:value = 'http://x4z9arb.cn/4712']",
  pattern_type: 'stix',
  valid_from: VERSIONS[0],
}));
const observable = {
  type: 'ipv4-addr',
  spec_version: '2.1',
  id: OBSERVABLE,
  value: '198.51.100.1',
};
const objects = [...versions, observable];
const about = {
  title: 'High Value Indicator Collection',
  can_read: true,
  can_write: true,
  media_types: [STIX],
};
const secret = { title: 'Secret Indicators', can_read: false, can_write: false };
const discovery = {
  title: 'Some TAXII Server',
  description: 'This TAXII Server contains a listing of',
  contact: 'string containing contact information',
  default: 'http://localhost:5000/trustgroup1/',
  api_roots: ['http://localhost:5000/trustgroup1/'],
};
const information = {
  title: 'Malware Research Group',
  versions: ['taxii-2.1'],
  max_content_length: 9765625,
};
const status = {
  status: 'complete',
  request_timestamp: '2016-11-02T12:34:34.123456Z',
  total_count: 1,
  success_count: 1,
  failure_count: 0,
  pending_count: 0,
};

const LAYOUTS: Readonly<Record<string, Json>> = {
  '2.x': {
    '/discovery': discovery,
    trustgroup1: {
      information,
      status: [{ id: STATUS, ...status, successes: [INDICATOR], failures: [], pendings: [] }],
      collections: [
        {
          id: COLLECTION,
          ...about,
          objects,
          manifest: [
            { id: INDICATOR, date_added: DATES[0], versions: VERSIONS, media_types: [STIX] },
            { id: OBSERVABLE, date_added: DATES[1], versions: [DATES[1]], media_types: [STIX] },
          ],
        },
        { id: SECRET, ...secret, objects: [], manifest: [] },
      ],
    },
  },
  '3.x': {
    '/discovery': discovery,
    trustgroup1: {
      information,
      status: [{ id: STATUS, ...status, successes: [{ id: INDICATOR, version: VERSIONS[0] }] }],
      collections: [
        {
          id: COLLECTION,
          ...about,
          objects,
          manifest: [
            ...VERSIONS.map((version, i) => ({
              id: INDICATOR,
              date_added: DATES[i],
              version,
              media_type: STIX,
            })),
            { id: OBSERVABLE, date_added: DATES[1], version: DATES[1], media_type: STIX },
          ],
        },
        { id: SECRET, ...secret, objects: [], manifest: [] },
      ],
    },
  },
  '4.x': {
    '/discovery': discovery,
    trustgroup1: {
      information,
      status: {
        [STATUS]: { id: STATUS, ...status, successes: [{ id: INDICATOR, version: VERSIONS[0] }] },
      },
      collections: {
        [COLLECTION]: {
          ...about,
          objects: [
            ...versions.map((one, i) => ({
              ...one,
              __meta: { date_added: DATES[i], media_type: STIX },
            })),
            { ...observable, __meta: { date_added: DATES[1], media_type: STIX } },
          ],
        },
        [SECRET]: { ...secret, objects: [] },
      },
    },
  },
};

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const basic = (user: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const werkzeug = (password: string): string =>
  `pbkdf2:sha256:1000$vhWiAWXq$${pbkdf2Sync(password, 'vhWiAWXq', 1000, 32, 'sha256').toString('hex')}`;

const onHub = async (work: (hub: TestHub) => Promise<void>): Promise<void> => {
  const hub = await startTestHub();
  try {
    await work(hub);
  } finally {
    await hub.close();
  }
};

for (const [layout, file] of Object.entries(LAYOUTS))
  test(`medallion ${layout}: everything is served as before, to the users it had`, () =>
    onHub(async (hub) => {
      const users = await usersOf({ users: { admin: 'Password0', user1: werkzeug('Password1') } });
      const taken = await takeOver(hub.hub.store, parseMedallion(bytes(file)), users, 1e12);
      assert.deepEqual(
        { ...taken, warnings: [] },
        {
          apiRoots: 1,
          collections: 2,
          objects: { added: 3, present: 0, differs: 0, refused: 0 },
          statuses: 1,
          users: 2,
          apiKeys: 0,
          warnings: [],
        },
      );
      const get = (path: string, user = basic('admin', 'Password0')) => hub.get(path, '', user);
      const told = (await get('/taxii2/')).json;
      assert.equal(told.title, 'Some TAXII Server');
      assert.equal(told.contact, 'string containing contact information');
      assert.equal(told.default, '/trustgroup1/');
      assert.ok(told.api_roots.includes('/trustgroup1/'));
      const root = (await get('/trustgroup1/', basic('user1', 'Password1'))).json;
      assert.deepEqual(root, {
        title: 'Malware Research Group',
        versions: [TAXII],
        max_content_length: 9765625,
      });
      const listed = (await get('/trustgroup1/collections/')).json.collections;
      assert.deepEqual(
        listed.map((one: Json) => [one.id, one.can_read, one.can_write]),
        [
          [SECRET, false, false],
          [COLLECTION, true, true],
        ],
      );
      const at = `/trustgroup1/collections/${COLLECTION}`;
      const manifest = (await get(`${at}/manifest/?match[version]=all`)).json.objects;
      const added = layout === '2.x' ? [DATES[0], '2016-11-03T12:30:59.001001Z'] : DATES;
      assert.deepEqual(
        manifest
          .filter((one: Json) => one.id === INDICATOR)
          .map((one: Json) => [one.date_added, one.version, one.media_type]),
        VERSIONS.map((version, i) => [added[i], version, STIX]),
      );
      assert.deepEqual((await get(`${at}/objects/${INDICATOR}/`)).json.objects, [versions[1]]);
      assert.deepEqual((await get(`${at}/objects/${OBSERVABLE}/`)).json.objects, [observable]);
      assert.equal((await get(`/trustgroup1/collections/${SECRET}/objects/`)).status, 403);
      const kept = (await get(`/trustgroup1/status/${STATUS}/`)).json;
      assert.equal(kept.status, 'complete');
      assert.equal(kept.successes[0].id, INDICATOR);
      assert.equal(kept.success_count, 1);
    }));

test('taking over again changes nothing, and what is newer is added', () =>
  onHub(async (hub) => {
    for (const file of Object.values(LAYOUTS)) {
      const users = await usersOf({ auth: { users: { admin: werkzeug('Password0') } } });
      await takeOver(hub.hub.store, parseMedallion(bytes(file)), users, 1e12);
    }
    const again = await takeOver(
      hub.hub.store,
      parseMedallion(bytes(LAYOUTS['4.x'])),
      await usersOf({ users: { admin: 'another' } }),
      2e12,
    );
    assert.deepEqual(again.objects, { added: 0, present: 3, differs: 0, refused: 0 });
    assert.equal(again.apiRoots + again.collections + again.statuses + again.users, 0);
    const { status } = await hub.get('/taxii2/', '', basic('admin', 'Password0'));
    assert.equal(status, 200);
  }));

test('API keys go on as tokens of their users, but for those that can be guessed', () =>
  onHub(async (hub) => {
    const key = 'f3a9c1d27b804e56a1c0';
    const config = {
      auth: {
        users: { admin: werkzeug('Password0'), user1: werkzeug('Password1') },
        api_keys: { [key]: 'user1', '123456': 'admin', 'a key of two words, with blanks': 'admin' },
      },
      'multi-auth': ['basic', 'api_key'],
    };
    const file = parseMedallion(bytes(LAYOUTS['4.x']));
    const taken = await takeOver(hub.hub.store, file, await usersOf(config), 1e12);
    assert.equal(taken.apiKeys, 1);
    assert.ok(taken.warnings.some((warning) => /API keys not taken over.*: 2;/.test(warning)));
    const asked = async (Authorization: string) =>
      (await hub.get('/trustgroup1/collections/', '', { Authorization })).status;
    for (const scheme of ['Token', 'Bearer']) assert.equal(await asked(`${scheme} ${key}`), 200);
    assert.equal(await asked('Token 123456'), 401);
    assert.equal(await asked(`Basic ${key}`), 401);
    // Revoked, it stays so when the same configuration is taken over again.
    const kept = (await hub.hub.store.records.list('token')).find(
      ({ value }) => value.label === 'API key of medallion',
    );
    assert.ok(kept !== undefined && !JSON.stringify(kept).includes(key));
    await hub.hub.store.write(({ records }) => records.remove('token', kept.id));
    assert.equal((await takeOver(hub.hub.store, file, await usersOf(config), 1e12)).apiKeys, 0);
    assert.equal(await asked(`Token ${key}`), 401);
    await assert.rejects(usersOf({ users: {}, auth: { api_keys: { [key]: 1 } } }), {
      code: 'TAKEOVER_UNREADABLE',
    });
  }));

test('what is no medallion file is refused before anything is written', () =>
  onHub(async () => {
    const wrong: readonly unknown[] = [
      [],
      { type: 'bundle', objects: [] },
      { '/discovery': discovery, api: 'text' },
      { '/discovery': discovery, '../up': {} },
      { '/discovery': discovery, api: { collections: [{ title: 'no id' }] } },
    ];
    for (const one of wrong)
      assert.throws(() => parseMedallion(bytes(one)), { code: 'TAKEOVER_UNREADABLE' });
    await assert.rejects(usersOf({}), { code: 'TAKEOVER_UNREADABLE' });
    await assert.rejects(usersOf({ users: { 'a:b': 'c' } }), { code: 'TAKEOVER_UNREADABLE' });
  }));

test('objects that are no STIX are counted and named; an API root may not hide an endpoint', () =>
  onHub(async (hub) => {
    const root = (path: string, stored: readonly unknown[]) =>
      parseMedallion(
        bytes({
          '/discovery': discovery,
          [path]: { collections: [{ id: COLLECTION, ...about, objects: stored }] },
        }),
      );
    const taken = await takeOver(
      hub.hub.store,
      root('api1', [{ id: 'indicator--1', type: 'indicator' }, ...versions]),
      [],
      1e12,
    );
    assert.equal(taken.objects.refused, 1);
    assert.equal(taken.objects.added, 2);
    assert.match(taken.warnings[0]!, /^indicator--1: Its id/);
    await assert.rejects(takeOver(hub.hub.store, root('metrics', []), [], 1e12), {
      code: 'TAKEOVER_UNREADABLE',
    });
  }));
