import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ErrorCode } from '../../../base/errors.ts';
import {
  type ContributionContext,
  signContribution,
  verifyContribution,
  verifyObjects,
} from './contribution.ts';
import { privateKeyOf, rawPublicKey, signBytes } from './ed25519.ts';
import { envelopeBytes, parseContribution, type SignedContribution } from './envelope.ts';
import { signRotation, verifyRotation } from './key-rotation.ts';
import { knownKeys, type MemberKey, memberKey, memberKeyId } from './member-key.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;
const seedKey = (n: number) => privateKeyOf(new Uint8Array(32).fill(n));
const [mine, theirs, fresh] = [seedKey(1), seedKey(2), seedKey(3)] as const;
const registered = (member: string, key: typeof mine, rest: Partial<MemberKey> = {}): MemberKey =>
  memberKey({ member, publicKey: rawPublicKey(key), validFrom: 0, ...rest });

const base = { hub: 'hub.example/ledger', collection: 'c-1', member: 'lab-a' };
const objects = [{ b: 1, a: [1, 2] }, { id: 'x' }];
const context = (rest: Partial<ContributionContext> = {}): ContributionContext => ({
  ...base,
  keys: knownKeys([registered('lab-a', mine), registered('lab-b', theirs)]),
  now: NOW,
  isUsed: () => false,
  ...rest,
});
const signed = (rest: object = {}, key = mine): SignedContribution =>
  signContribution({ ...base, created: NOW, objects, ...rest }, key);
const wire = (value: SignedContribution): SignedContribution =>
  parseContribution(JSON.parse(JSON.stringify(value)));
const refused = (code: ErrorCode, value: SignedContribution, rest = {}): void =>
  assert.throws(() => verifyContribution(wire(value), context(rest)), { code }, code);

test('RFC 8032 section 7.1, test 1: keys and signature', () => {
  const key = privateKeyOf(
    Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
  );
  assert.equal(
    Buffer.from(rawPublicKey(key)).toString('hex'),
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  );
  assert.equal(
    Buffer.from(signBytes(key, Buffer.alloc(0))).toString('hex'),
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
});

test('one signature over many objects, whatever the order of their keys', () => {
  const result = verifyContribution(wire(signed()), context());
  assert.equal(result.key.member, 'lab-a');
  assert.equal(result.remember.until, NOW + 12 * MINUTE);
  verifyObjects(result.envelope, [{ a: [1, 2], b: 1 }, { id: 'x' }]);
});

test('objects that are changed, missing, added or exchanged are refused', () => {
  const { envelope } = signed();
  const [one, two] = objects as [object, object];
  for (const wrong of [[one], [two, one], [one, two, two], [one, { id: 'y' }], []])
    assert.throws(() => verifyObjects(envelope, wrong), { code: 'CONTRIBUTION_DIFFERS' });
});

test('forged: any change of the envelope, another key, another member', () => {
  const good = signed();
  const bent = (change: object) => ({ ...good, envelope: { ...good.envelope, ...change } });
  refused('CONTRIBUTION_FORGED', bent({ created: new Date(NOW - 1).toISOString() }));
  refused('CONTRIBUTION_FORGED', bent({ nonce: Buffer.alloc(16).toString('base64url') }));
  refused('CONTRIBUTION_FORGED', bent({ objects: [good.envelope.objects[1]] }));
  refused('CONTRIBUTION_MISDIRECTED', bent({ hub: 'other.example' }));
  refused('CONTRIBUTION_MISDIRECTED', bent({ collection: 'c-2' }));
  refused('CONTRIBUTION_MISDIRECTED', bent({ member: 'lab-b' }));
  refused('CONTRIBUTION_KEY_UNKNOWN', signed({}, fresh));
  // lab-b signs correctly, in the name of lab-a.
  refused('CONTRIBUTION_KEY_UNKNOWN', signed({}, theirs));
  const copied = {
    ...good,
    envelope: { ...good.envelope, key: memberKeyId(rawPublicKey(theirs)) },
  };
  refused('CONTRIBUTION_KEY_UNKNOWN', copied);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 511 }), (bit) => {
      const signature = Buffer.from(good.signature, 'base64url');
      signature[bit >> 3]! ^= 1 << (bit & 7);
      refused('CONTRIBUTION_FORGED', { ...good, signature: signature.toString('base64url') });
    }),
  );
});

test('a signature over the same bytes for another purpose does not pass', () => {
  const good = signed();
  const other = { ...good.envelope, type: 'stillwatch-key-rotation' };
  const signature = Buffer.from(signBytes(mine, envelopeBytes(other as never))).toString(
    'base64url',
  );
  refused('CONTRIBUTION_FORGED', { ...good, signature });
  const whole = { envelope: other, signature };
  assert.throws(() => parseContribution(whole), { code: 'CONTRIBUTION_MALFORMED' });
});

test('back-dated and post-dated submissions are refused at the millisecond', () => {
  const at = (offset: number) => signed({ created: NOW + offset });
  verifyContribution(at(-10 * MINUTE), context());
  verifyContribution(at(2 * MINUTE), context());
  refused('CONTRIBUTION_BACKDATED', at(-10 * MINUTE - 1));
  refused('CONTRIBUTION_BACKDATED', at(2 * MINUTE + 1));
});

