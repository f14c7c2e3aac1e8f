import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeRecord } from '../../../share/ledger/record.ts';
import { headOf, readLedger } from '../../../share/ledger/reader.ts';
import { blindBatch, finalizeBatch } from '../../../share/sharing/blinding/blind.ts';
import { epochAt } from '../../../share/sharing/blinding/kind.ts';
import type { KeyCommitment } from '../../../share/sharing/blinding/server-key.ts';
import { startTestHub, type TestHub } from '../taxii/hub.test-help.ts';
import { epochsAround, limitSetting } from './service.ts';

let hub: TestHub;
before(async () => {
  hub = await startTestHub();
});
after(() => hub.close());

const epoch = epochAt(Date.now());
const committed = async (kind: string, of = epoch): Promise<KeyCommitment> => {
  const { keys } = (await hub.get('/blinding/keys', '')).json;
  return keys.find((key: KeyCommitment) => key.kind === kind && key.epoch === of);
};
const evaluate = (token: string, body: unknown) =>
  hub.send('POST', '/blinding/evaluate', token, body);
const tokensFor = async (token: string, emails: readonly string[], of = epoch) => {
  const batch = blindBatch('email', of, emails);
  const { json, status } = await evaluate(token, batch.request);
  assert.equal(status, 200, JSON.stringify(json));
  return finalizeBatch(batch, json, await committed('email', of));
};
const setLimit = (member: string, name: 'burst' | 'perSecond' | 'perEpoch', value: number) =>
  hub.hub.store.write(({ records }) => records.put('setting', limitSetting(member, name), value));

test('two members get the same token for one identifier, and nobody learns it on the way', async () => {
  const [a, b] = [await hub.member('a'), await hub.member('b')];
  const [one, two] = await tokensFor(a.token, ['Ada.Lovelace@example.org', 'x@example.org']);
  const [three, four] = await tokensFor(b.token, ['y@example.org', 'ada.lovelace@EXAMPLE.org ']);
  assert.equal(one, four);
  assert.equal(new Set([one, two, three]).size, 3);
  const [before] = epochsAround(Date.now());
  const [old] = await tokensFor(a.token, ['x@example.org'], before);
  assert.notEqual(old, two, 'tokens of two quarters cannot be compared');
});

test('plain hashes are refused on both sides', async () => {
  const lab = await hub.member('hashes');
  const hash = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';
  assert.throws(() => blindBatch('email', epoch, [hash]), { code: 'IDENTIFIER_HASHED' });
  for (const blinded of [[hash], ['x'.repeat(43)], [Buffer.alloc(32, 255).toString('base64url')]]) {
    const { status, json } = await evaluate(lab.token, { kind: 'email', epoch, blinded });
    assert.equal(status, 422);
    assert.equal(json.title, 'BLINDING_REQUEST_INVALID');
  }
});

test('what is over the budget is refused, with the time after which it is not', async () => {
  const lab = await hub.member('greedy');
  await setLimit(lab.id, 'burst', 4);
  await setLimit(lab.id, 'perSecond', 0.5);
  await tokensFor(lab.token, ['a@b.example', 'b@b.example', 'c@b.example']);
  const { request } = blindBatch('email', epoch, ['d@b.example', 'e@b.example', 'f@b.example']);
  const fast = await evaluate(lab.token, request);
  assert.equal(fast.status, 429);
  assert.equal(fast.json.title, 'BLINDING_RATE_EXCEEDED');
  const wait = Number(fast.headers.get('retry-after'));
  assert.ok(wait >= 1 && wait <= 4, String(wait));
  await setLimit(lab.id, 'perEpoch', 4);
  const spent = await evaluate(lab.token, request);
  assert.equal(spent.json.title, 'BLINDING_BUDGET_SPENT');
  assert.ok(Number(spent.headers.get('retry-after')) > 0);
  // Another kind has a budget of its own.
  const other = blindBatch('phone', epoch, ['+4930123456']);
  assert.equal((await evaluate(lab.token, other.request)).status, 200);
});

test('only vetted members, only known quarters, only what is a batch', async () => {
  const lab = await hub.member('lab');
  const { request } = blindBatch('email', epoch, ['a@b.example']);
  assert.equal((await evaluate('', request)).status, 401);
  const observer = await hub.member('observer', 'observer');
  const pending = await hub.member('pending', 'member', { vetting: 'pending' });
  for (const { token } of [observer, pending])
    assert.equal((await evaluate(token, request)).status, 403);
  assert.equal((await evaluate(lab.token, { ...request, epoch: '2001q1' })).status, 400);
  assert.equal((await evaluate(lab.token, { ...request, blinded: [] })).status, 422);
  assert.equal((await evaluate(lab.token, { ...request, more: 1 })).status, 422);
  assert.equal((await evaluate(lab.token, '{"kind":')).status, 400);
  assert.equal((await evaluate(lab.token, 'x'.repeat(70_000))).status, 413);
});

test('every evaluation is counted in the ledger, coarsely', async () => {
  const reader = readLedger(hub.hub.store.ledger.read);
  const size = async () => headOf(await reader.checkpoint()).size;
  const lab = await hub.member('counted');
  const before = await size();
  await tokensFor(
    lab.token,
    Array.from({ length: 12 }, (_, i) => `p${i}@b.example`),
  );
  assert.equal(await size(), before + 1);
  const event = decodeRecord(await reader.entry(before));
  assert.equal(event.kind, 'evaluated');
  assert.equal('count' in event && event.count, '10-99');
  assert.ok(!JSON.stringify(event).includes(lab.id));
});

test('the keys are published a quarter ahead, and stay', async () => {
  const { keys, epoch: now } = (await hub.get('/blinding/keys', '')).json;
  assert.equal(now, epoch);
  assert.equal(keys.length, 15);
  assert.equal(new Set(keys.map(({ publicKey }: KeyCommitment) => publicKey)).size, 15);
  assert.deepEqual(epochsAround(Date.UTC(2026, 0, 1)), ['2025q4', '2026q1', '2026q2']);
  assert.deepEqual(epochsAround(Date.UTC(2026, 11, 31, 23, 59)), ['2026q3', '2026q4', '2027q1']);
});
