import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { IDENTIFIER_KINDS, type IdentifierKind } from './kind.ts';
import { normalizeIdentifier } from './normalize.ts';
import { isPlainHash } from './plain-hash.ts';

const same = (kind: IdentifierKind, ...spellings: readonly string[]): string => {
  const all = new Set(spellings.map((text) => normalizeIdentifier(kind, text)));
  assert.equal(all.size, 1, [...all].join(' | '));
  return [...all][0]!;
};
const refused = (kind: IdentifierKind, text: string, code = 'IDENTIFIER_INVALID'): void =>
  assert.throws(() => normalizeIdentifier(kind, text), { code }, `${kind} ${text}`);

test('e-mail: case, subaddress, final dot, international domains, dots at gmail', () => {
  assert.equal(same('email', 'Ann@Example.org', ' ann+x+y@example.ORG. '), 'ann@example.org');
  assert.equal(
    same('email', 'a.n.n@gmail.com', 'ANN@googlemail.com', 'an.n+1@gmail.com'),
    'ann@gmail.com',
  );
  assert.equal(
    same('email', 'x@bücher.example', 'x@xn--bcher-kva.example'),
    'x@xn--bcher-kva.example',
  );
  assert.notEqual(normalizeIdentifier('email', 'a.nn@example.org'), 'ann@example.org');
  for (const text of [
    '',
    'ann',
    '@example.org',
    'ann@',
    '+x@example.org',
    'a b@example.org',
    'ann@localhost',
  ])
    refused('email', text);
});

test('phone: spellings of one international number', () => {
  assert.equal(
    same('phone', '+44 (0)20 7946-0958', '0044 20 7946 0958', '+44.20.7946.0958'),
    '+442079460958',
  );
  for (const text of ['020 7946 0958', '+0123456789', '+123', '+1234567890123456', 'call me'])
    refused('phone', text);
});

test('organization: case, punctuation and legal form', () => {
  assert.equal(
    same(
      'organization',
      'Acme Robotics, Inc.',
      'ACME  ROBOTICS',
      'acme-robotics LLC',
      'Acme Robotics Co., Ltd.',
    ),
    'acme robotics',
  );
  assert.equal(
    same('organization', 'Société Générale S.A.', 'SOCIÉTÉ GÉNÉRALE'),
    'société générale',
  );
  assert.equal(
    normalizeIdentifier('organization', '深圳市某某科技有限公司'),
    '深圳市某某科技有限公司',
  );
  refused('organization', '...');
  refused('organization', 'a');
});

test('payment: a card number is never taken, a fingerprint is', () => {
  refused('payment', '4242 4242 4242 4242');
  refused('payment', '378282246310005');
  assert.equal(normalizeIdentifier('payment', 'Xt5EWLLDS7FJjR1c'), 'Xt5EWLLDS7FJjR1c');
  assert.equal(normalizeIdentifier('payment', '4242424242424241'), '4242424242424241');
});

test('account ids keep their case, and hold neither spaces nor control characters', () => {
  assert.equal(normalizeIdentifier('account', ' acct_Ab '), 'acct_Ab');
  for (const text of ['a b', 'a\u0000b', 'a\u200bb', '\ud800', 'x'.repeat(513)])
    refused('account', text);
});

test('normalising twice changes nothing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...IDENTIFIER_KINDS),
      fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()),
      (kind, text) => {
        let once: string;
        try {
          once = normalizeIdentifier(kind, text);
        } catch {
          return;
        }
        assert.equal(normalizeIdentifier(kind, once), once);
      },
    ),
    { numRuns: 2000 },
  );
});

test('no message repeats the identifier', () => {
  for (const kind of IDENTIFIER_KINDS)
    try {
      normalizeIdentifier(kind, 'secret name\u0000@');
    } catch (error) {
      assert.ok(!(error as Error).message.includes('secret'), kind);
    }
});

const ALGORITHMS = [
  'md5',
  'sha1',
  'ripemd160',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'sha3-224',
  'sha3-256',
  'sha3-384',
  'sha3-512',
];

test('plain hashes of every usual function are recognised, bare and labelled', () => {
  let seen = 0;
  for (const name of ALGORITHMS)
    for (let i = 0; i < 50; i++) {
      const digest = createHash(name).update(`user${i}@example.org`).digest();
      const hex = digest.toString('hex');
      const spellings = [
        hex,
        hex.toUpperCase(),
        `${name}:${hex}`,
        `{${name.toUpperCase()}}${hex}`,
        ` ${hex} `,
        hex.match(/../g)!.join(':'),
      ];
      for (const text of spellings) assert.ok(isPlainHash(text), text);
      for (const text of [digest.toString('base64'), digest.toString('base64url')])
        if (isPlainHash(text)) seen++;
    }
  // Base 64 is recognised by its mix of characters: a few digests happen to have no digit.
  assert.ok(seen >= 0.97 * ALGORITHMS.length * 100, `${seen}`);
});

test('names, numbers, addresses and short ids are no hashes', () => {
  for (const text of [
    'alice@example.org',
    '+442079460958',
    'Acme Robotics, Inc.',
    'InternationalBusinessMachines',
    'sha256',
    'deadbeef',
    'acct_20',
    '2b6f0cc9-04d1-37be-2e19-730237f5664a',
    '',
  ])
    assert.ok(!isPlainHash(text), text);
});

test('hashes are refused where an address, a number or a name belongs', () => {
  const hash = createHash('sha256').update('alice@example.org').digest('hex');
  for (const kind of ['email', 'phone', 'organization'] as const)
    refused(kind, hash, 'IDENTIFIER_HASHED');
});
