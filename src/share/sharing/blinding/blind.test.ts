import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blindBatch, finalizeBatch } from './blind.ts';
import { evaluateBatch } from './evaluate.ts';
import { epochAt, IDENTIFIER_KINDS, type IdentifierKind } from './kind.ts';
import { commitmentOf, deriveBlindingKey } from './server-key.ts';
import { mustBeToken, parseToken } from './token.ts';
import { MAX_BATCH, parseEvaluationRequest } from './wire.ts';

const root = new Uint8Array(32).fill(7);
const epoch = '2026q4';

const tokensOf = (
  kind: IdentifierKind,
  identifiers: readonly string[],
  at = epoch,
  secret = root,
) => {
  const key = deriveBlindingKey(secret, kind, at);
  const batch = blindBatch(kind, at, identifiers);
  const request = parseEvaluationRequest(JSON.parse(JSON.stringify(batch.request)));
  return finalizeBatch(batch, evaluateBatch(key, request), commitmentOf(key));
};

test('two labs get one token for one identifier, whatever its spelling and their blinds', () => {
  const [a, other] = tokensOf('email', ['Alice+spam@Example.ORG', 'bob@example.org']);
  const [b] = tokensOf('email', [' alice@example.org ']);
  assert.equal(a, b);
  assert.notEqual(a, other);
  assert.match(a!, /^swt1:email:2026q4:[\w-]{43}$/);
  assert.equal(mustBeToken(a!).kind, 'email');
});

test('another kind, epoch or root gives another token', () => {
  const [account] = tokensOf('account', ['cus_1234']);
  const values = [
    account!,
    tokensOf('payment', ['cus_1234'])[0]!,
    tokensOf('account', ['cus_1234'], '2027q1')[0]!,
    tokensOf('account', ['cus_1234'], epoch, new Uint8Array(32).fill(8))[0]!,
  ].map((token) => token.split(':')[3]);
  assert.equal(new Set(values).size, 4);
});

test('what the hub sees differs every time and is the same length for every identifier', () => {
  const short = blindBatch('account', epoch, ['a']).request.blinded[0]!;
  const again = blindBatch('account', epoch, ['a']).request.blinded[0]!;
  const long = blindBatch('account', epoch, ['a'.repeat(500)]).request.blinded[0]!;
  assert.notEqual(short, again);
  assert.equal(short.length, long.length);
});

test('keys follow from the root, one for each kind and epoch', () => {
  const all = IDENTIFIER_KINDS.flatMap((kind) =>
    ['2026q4', '2027q1'].map((at) => commitmentOf(deriveBlindingKey(root, kind, at)).publicKey),
  );
  assert.equal(new Set(all).size, 10);
  assert.equal(all[0], commitmentOf(deriveBlindingKey(root, 'payment', '2026q4')).publicKey);
  assert.throws(() => deriveBlindingKey(new Uint8Array(31), 'email', epoch), {
    code: 'BLINDING_KEY_UNUSABLE',
  });
});

test('a hub that uses another key for one member is found out', () => {
  const key = deriveBlindingKey(root, 'email', epoch);
  const forOne = deriveBlindingKey(new Uint8Array(32).fill(9), 'email', epoch);
  const batch = blindBatch('email', epoch, ['a@example.org', 'b@example.org']);
  const honest = evaluateBatch(key, batch.request);
  const refused = { code: 'BLINDING_PROOF_WRONG' };
  const finish = (response: typeof honest, committed = commitmentOf(key)) =>
    finalizeBatch(batch, response, committed);
  assert.equal(finish(honest).length, 2);
  assert.throws(() => finish(evaluateBatch(forOne, batch.request)), refused);
  assert.throws(() => finish(honest, commitmentOf(forOne)), refused);
  // Elements exchanged, repeated, missing or made up.
  const [x, y] = honest.evaluated as [string, string];
  assert.throws(() => finish({ ...honest, evaluated: [y, x] }), refused);
  assert.throws(() => finish({ ...honest, evaluated: [x, x] }), refused);
  assert.throws(() => finish({ ...honest, evaluated: [x] }), refused);
  assert.throws(() => finish({ ...honest, evaluated: [x, 'AAAA'] }), refused);
  assert.throws(() => finish({ ...honest, epoch: '2026q3' }), refused);
  const proof = Buffer.from(honest.proof, 'base64url');
  proof[40]! ^= 1;
  assert.throws(() => finish({ ...honest, proof: proof.toString('base64url') }), refused);
});

test('requests from outside are parsed, and elements outside of the group refused', () => {
  const { request } = blindBatch('phone', epoch, ['+14155550123']);
  const refused = { code: 'BLINDING_REQUEST_INVALID' };
  const key = deriveBlindingKey(root, 'phone', epoch);
  for (const wrong of [
    null,
    [],
    {},
    { ...request, kind: 'name' },
    { ...request, epoch: '2026q5' },
    { ...request, extra: 1 },
    { ...request, blinded: [] },
    { ...request, blinded: [1] },
    { ...request, blinded: ['AAAA'] },
    { ...request, blinded: Array.from({ length: MAX_BATCH + 1 }, () => request.blinded[0]) },
  ])
    assert.throws(
      () => parseEvaluationRequest(wrong),
      refused,
      JSON.stringify(wrong)?.slice(0, 80),
    );
  const identity = Buffer.alloc(32).toString('base64url');
  const noPoint = Buffer.alloc(32, 0xff).toString('base64url');
  for (const element of [identity, noPoint])
    assert.throws(() => evaluateBatch(key, { ...request, blinded: [element] }), refused);
  assert.throws(() => evaluateBatch(key, { ...request, epoch: '2026q3' }), refused);
  assert.throws(() => blindBatch('phone', epoch, []), refused);
});

test('a token has one spelling', () => {
  const [token] = tokensOf('payment', ['pf_98f2']);
  assert.ok(parseToken(token!) !== undefined);
  for (const wrong of [
    `${token}x`,
    `${token}:`,
    token!.replace('swt1', 'swt2'),
    token!.replace('payment', 'iban'),
    token!.replace('2026q4', '2026'),
    token!.slice(0, -1),
    'alice@example.org',
    'a'.repeat(64),
    '',
  ]) {
    assert.equal(parseToken(wrong), undefined, wrong);
    assert.throws(() => mustBeToken(wrong), { code: 'TOKEN_INVALID' });
  }
});

test('epochs are quarters in UTC, ordered like their texts', () => {
  assert.equal(epochAt(Date.UTC(2026, 0, 1)), '2026q1');
  assert.equal(epochAt(Date.UTC(2026, 2, 31, 23, 59, 59, 999)), '2026q1');
  assert.equal(epochAt(Date.UTC(2026, 3, 1)), '2026q2');
  assert.equal(epochAt(Date.UTC(2026, 11, 31)), '2026q4');
});