test('a replay is refused, and only a signed one can ask', () => {
  const used = new Set<string>();
  const isUsed = (nonce: string): boolean => used.has(nonce);
  const good = signed();
  used.add(verifyContribution(good, context({ isUsed })).remember.nonce);
  refused('CONTRIBUTION_REPLAYED', good, { isUsed });
  verifyContribution(signed(), context({ isUsed }));
  const asked: string[] = [];
  const bad = { ...good, signature: Buffer.alloc(64).toString('base64url') };
  refused('CONTRIBUTION_FORGED', bad, { isUsed: (nonce: string) => asked.push(nonce) > 0 });
  assert.deepEqual(asked, []);
  // What may be forgotten is too old to be accepted.
  const { until } = verifyContribution(good, context()).remember;
  refused('CONTRIBUTION_BACKDATED', good, { now: until });
});

test('keys sign within their window only, and a revoked key not even with an old date', () => {
  const withKey = (rest: Partial<MemberKey>) => ({
    keys: knownKeys([registered('lab-a', mine, rest)]),
  });
  verifyContribution(signed(), context(withKey({ validFrom: NOW, validUntil: NOW + 1 })));
  refused('CONTRIBUTION_KEY_REFUSED', signed(), withKey({ validFrom: NOW + 1 }));
  refused('CONTRIBUTION_KEY_REFUSED', signed(), withKey({ validUntil: NOW }));
  // Signed while the key was valid, received when it no longer was.
  const late = { ...withKey({ validUntil: NOW + 1 }), now: NOW + 5 };
  refused('CONTRIBUTION_KEY_REFUSED', signed(), late);
  refused(
    'CONTRIBUTION_KEY_REFUSED',
    signed({ created: NOW - MINUTE }),
    withKey({ revokedAt: NOW }),
  );
});

test('what comes from outside is parsed', () => {
  const good = signed();
  const bent = (change: object) => ({ ...good, envelope: { ...good.envelope, ...change } });
  for (const wrong of [
    null,
    [good],
    { ...good, more: 1 },
    { envelope: good.envelope },
    { ...good, signature: `${good.signature}=` },
    bent({ extra: 1 }),
    bent({ version: 2 }),
    bent({ type: 'stillwatch-key-rotation' }),
    bent({ created: '2026-11-21' }),
    bent({ created: '2026-02-30T00:00:00.000Z' }),
    bent({ nonce: 'AAAA' }),
    bent({ objects: [] }),
    bent({ objects: 'x'.repeat(43) }),
    bent({ objects: ['ff'] }),
    bent({ objects: Array.from({ length: 10_001 }, () => good.envelope.objects[0]) }),
    bent({ member: '' }),
    bent({ member: { toString: 1 } }),
  ])
    assert.throws(() => parseContribution(wrong), { code: 'CONTRIBUTION_MALFORMED' });
});

test('a key that cannot be one is refused', () => {
  const code = 'MEMBER_KEY_UNUSABLE';
  for (const publicKey of ['', 'AAAA', new Uint8Array(31)])
    assert.throws(() => memberKey({ member: 'm', publicKey, validFrom: 0 }), { code });
  assert.throws(() => registered('m', mine, { validFrom: 5, validUntil: 5 }), { code });
});

test('rotation: both keys sign, the old one ends after the overlap', () => {
  const about = { hub: base.hub, member: 'lab-a', created: NOW };
  const rotation = signRotation(about, mine, fresh);
  const keys = knownKeys([registered('lab-a', mine), registered('lab-b', theirs)]);
  const now = { ...about, keys, now: NOW, overlap: MINUTE };
  const { ended, begun } = verifyRotation(rotation, now);
  assert.equal(ended.validUntil, NOW + MINUTE);
  assert.equal(begun.id, memberKeyId(rawPublicKey(fresh)));
  const after = { keys: knownKeys([ended, begun]), now: NOW + 2 * MINUTE };
  verifyContribution(signed({ created: after.now }, fresh), context(after));
  refused('CONTRIBUTION_KEY_REFUSED', signed({ created: after.now }), after);

  const code = 'MEMBER_KEY_ROTATION_REFUSED';
  const no = (value: typeof rotation, rest = {}) =>
    assert.throws(() => verifyRotation(value, { ...now, ...rest }), { code });
  no(rotation, { hub: 'other' });
  no(rotation, { member: 'lab-b' });
  no(rotation, { now: NOW + 11 * MINUTE });
  no(rotation, { keys: knownKeys([ended, begun]) });
  no(rotation, { keys: knownKeys([registered('lab-a', mine, { revokedAt: NOW })]) });
  no({ ...rotation, signatures: { ...rotation.signatures, to: rotation.signatures.from } });
  no({ ...rotation, signatures: { ...rotation.signatures, from: rotation.signatures.to } });
  no(signRotation(about, theirs, fresh));
  no({ ...rotation, rotation: { ...rotation.rotation, created: 'now' } });
});
