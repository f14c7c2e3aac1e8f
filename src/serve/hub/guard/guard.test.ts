import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { KeyObject } from 'node:crypto';
import { newPrivateKey, rawPublicKey } from '../../../share/sharing/signing/ed25519.ts';
import { signContribution } from '../../../share/sharing/signing/contribution.ts';
import { memberKey } from '../../../share/sharing/signing/member-key.ts';
import { signedEnvelope } from '../../../share/sharing/signing/taxii-envelope.ts';
import { parseWarninglist } from '../../../share/sharing/warninglist/warninglist.ts';
import { decodeRecord } from '../../../share/ledger/record.ts';
import { readLedger } from '../../../share/ledger/reader.ts';
import { startTestHub, TAXII, type TestHub } from '../taxii/hub.test-help.ts';
import { AUDITOR_KEY } from './origin.ts';
import { openBox, publicSealingKey, sealingKeyOf } from './sealed-box.ts';

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(
    readFileSync(
      new URL(`../../../../interop/firewall/valid/${name}.json`, import.meta.url),
      'utf8',
    ),
  );
const EXCHANGE = '/stillwatch/collections/exchange';
const NOW = Date.UTC(2026, 10, 21, 12);
const tokens = fixture('indicator-actor-tokens');
const sighting = fixture('sighting');

interface Party {
  readonly id: string;
  readonly token: string;
  readonly key: KeyObject;
}

