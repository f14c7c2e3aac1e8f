/** TAXII 2.1 (OASIS Standard, 10 June 2021), section by section, over HTTP. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hashPassword } from '../access/password.ts';
import { indicator, PLAIN, startTestHub, TAXII, type TestHub, uuid } from './hub.test-help.ts';

let hub: TestHub;
before(async () => {
  hub = await startTestHub({ maxPage: 50 });
});
after(() => hub.close());

const OBJECTS = `${PLAIN}/objects/`;
const add = (objects: readonly unknown[], token = hub.operator) =>
  hub.send('POST', OBJECTS, token, { objects });
const ids = (answer: { json: { objects?: { id: string }[] } }): string[] =>
  (answer.json.objects ?? []).map(({ id }) => id);

test('1.6.8 the answer has the media type asked for, with its version', async () => {
  for (const accept of [TAXII, 'application/taxii+json', '*/*', `text/html, ${TAXII};q=0.5`]) {
    const { status, headers } = await hub.get('/taxii2/', undefined, { Accept: accept });
    assert.equal(status, 200, accept);
    assert.equal(headers.get('content-type'), TAXII);
  }
});

test('1.6.8 other media types and versions are refused with 406', async () => {
  for (const accept of [
    'application/json',
    'application/taxii+json;version=2.0',
    'application/vnd.oasis.taxii+json; version=2.0',
  ]) {
    const { status, json } = await hub.get('/taxii2/', undefined, { Accept: accept });
    assert.equal(status, 406, accept);
    assert.equal(json.http_status, '406');
  }
});

test('1.6.8 a body of another media type is refused with 415', async () => {
  const other = await hub.send(
    'POST',
    OBJECTS,
    hub.operator,
    { objects: [indicator(1)] },
    {
      'Content-Type': 'application/json',
    },
  );
  assert.equal(other.status, 415);
});

test('1.6.9 credentials: none, wrong, Bearer and Basic', async () => {
  const { store } = hub.hub;
  const { id } = await hub.member('Basic lab');
  const hash = await hashPassword('correct horse');
  await store.write(({ records }) => records.put('password', 'lab', { member: id, hash }));
  const basic = (text: string) => ({
    Authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  });
  assert.equal((await hub.get('/taxii2/', '')).status, 401);
  assert.match((await hub.get('/taxii2/', '')).headers.get('www-authenticate')!, /Basic realm/);
  assert.equal((await hub.get('/taxii2/', 'swt_wrong')).status, 401);
  assert.equal((await hub.get('/taxii2/', '', basic('lab:correct horse'))).status, 200);
  assert.equal((await hub.get('/taxii2/', '', basic('lab:wrong horse'))).status, 401);
  assert.equal((await hub.get('/taxii2/', '', basic('nobody:correct horse'))).status, 401);
});

test('1.6.9 a revoked member and an expired token are nobody', async () => {
  const { id, token } = await hub.member('Gone lab');
  assert.equal((await hub.get('/taxii2/', token)).status, 200);
  const member = (await hub.hub.store.records.get('member', id))!;
  await hub.hub.store.write(({ records }) =>
    records.put('member', id, { ...member, vetting: 'revoked' }),
  );
  assert.equal((await hub.get('/taxii2/', token)).status, 401);
});

test('3.6.1 every refusal is an error object with its status', async () => {
  for (const [path, status] of [
    ['/nothing/here', 404],
    ['/stillwatch/collections/none/', 404],
    [`${OBJECTS}?limit=x`, 400],
    ['/taxii2%2fx/', 404],
  ] as const) {
    const answer = await hub.get(path);
    assert.equal(answer.status, status, path);
    assert.equal(answer.json.http_status, String(status));
    assert.equal(typeof answer.json.title, 'string');
    assert.equal(answer.headers.get('content-type'), TAXII);
  }
});

test('HEAD, OPTIONS and 405 with Allow (RFC 9110)', async () => {
  const head = await hub.send('HEAD', '/taxii2/', hub.operator);
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
  assert.ok(Number(head.headers.get('content-length')) > 0);
  const options = await hub.send('OPTIONS', OBJECTS, '');
  assert.equal(options.status, 204);
  assert.equal(options.headers.get('allow'), 'HEAD, GET, POST, OPTIONS');
  const put = await hub.send('PUT', OBJECTS, hub.operator, {});
  assert.equal(put.status, 405);
  assert.equal(put.headers.get('allow'), 'HEAD, GET, POST, OPTIONS');
});

test('4.1 discovery names the API roots and the default one', async () => {
  const { json } = await hub.get('/taxii2/');
  assert.deepEqual(json.api_roots, ['/stillwatch/']);
  assert.equal(json.default, '/stillwatch/');
  assert.equal(typeof json.title, 'string');
});

