/** The optional filters of the TAXII 2.1 Interoperability Test Document, over HTTP. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { indicator, PLAIN, startTestHub, type TestHub, uuid } from './hub.test-help.ts';
import { PROPERTY_FILTERS } from './property-filters.ts';

const GREEN = 'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da';
const SUBJECT = indicator(1, {
  confidence: 70,
  labels: ['relay', 'harvest'],
  indicator_types: ['anomalous-activity'],
  object_marking_refs: [GREEN],
  kill_chain_phases: [{ kill_chain_name: 'atlas', phase_name: 'exfiltration' }],
  external_references: [{ source_name: 'mitre-atlas', external_id: 'AML.T0024' }],
  revoked: false,
});
const OTHER = indicator(2, { confidence: 20, name: 'other', modified: '2026-03-01T00:00:00Z' });
const RELATION = {
  type: 'relationship',
  spec_version: '2.1',
  id: `relationship--${uuid(3)}`,
  created: '2026-01-01T00:00:00Z',
  modified: '2026-01-01T00:00:00Z',
  relationship_type: 'indicates',
  source_ref: SUBJECT.id,
  target_ref: `campaign--${uuid(4)}`,
};
const FILE = {
  type: 'file',
  spec_version: '2.1',
  id: `file--${uuid(5)}`,
  hashes: { 'SHA-256': 'ab'.repeat(32) },
};
const TRAFFIC = {
  type: 'network-traffic',
  spec_version: '2.1',
  id: `network-traffic--${uuid(6)}`,
  src_port: 4000,
  dst_port: 443,
  protocols: ['tcp'],
};

let hub: TestHub;
before(async () => {
  hub = await startTestHub();
  const objects = [SUBJECT, OTHER, RELATION, FILE, TRAFFIC];
  const { json } = await hub.send('POST', `${PLAIN}/objects/`, hub.operator, { objects });
  assert.equal(json.success_count, 5);
});
after(() => hub.close());

const found = async (filter: string): Promise<string[]> => {
  const { status, json } = await hub.get(`${PLAIN}/objects/?${filter}`);
  assert.equal(status, 200, filter);
  return (json.objects ?? []).map((one: { id: string }) => one.id);
};

test('interoperability tier 1: simple properties', async () => {
  assert.deepEqual(await found('match[name]=other'), [OTHER.id]);
  assert.deepEqual(await found('match[pattern_type]=stix,sigma'), [SUBJECT.id, OTHER.id]);
  assert.deepEqual(await found('match[confidence]=70'), [SUBJECT.id]);
  assert.deepEqual(await found('match[dst_port]=443'), [TRAFFIC.id]);
  assert.deepEqual(await found('match[relationship_type]=indicates'), [RELATION.id]);
  assert.deepEqual(await found('match[revoked]=true'), []);
  assert.equal((await found('match[revoked]=false')).length, 5);
});

test('interoperability tier 2: lists', async () => {
  assert.deepEqual(await found('match[labels]=harvest'), [SUBJECT.id]);
  assert.deepEqual(await found('match[indicator_types]=benign,anomalous-activity'), [SUBJECT.id]);
  assert.deepEqual(await found('match[malware_types]=worm'), []);
});

test('interoperability tier 3: nested properties and TLP', async () => {
  assert.deepEqual(await found('match[phase_name]=exfiltration'), [SUBJECT.id]);
  assert.deepEqual(await found('match[external_id]=AML.T0024'), [SUBJECT.id]);
  assert.deepEqual(await found(`match[SHA-256]=${'ab'.repeat(32)}`), [FILE.id]);
  assert.deepEqual(await found('match[tlp]=green'), [SUBJECT.id]);
  assert.deepEqual(await found('match[tlp]=white,red'), []);
});

test('interoperability: relationships-all', async () => {
  assert.deepEqual(await found(`match[relationships-all]=${SUBJECT.id}`), [RELATION.id]);
  assert.deepEqual(await found(`match[relationships-all]=campaign--${uuid(4)}`), [RELATION.id]);
});

test('interoperability: calculations', async () => {
  assert.deepEqual(await found('match[confidence-gte]=50'), [SUBJECT.id]);
  assert.deepEqual(await found('match[confidence-lte]=50'), [OTHER.id]);
  assert.deepEqual(await found('match[modified-gte]=2026-02-01T00:00:00Z'), [OTHER.id]);
  assert.equal((await found('match[modified-lte]=2026-02-01T00:00:00Z')).length, 2);
  assert.deepEqual(await found('match[src_port-gte]=4000&match[dst_port-lte]=443'), [TRAFFIC.id]);
  assert.equal((await found('match[valid_from-lte]=2026-01-01T00:00:00Z')).length, 2);
});

test('values that cannot be compared and unknown filters are refused, not ignored', async () => {
  for (const filter of [
    'match[confidence]=high',
    'match[confidence-gte]=1e3',
    'match[modified-gte]=2026',
    'match[revoked]=maybe',
    'match[tlp]=purple',
    'match[x_custom]=1',
    'match[name]=',
  ])
    assert.equal((await hub.get(`${PLAIN}/objects/?${filter}`)).status, 400, filter);
});

test('a filtered page pages on, and its next is bound to the filter', async () => {
  const first = await hub.get(`${PLAIN}/objects/?match[pattern_type]=stix&limit=1`);
  assert.equal(first.json.more, true);
  const rest = await found(`match[pattern_type]=stix&limit=1&next=${first.json.next}`);
  assert.deepEqual(rest, [OTHER.id]);
  const other = `${PLAIN}/objects/?match[pattern_type]=sigma&limit=1&next=${first.json.next}`;
  assert.equal((await hub.get(other)).status, 400);
});

test('the manifest takes the same filters', async () => {
  const { json } = await hub.get(`${PLAIN}/manifest/?match[labels]=relay`);
  assert.deepEqual(
    json.objects.map((one: { id: string }) => one.id),
    [SUBJECT.id],
  );
});

test('every filter takes a value without a fault', async () => {
  for (const name of PROPERTY_FILTERS.keys()) {
    const value = /-[gl]te$/.test(name)
      ? /modified|valid/.test(name)
        ? '2026-01-01T00:00:00Z'
        : '1'
      : ({ revoked: 'true', tlp: 'red' }[name] ?? '1');
    const { status } = await hub.get(`${PLAIN}/objects/?match[${name}]=${value}`);
    assert.equal(status, 200, name);
  }
});