describe('two members, an auditor and a guarded collection', () => {
  let hub: TestHub;
  let a: Party;
  let b: Party;
  let auditor: { readonly id: string; readonly token: string };
  let collection: string;
  let clock = NOW;

  const party = async (name: string): Promise<Party> => {
    const { id, token } = await hub.member(name);
    const key = newPrivateKey();
    const registered = memberKey({ member: id, publicKey: rawPublicKey(key), validFrom: 0 });
    await hub.hub.store.write(({ records }) =>
      records.put('key', `${id}/${registered.id}`, registered),
    );
    return { id, token, key };
  };
  before(async () => {
    hub = await startTestHub({
      clock: () => clock,
      publicUrl: 'https://hub.example',
      warninglists: [
        parseWarninglist(
          { name: 'campus', version: 1, type: 'cidr', list: ['45.83.80.0/20'] },
          'campus.json',
        ),
      ],
    });
    [a, b] = [await party('lab-a'), await party('lab-b')];
    auditor = await hub.member('auditor', 'auditor');
    collection = (await hub.get(`${EXCHANGE}/`, a.token)).json.id;
  });
  after(() => hub.close());

  const sign = (who: Party, objects: readonly unknown[], more: object = {}, key = who.key) =>
    signContribution(
      {
        hub: 'hub.example/ledger',
        collection,
        member: who.id,
        created: clock,
        objects,
        ...more,
      },
      key,
    );
  const post = (who: Party, body: string) =>
    hub.send('POST', `${EXCHANGE}/objects/`, who.token, body);
  const submit = (who: Party, objects: readonly unknown[], more: object = {}, key = who.key) =>
    post(who, signedEnvelope(objects, sign(who, objects, more, key)));
  const codes = (answer: { json: { failures: readonly { message: string }[] } }) =>
    answer.json.failures.map(({ message }) => message.split(/[ :]/)[0]);
  const objects = async (who: { token: string }) =>
    ((await hub.get(`${EXCHANGE}/objects/`, who.token)).json.objects ?? []) as Record<
      string,
      string
    >[];
  const publishedOf = async (who: Party, id: unknown): Promise<string> =>
    (await hub.get(`/api/contributions/${id}`, who.token)).json.published;

  test('what a signature must name is told', async () => {
    const { json } = await hub.get('/api/exchange', a.token);
    assert.equal(json.hub, 'hub.example/ledger');
    assert.equal(json.member, a.id);
    assert.equal((await hub.get('/api/exchange', '')).status, 401);
  });

  test('a signed indicator is published without its author, and readable by the other', async () => {
    const mine = { ...tokens, created_by_ref: 'identity--0f8c3a10-0000-4000-8000-0000000000ff' };
    const answer = await submit(a, [mine]);
    assert.equal(answer.status, 202);
    assert.equal(answer.json.success_count, 1, answer.text);
    const seen = await objects(b);
    const found = seen.find(({ type }) => type === 'indicator')!;
    const identity = seen.find(({ type }) => type === 'identity')!;
    assert.equal(found.created_by_ref, identity.id);
    assert.equal(identity.name, 'hub.example/ledger');
    assert.equal(found.pattern, tokens.pattern);
    const all = JSON.stringify(seen);
    for (const secret of [a.id, String(tokens.id), 'lab-a', mine.created_by_ref])
      assert.ok(!all.includes(secret), secret);
    assert.equal(await publishedOf(a, tokens.id), found.id);
    assert.equal((await hub.get(`/api/contributions/${tokens.id}`, b.token)).status, 404);
  });

  test('an update keeps its id; the version before cannot be rewritten', async () => {
    const id = await publishedOf(a, tokens.id);
    const newer = { ...tokens, modified: '2026-11-21T11:00:00.000Z', confidence: 50 };
    assert.equal((await submit(a, [newer])).json.success_count, 1);
    const versions = await hub.get(`${EXCHANGE}/objects/${id}/versions/`, b.token);
    assert.deepEqual(versions.json.versions, [tokens.modified, newer.modified]);
    const older = { ...tokens, modified: '2026-11-21T10:30:00.000Z' };
    assert.deepEqual(codes(await submit(a, [older])), ['VERSION_BACKDATED']);
    const future = { ...tokens, modified: '2027-01-01T00:00:00.000Z' };
    assert.deepEqual(codes(await submit(a, [future])), ['VERSION_AHEAD']);
    const reborn = {
      ...tokens,
      created: '2026-11-21T09:00:00.000Z',
      modified: '2026-11-21T11:30:00.000Z',
    };
    assert.deepEqual(codes(await submit(a, [reborn])), ['VERSION_CREATED']);
  });

  test('nobody else can change, retract or delete it', async () => {
    const id = await publishedOf(a, tokens.id);
    const modified = '2026-11-21T11:45:00.000Z';
    // By the hub's id, and by the member's own id, which is another object in B's mouth.
    assert.deepEqual(codes(await submit(b, [{ ...tokens, id, modified, revoked: true }])), [
      'OBJECT_OF_THE_HUB',
    ]);
    assert.equal((await submit(b, [{ ...tokens, modified, revoked: true }])).json.success_count, 1);
    assert.notEqual(await publishedOf(b, tokens.id), id);
    const still = await hub.get(`${EXCHANGE}/objects/${id}/`, b.token);
    assert.equal(still.json.objects[0].revoked, undefined);
    assert.equal((await hub.send('DELETE', `${EXCHANGE}/objects/${id}/`, b.token)).status, 403);
  });

  test('a sighting of what another published refers to it under the hub’s name', async () => {
    const of = await publishedOf(a, tokens.id);
    const seen = { ...sighting, sighting_of_ref: of };
    assert.equal((await submit(b, [seen])).json.success_count, 1);
    const id = await publishedOf(b, sighting.id);
    const { json } = await hub.get(`${EXCHANGE}/objects/${id}/`, a.token);
    assert.equal(json.objects[0].sighting_of_ref, of);
    const nowhere = {
      ...sighting,
      id: 'sighting--0f8c3a10-0000-4000-8000-0000000000bb',
      sighting_of_ref: 'indicator--0f8c3a10-0000-4000-8000-0000000000cc',
    };
    assert.deepEqual(codes(await submit(b, [nowhere])), ['REFERENCE_UNKNOWN']);
  });

  test('what is hidden is not referred to, and what refers goes no further than what it names', async () => {
    const of = await publishedOf(a, tokens.id);
    const clear = 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487';
    const said = (n: number, about: string, ...marks: string[]) => ({
      ...sighting,
      id: `sighting--0f8c3a10-0000-4000-8000-0000000001${n}`,
      sighting_of_ref: about,
      object_marking_refs: marks.length > 0 ? marks : sighting.object_marking_refs,
    });
    // TLP:AMBER is hidden from observers, who would read a sighting of it.
    assert.deepEqual(codes(await submit(b, [said(10, of, clear)])), ['MARKING_WIDER']);
    const campaign = {
      ...fixture('campaign'),
      id: 'campaign--0f8c3a10-0000-4000-8000-0000000000c1',
    };
    const [amber] = sighting.object_marking_refs as string[];
    assert.deepEqual(
      codes(
        await submit(b, [
          { ...campaign, object_marking_refs: [amber] },
          { ...said(11, campaign.id, clear) },
        ]),
      ),
      ['MARKING_WIDER'],
    );
    const group = '00000000-0000-4000-8000-0000000000ef';
    await hub.hub.store.write(({ records }) =>
      records.put('group', group, { id: group, name: 'a alone', members: [a.id] }),
    );
    const secret = {
      ...fixture('indicator-actor-clients'),
      id: 'indicator--0f8c3a10-0000-4000-8000-0000000000c2',
      object_marking_refs: [amber, `marking-definition--${group}`],
    };
    assert.equal((await submit(a, [secret])).json.success_count, 1);
    const hidden = await publishedOf(a, secret.id);
    // To A it is there, to B it is not, by whatever B tries to find out.
    assert.deepEqual(codes(await submit(a, [said(12, hidden)])), ['MARKING_WIDER']);
    const inside = said(13, hidden, amber!, `marking-definition--${group}`);
    assert.equal((await submit(a, [inside])).json.success_count, 1);
    assert.deepEqual(codes(await submit(b, [said(14, hidden)])), ['REFERENCE_UNKNOWN']);
    assert.deepEqual(codes(await submit(a, [{ ...secret, id: hidden }])), ['OBJECT_OF_THE_HUB']);
    assert.deepEqual(
      codes(await submit(b, [{ ...fixture('indicator-actor-clients'), id: hidden }])),
      [],
    );
  });

  test('references within one contribution follow their objects', async () => {
    const campaign = fixture('campaign');
    const relationship = fixture('relationship');
    assert.equal((await submit(a, [campaign, relationship])).json.success_count, 2);
    const id = await publishedOf(a, relationship.id);
    const { json } = await hub.get(`${EXCHANGE}/objects/${id}/`, b.token);
    assert.equal(json.objects[0].target_ref, await publishedOf(a, campaign.id));
    assert.equal(json.objects[0].source_ref, await publishedOf(a, tokens.id));
  });

  test('unsigned, forged, replayed, back-dated, misdirected and changed contributions', async () => {
    const note = { ...fixture('note'), object_refs: [tokens.id] };
    const good = signedEnvelope([note], sign(a, [note]));
    assert.deepEqual(codes(await post(a, JSON.stringify({ objects: [note] }))), [
      'CONTRIBUTION_UNSIGNED',
    ]);
    const refused = async (expected: string, who: Party, more: object, key = who.key) =>
      assert.deepEqual(codes(await submit(who, [note], more, key)), [expected]);
    await refused('CONTRIBUTION_KEY_UNKNOWN', a, {}, b.key);
    await refused('CONTRIBUTION_KEY_UNKNOWN', a, {}, newPrivateKey());
    await refused('CONTRIBUTION_BACKDATED', a, { created: clock - 11 * 60_000 });
    await refused('CONTRIBUTION_BACKDATED', a, { created: clock + 3 * 60_000 });
    await refused('CONTRIBUTION_MISDIRECTED', a, { hub: 'other.example/ledger' });
    await refused('CONTRIBUTION_MISDIRECTED', a, { collection: 'another' });
    // B sends what A signed.
    assert.deepEqual(codes(await post(b, good)), ['CONTRIBUTION_MISDIRECTED']);
    const other = { ...note, content: 'too-broad' };
    assert.deepEqual(codes(await post(a, signedEnvelope([other], sign(a, [note])))), [
      'CONTRIBUTION_DIFFERS',
    ]);
    const signed = sign(a, [note]);
    const bent = { ...signed, signature: Buffer.alloc(64, 1).toString('base64url') };
    assert.deepEqual(codes(await post(a, signedEnvelope([note], bent))), ['CONTRIBUTION_FORGED']);
    assert.deepEqual(
      codes(await post(a, JSON.stringify({ x_stillwatch_contribution: 1, objects: [note] }))),
      ['CONTRIBUTION_MALFORMED'],
    );
    // Nothing of all that has used the nonce of the good one; the second time it is used.
    assert.equal((await post(a, good)).json.success_count, 1);
    assert.deepEqual(codes(await post(a, good)), ['CONTRIBUTION_REPLAYED']);
  });

  test('of many copies that arrive together one is published', async () => {
    const opinion = { ...fixture('opinion'), object_refs: [tokens.id] };
    const body = signedEnvelope([opinion], sign(a, [opinion]));
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(a, body)));
    const took = answers.filter(({ json }) => json?.success_count === 1);
    assert.equal(took.length, 1);
    for (const { status, text } of answers.filter((one) => !took.includes(one))) {
      assert.ok(status === 409 || status === 202, String(status));
      assert.match(text, /CONTRIBUTION_REPLAYED/);
    }
  });

  test('what may not leave is refused object by object, and the rest is published', async () => {
    const bad = { ...fixture('intrusion-set'), description: 'Ann Miller, ann@example.com' };
    const net = fixture('indicator-actor-network');
    const campus = {
      ...net,
      id: 'indicator--0f8c3a10-0000-4000-8000-0000000000dd',
      pattern: "[ipv4-addr:value ISSUBSET '45.83.81.0/24']",
      extensions: Object.fromEntries(
        Object.entries(net.extensions as Record<string, object>).map(([id, extension]) => [
          id,
          { ...extension, identifiers: ['address-block'] },
        ]),
      ),
    };
    const clients = fixture('indicator-actor-clients');
    const answer = await submit(a, [bad, net, campus, clients]);
    assert.equal(answer.json.success_count, 1, answer.text);
    assert.deepEqual(codes(answer), [
      'FIREWALL_PROPERTY',
      'SHARED_INFRASTRUCTURE',
      'WARNINGLIST_HIT',
    ]);
    assert.ok(!answer.text.includes('Ann Miller'));
  });

  test('a group that does not exist, or that one is not in, is no audience', async () => {
    const group = '00000000-0000-4000-8000-0000000000ee';
    const { object_marking_refs: level, ...unmarked } = fixture('attack-pattern');
    const marked = (marking: string) => ({
      ...unmarked,
      object_marking_refs: [...(level as string[]), `marking-definition--${marking}`],
    });
    assert.deepEqual(codes(await submit(a, [unmarked])), ['FIREWALL_MISSING']);
    assert.deepEqual(codes(await submit(a, [marked(group)])), ['MARKING_UNKNOWN']);
    await hub.hub.store.write(({ records }) =>
      records.put('group', group, { id: group, name: 'two', members: [b.id] }),
    );
    assert.deepEqual(codes(await submit(a, [marked(group)])), ['MARKING_UNKNOWN']);
    assert.equal((await submit(b, [marked(group)])).json.success_count, 1);
  });

  test('refusals are kept for their member, the operator and the auditor, without content', async () => {
    const mine = (await hub.get('/api/refusals?limit=1000', a.token)).json.refusals;
    const seen = new Set(
      mine.flatMap((one: { objects: { faults: { code: string }[] }[] }) =>
        one.objects.flatMap(({ faults }) => faults.map(({ code }) => code)),
      ),
    );
    for (const code of [
      'CONTRIBUTION_UNSIGNED',
      'CONTRIBUTION_FORGED',
      'CONTRIBUTION_REPLAYED',
      'CONTRIBUTION_BACKDATED',
      'FIREWALL_PROPERTY',
      'FIREWALL_EMAIL',
      'WARNINGLIST_HIT',
    ])
      assert.ok(seen.has(code), code);
    assert.ok(mine.every(({ member }: { member: string }) => member === a.id));
    assert.ok(!JSON.stringify(mine).includes('Ann'));
    const others = (await hub.get('/api/refusals', b.token)).json.refusals;
    assert.ok(others.every(({ member }: { member: string }) => member === b.id));
    const all = (await hub.get('/api/refusals?limit=1000', auditor.token)).json.refusals;
    assert.ok(all.length > mine.length);
    assert.equal((await hub.get('/api/refusals?limit=0', a.token)).status, 400);
  });

  test('only the auditor learns whose an object is, with the signature that proves it', async () => {
    const id = await publishedOf(a, tokens.id);
    for (const { token } of [a, b, { token: hub.operator }])
      assert.equal((await hub.get(`/api/origin/${id}`, token)).status, 403);
    const { json } = await hub.get(`/api/origin/${id}`, auditor.token);
    assert.equal(json.versions.length, 2);
    assert.equal(json.versions[0].origin.member, a.id);
    assert.equal(json.versions[0].origin.object, tokens.id);
    assert.equal(json.versions[0].contribution.envelope.member, a.id);
    const gone = 'indicator--00000000-0000-4000-8000-000000000000';
    assert.equal((await hub.get(`/api/origin/${gone}`, auditor.token)).status, 404);
    // In the database itself it stands sealed.
    const rows = await hub.hub.store.records.list('sealed', 'origin/');
    assert.ok(rows.length > 0 && !JSON.stringify(rows).includes(a.id));
  });

  test('with a key of the auditor’s own, the hub cannot open what it seals', async () => {
    const key = sealingKeyOf(new Uint8Array(32).fill(5));
    await hub.hub.store.write(({ records }) =>
      records.put('setting', AUDITOR_KEY, publicSealingKey(key)),
    );
    const fingerprint = fixture('indicator-attack-fingerprint');
    assert.equal((await submit(b, [fingerprint])).json.success_count, 1);
    const id = await publishedOf(b, fingerprint.id);
    const [version] = (await hub.get(`/api/origin/${id}`, auditor.token)).json.versions;
    assert.equal(version.origin, undefined);
    const { name, box } = version.sealed.origin;
    const signed = version.sealed.contribution;
    assert.equal(
      (openBox(key, signed.name, signed.box) as { envelope: { member: string } }).envelope.member,
      b.id,
    );
    assert.equal((openBox(key, name, box) as { member: string }).member, b.id);
    assert.equal(openBox(key, `${name}x`, box), undefined);
    assert.equal(openBox(sealingKeyOf(new Uint8Array(32).fill(6)), name, box), undefined);
  });

  test('each acceptance and each refusal is in the ledger', async () => {
    const reader = readLedger(hub.hub.store.ledger.read);
    const kinds = new Map<string, number>();
    const refusedCodes = new Set<string>();
    const size = Number((await reader.checkpoint()).split('\n')[1]);
    for (let i = 0; i < size; i++) {
      const event = decodeRecord(await reader.entry(i));
      kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1);
      if (event.kind === 'refused') refusedCodes.add(event.code);
    }
    assert.ok(kinds.get('accepted')! >= 8);
    assert.equal(kinds.get('retracted'), 1);
    for (const code of ['CONTRIBUTION_FORGED', 'CONTRIBUTION_REPLAYED', 'FIREWALL_PROPERTY'])
      assert.ok(refusedCodes.has(code), code);
  });

  test('a standard client that cannot sign reads here and writes to plain collections', async () => {
    const plain = await hub.send(
      'POST',
      '/stillwatch/collections/plain/objects/',
      a.token,
      { objects: [fixture('campaign')] },
      { 'Content-Type': TAXII },
    );
    assert.equal(plain.json.success_count, 1);
    assert.ok((await objects(a)).length > 5);
  });

  test('nonces that no signature can have any more are forgotten', async () => {
    const nonces = () => hub.hub.store.records.list('seen', `nonce/${a.id}/`);
    const old = await nonces();
    assert.ok(old.length > 0);
    clock += 3_600_000;
    // One in sixteen contributions looks; nonces begin with any of 64 letters.
    for (let i = 0; i < 400 && (await nonces()).some(({ id }) => id === old[0]!.id); i++)
      await submit(a, [fixture('marking-definition')]);
    assert.ok(!(await nonces()).some(({ id }) => id === old[0]!.id));
  });
});