test('4.2 an API root has its title, versions and bound', async () => {
  const { json } = await hub.get('/stillwatch/');
  assert.deepEqual(json.versions, [TAXII]);
  assert.equal(json.max_content_length, 10 * 1024 * 1024);
});

test('4.3 status: its counts are those of its lists, and it can be asked for again', async () => {
  const posted = await add([
    indicator(10),
    indicator(11),
    { type: 'indicator', id: 'indicator--no' },
  ]);
  assert.equal(posted.status, 202);
  const { json } = posted;
  assert.equal(json.status, 'complete');
  assert.equal(json.total_count, 3);
  assert.equal(json.success_count, json.successes.length);
  assert.equal(json.failure_count, json.failures.length);
  assert.equal(json.success_count + json.failure_count + json.pending_count, 3);
  assert.equal(json.failures[0].id, 'indicator--no');
  const again = await hub.get(`/stillwatch/status/${json.id}/`);
  assert.deepEqual(again.json, json);
});

test('4.3 status of another member is not there', async () => {
  const { json } = await add([indicator(12)]);
  const { token } = await hub.member('Curious lab');
  assert.equal((await hub.get(`/stillwatch/status/${json.id}/`, token)).status, 404);
});

test('5.1 collections, with the rights of who asks', async () => {
  const { token } = await hub.member('Watching lab', 'observer');
  const mine = (await hub.get('/stillwatch/collections/')).json.collections;
  const theirs = (await hub.get('/stillwatch/collections/', token)).json.collections;
  const idsOf = mine.map((one: { id: string }) => one.id);
  assert.deepEqual(idsOf, [...idsOf].sort());
  assert.deepEqual(mine.map((one: { alias: string }) => one.alias).sort(), ['exchange', 'plain']);
  assert.ok(mine.every((one: { can_write: boolean }) => one.can_write));
  assert.ok(theirs.every((one: { can_read: boolean; can_write: boolean }) => one.can_read));
  assert.ok(!theirs.some((one: { can_write: boolean }) => one.can_write));
});

test('5.2 a collection by its id and by its alias is the same', async () => {
  const byAlias = (await hub.get(`${PLAIN}/`)).json;
  const byId = (await hub.get(`/stillwatch/collections/${byAlias.id}/`)).json;
  assert.deepEqual(byId, byAlias);
});

test('1.6.9 Basic: where a client speaks nothing else, a token is its password', async () => {
  const { token } = await hub.member('Basic');
  const status = async (name: string, password: string): Promise<number> => {
    const basic = Buffer.from(`${name}:${password}`).toString('base64');
    const { status } = await hub.get('/taxii2/', '', { Authorization: `Basic ${basic}` });
    return status;
  };
  assert.equal(await status('any name', token), 200);
  assert.equal(await status('any name', `${token}x`), 401);
  assert.equal(await status('any name', 'swt_'), 401);
});

test('5.2 a collection without rights: 403 when it is listed, 404 when it is not', async () => {
  const { store } = hub.hub;
  const { json } = await hub.get(`${PLAIN}/`);
  const collection = (await store.records.get('collection', json.id))!;
  const none = { read: false, write: false };
  const { token } = await hub.member('Shut-out lab', 'member', { rights: { [json.id]: none } });
  assert.equal((await hub.get(`${PLAIN}/`, token)).status, 200);
  assert.equal((await hub.get(OBJECTS, token)).status, 403);
  assert.equal((await hub.send('POST', OBJECTS, token, { objects: [indicator(1)] })).status, 403);
  await store.write(({ records }) =>
    records.put('collection', json.id, { ...collection, listed: false }),
  );
  assert.equal((await hub.get(`${PLAIN}/`, token)).status, 404);
  assert.equal((await hub.get(OBJECTS, token)).status, 404);
  await store.write(({ records }) => records.put('collection', json.id, collection));
});

