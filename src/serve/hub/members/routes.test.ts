import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newPrivateKey, rawPublicKey } from '../../../share/sharing/signing/ed25519.ts';
import { signRotation } from '../../../share/sharing/signing/key-rotation.ts';
import { startTestHub, type TestHub } from '../taxii/hub.test-help.ts';
import { memberRoutes } from './routes.ts';

let hub: TestHub;
before(async () => {
  hub = await startTestHub();
});
after(() => hub.close());
const api = (method: string, path: string, body?: unknown, token = hub.operator) =>
  hub.send(method, `/api${path}`, token, body);

test('an operator adds, vets, equips and revokes a member over HTTP', async () => {
  const added = await api('POST', '/members', { name: 'Lab A', tier: 'member' });
  assert.equal(added.status, 201);
  const { id } = added.json;
  assert.equal((await api('PUT', `/members/${id}`, { vetting: 'vetted' })).json.vetting, 'vetted');
  const issued = await api('POST', `/members/${id}/tokens`, { label: 'ci', expires: null });
  const { token } = issued.json;
  assert.equal((await hub.get('/taxii2/', token)).status, 200);
  const group = (await api('POST', '/groups', { name: 'circle' })).json;
  await api('PUT', `/groups/${group.id}/members/${id}`);
  const key = newPrivateKey();
  const publicKey = Buffer.from(rawPublicKey(key)).toString('base64url');
  const kept = await api('POST', `/members/${id}/keys`, { public_key: publicKey });
  assert.equal(kept.status, 201);
  const next = newPrivateKey();
  const about = { hub: hub.hub.ledger.origin, member: id, created: Date.now() };
  assert.equal((await api('PUT', '/key', signRotation(about, key, next), token)).status, 200);
  assert.equal((await api('PUT', '/key', signRotation(about, key, next), token)).status, 422);
  const shown = (await api('GET', `/members/${id}`)).json;
  assert.equal(shown.keys.length, 2);
  assert.equal(shown.groups.length, 1);
  assert.ok(!JSON.stringify(shown).includes(token));
  assert.equal((await api('DELETE', `/tokens/${issued.json.id}`)).status, 200);
  assert.equal((await hub.get('/taxii2/', token)).status, 401);
  assert.equal((await api('PUT', `/members/${id}`, { vetting: 'revoked' })).status, 200);
  assert.equal((await api('PUT', `/members/${id}`, { vetting: 'vetted' })).status, 409);
});

test('nobody else may, whatever is asked for', async () => {
  const lab = await hub.member('lab');
  const auditor = await hub.member('auditor', 'auditor');
  const path = (route: string) => route.replace(/:\w+/g, lab.id);
  for (const { method, path: route, name } of memberRoutes(hub.hub)) {
    if (name === 'keyRotate') continue;
    const body = method === 'GET' ? undefined : {};
    for (const token of [lab.token, auditor.token])
      assert.equal((await hub.send(method, path(route), token, body)).status, 403, name);
    assert.equal((await hub.send(method, path(route), 'swt_x', body)).status, 401, name);
  }
});

test('what cannot be understood is refused with every fault', async () => {
  const wrong = await api('POST', '/members', { name: 7, tier: 'king' });
  assert.equal(wrong.status, 400);
  assert.match(wrong.json.description, /name: expected text.*tier: expected one of/);
  assert.equal((await api('POST', '/members', '{"a":1,"a":2}')).status, 400);
  assert.equal((await api('GET', '/members/nobody')).status, 404);
  await api('POST', '/members', { name: 'Twice', tier: 'member' });
  assert.equal((await api('POST', '/members', { name: 'Twice', tier: 'member' })).status, 409);
});