test('5.3 the manifest has id, date_added, version and media type', async () => {
  await add([indicator(20)]);
  const { json } = await hub.get(`${PLAIN}/manifest/?match[id]=indicator--${uuid(20)}`);
  assert.equal(json.objects.length, 1);
  assert.equal(json.objects[0].version, '2026-01-01T00:00:00.000Z');
  assert.equal(json.objects[0].media_type, 'application/stix+json;version=2.1');
  assert.match(json.objects[0].date_added, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test('3.4 date_added is unique and increasing, also within one request', async () => {
  await add(Array.from({ length: 30 }, (_, i) => indicator(100 + i)));
  const { json } = await hub.get(`${PLAIN}/manifest/?match[version]=all`);
  const dates: string[] = json.objects.map((one: { date_added: string }) => one.date_added);
  assert.equal(new Set(dates).size, dates.length);
  assert.deepEqual(dates, [...dates].sort());
});

test('3.5 X-TAXII-Date-Added-First and -Last are those of the page', async () => {
  const page = await hub.get(`${PLAIN}/manifest/?limit=3`);
  const dates = page.json.objects.map((one: { date_added: string }) => one.date_added);
  assert.equal(page.headers.get('x-taxii-date-added-first'), dates[0]);
  assert.equal(page.headers.get('x-taxii-date-added-last'), dates[2]);
  const objects = await hub.get(`${OBJECTS}?limit=3`);
  assert.equal(objects.headers.get('x-taxii-date-added-last'), dates[2]);
});

test('3.5 paging with limit and next gives everything once', async () => {
  const seen: string[] = [];
  let next = '';
  for (;;) {
    const { json } = await hub.get(`${OBJECTS}?limit=7${next}`);
    seen.push(...json.objects.map((one: { id: string }) => one.id));
    assert.ok(json.objects.length <= 7);
    if (!json.more) break;
    next = `&next=${json.next}`;
  }
  const versions = (await hub.get(`${PLAIN}/manifest/?limit=50`)).json;
  assert.equal(new Set(seen).size, seen.length);
  assert.ok(seen.length >= versions.objects.length);
});

test('3.5 next is refused with other filters, elsewhere, and by another member', async () => {
  const { json } = await hub.get(`${OBJECTS}?limit=2&match[type]=indicator`);
  const { token } = await hub.member('Other lab');
  const next = `limit=2&next=${json.next}`;
  assert.equal((await hub.get(`${OBJECTS}?${next}&match[type]=indicator`)).status, 200);
  assert.equal((await hub.get(`${OBJECTS}?${next}`)).status, 400);
  assert.equal((await hub.get(`${PLAIN}/manifest/?${next}&match[type]=indicator`)).status, 400);
  assert.equal((await hub.get(`${OBJECTS}?${next}&match[type]=indicator`, token)).status, 400);
  assert.equal((await hub.get(`${OBJECTS}?limit=2&next=AAAA`)).status, 400);
});

test('3.4 added_after is exclusive, to the microsecond', async () => {
  const { json } = await hub.get(`${PLAIN}/manifest/?limit=5`);
  const [, second, third] = json.objects;
  const after = await hub.get(`${PLAIN}/manifest/?limit=1&added_after=${second.date_added}`);
  assert.deepEqual(after.json.objects, [third]);
  for (const wrong of ['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', 'yesterday', ''])
    assert.equal((await hub.get(`${OBJECTS}?added_after=${wrong}`)).status, 400, wrong);
});

test('3.4 limit: above the bound is cut, zero and nonsense are refused', async () => {
  assert.equal((await hub.get(`${OBJECTS}?limit=100000`)).json.objects.length <= 50, true);
  for (const wrong of ['0', '-1', 'many', '1.5'])
    assert.equal((await hub.get(`${OBJECTS}?limit=${wrong}`)).status, 400);
});

test('3.4 match[id] and match[type], each with several values', async () => {
  const [a, b] = [`indicator--${uuid(10)}`, `indicator--${uuid(11)}`];
  assert.deepEqual(ids(await hub.get(`${OBJECTS}?match[id]=${a},${b}`)).sort(), [a, b]);
  await add([{ ...indicator(30), type: 'malware', id: `malware--${uuid(30)}` }]);
  assert.deepEqual(ids(await hub.get(`${OBJECTS}?match[type]=malware,tool`)), [
    `malware--${uuid(30)}`,
  ]);
});

test('3.4 match[version]: last by default, first, all, and a timestamp', async () => {
  const id = `indicator--${uuid(40)}`;
  const at = (day: number) => `2026-01-0${day}T00:00:00.000Z`;
  await add([1, 2, 3].map((day) => indicator(40, { modified: at(day) })));
  const modified = async (filter: string): Promise<string[]> =>
    (await hub.get(`${OBJECTS}?match[id]=${id}${filter}`)).json.objects.map(
      (one: { modified: string }) => one.modified,
    );
  assert.deepEqual(await modified(''), [at(3)]);
  assert.deepEqual(await modified('&match[version]=last'), [at(3)]);
  assert.deepEqual(await modified('&match[version]=first'), [at(1)]);
  assert.deepEqual(await modified('&match[version]=all'), [at(1), at(2), at(3)]);
  assert.deepEqual(await modified(`&match[version]=${at(2)}`), [at(2)]);
  assert.deepEqual(await modified(`&match[version]=first,${at(3)}`), [at(1), at(3)]);
  assert.equal((await hub.get(`${OBJECTS}?match[version]=latest`)).status, 400);
});

test('3.4 match[spec_version]', async () => {
  const { spec_version: _, ...old } = indicator(50);
  await add([old]);
  const of = async (version: string): Promise<string[]> =>
    ids(await hub.get(`${OBJECTS}?match[id]=${old.id}&match[spec_version]=${version}`));
  assert.deepEqual(await of('2.0'), [old.id]);
  assert.deepEqual(await of('2.1'), []);
  assert.deepEqual(await of('2.0,2.1'), [old.id]);
});

test('3.4 filters of one request hold together', async () => {
  const id = `indicator--${uuid(10)}`;
  assert.deepEqual(ids(await hub.get(`${OBJECTS}?match[id]=${id}&match[type]=malware`)), []);
  assert.equal((await hub.get(`${OBJECTS}?match[id]=${id}&match[id]=${id}`)).status, 400);
});

test('3.7 an empty envelope is the empty object', async () => {
  const { status, text } = await hub.get(`${OBJECTS}?match[type]=campaign`);
  assert.equal(status, 200);
  assert.equal(text, '{}');
});

test('5.5 the same version again is a success and is stored once; another content is not', async () => {
  await add([indicator(60)]);
  const again = await add([indicator(60)]);
  assert.equal(again.json.success_count, 1);
  const other = await add([indicator(60, { name: 'changed without a new version' })]);
  assert.equal(other.json.failure_count, 1);
  const versions = await hub.get(`${OBJECTS}indicator--${uuid(60)}/versions/`);
  assert.deepEqual(versions.json.versions, ['2026-01-01T00:00:00.000Z']);
});

test('5.5 what is no envelope is refused: 400 for no JSON, 422 for another shape', async () => {
  const post = (body: unknown) => hub.send('POST', OBJECTS, hub.operator, body);
  assert.equal((await post('{')).status, 400);
  for (const body of [{}, [], { objects: {} }, { objects: [] }])
    assert.equal((await post(body)).status, 422);
});

test('5.5 a body longer than max_content_length is refused with 413', async () => {
  const root = (await hub.hub.store.records.get('api-root', 'stillwatch'))!;
  const small = { ...root, maxContentLength: 500 };
  await hub.hub.store.write(({ records }) => records.put('api-root', 'stillwatch', small));
  const { status } = await add([indicator(61, { description: 'x'.repeat(1000) })]);
  await hub.hub.store.write(({ records }) => records.put('api-root', 'stillwatch', root));
  assert.equal(status, 413);
});

test('5.5 objects without version, such as observables, take date_added as theirs', async () => {
  const id = `ipv4-addr--${uuid(1)}`;
  await add([{ type: 'ipv4-addr', id, value: '198.51.100.1', spec_version: '2.1' }]);
  const { json } = await hub.get(`${PLAIN}/manifest/?match[id]=${id}`);
  assert.equal(json.objects[0].version, json.objects[0].date_added);
});

test('5.6 an object by its id; 404 when there is none', async () => {
  const { json } = await hub.get(`${OBJECTS}indicator--${uuid(40)}/?match[version]=all`);
  assert.equal(json.objects.length, 3);
  assert.equal((await hub.get(`${OBJECTS}indicator--${uuid(999)}/`)).status, 404);
  assert.equal((await hub.get(`${OBJECTS}indicator--${uuid(40)}/?match[type]=x`)).status, 400);
});

test('5.7 deleting one version leaves the others; who may not write may not delete', async () => {
  const path = `${OBJECTS}indicator--${uuid(70)}/`;
  await add([indicator(70), indicator(70, { modified: '2026-02-01T00:00:00Z' })]);
  const { token } = await hub.member('Reading lab', 'observer');
  assert.equal((await hub.send('DELETE', path, token)).status, 403);
  const version = '?match[version]=2026-02-01T00:00:00Z';
  assert.equal((await hub.send('DELETE', path + version, hub.operator)).status, 200);
  assert.deepEqual((await hub.get(`${path}versions/`)).json.versions, ['2026-01-01T00:00:00.000Z']);
  assert.equal((await hub.send('DELETE', path, hub.operator)).status, 200);
  assert.equal((await hub.get(path)).status, 404);
  assert.equal((await hub.send('DELETE', path, hub.operator)).status, 404);
});

test('5.8 the versions of an object, paged', async () => {
  const path = `${OBJECTS}indicator--${uuid(40)}/versions/`;
  const first = await hub.get(`${path}?limit=2`);
  assert.equal(first.json.versions.length, 2);
  assert.equal(first.json.more, true);
  const rest = await hub.get(`${path}?limit=2&next=${first.json.next}`);
  assert.deepEqual(rest.json, { more: false, versions: ['2026-01-03T00:00:00.000Z'] });
});
