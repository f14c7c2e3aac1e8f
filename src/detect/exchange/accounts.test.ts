import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { readAccounts } from './accounts.ts';
import { coded, scratchFolder } from './test-help.ts';

const write = scratchFolder();
const full = {
  account_id: 'a',
  created_at: '2026-02-01T00:00:00Z',
  payment_fingerprint: 'pf-1',
  email_domain: 'Example.COM',
  tier: 'free',
  organization_id: 12,
  segment: 'api',
  attestation: 'research agreement 7',
};
const record = {
  accountId: 'a',
  createdAt: Date.UTC(2026, 1, 1),
  paymentFingerprint: 'pf-1',
  emailDomain: 'example.com',
  tier: 'free',
  organizationId: '12',
  segment: 'api',
  attestation: 'research agreement 7',
};

test('JSON lines, compressed, and CSV give the same records', async () => {
  const json = `${JSON.stringify(full)}\n{"account_id":7}\n`;
  const csv = `${Object.keys(full).join(',')}\n${Object.values(full).join(',')}\n7,,,,,,,\n`;
  for (const content of [json, zstdCompressSync(json), csv]) {
    const { accounts, rejected } = await readAccounts(write('accounts', content));
    assert.deepEqual(rejected, []);
    assert.deepEqual(accounts.get('a'), record);
    assert.equal(accounts.get('7')!.createdAt, null);
    assert.equal(accounts.size, 2);
  }
});

test('bad rows are reported, a bad date leaves its row standing, the last row of an account counts', async () => {
  const text =
    '{"account_id":"a","tier":"x"}\n{"tier":"y"}\nnonsense\n{"account_id":"b","created_at":"soon"}\n{"account_id":"a","tier":"z"}\n';
  const { accounts, rejected } = await readAccounts(write('mixed', text));
  assert.deepEqual(
    rejected.map((r) => `${r.line}:${r.reason}`),
    ['2:ACCOUNT_MISSING', '3:ROW_NOT_JSON', '4:TIMESTAMP_INVALID'],
  );
  assert.equal(accounts.get('a')!.tier, 'z');
  assert.equal(accounts.get('b')!.createdAt, null);
});

test('what cannot be read is ACCOUNTS_UNREADABLE', async () => {
  await assert.rejects(readAccounts('no-such-file'), coded('ACCOUNTS_UNREADABLE', /no-such-file/));
  await assert.rejects(readAccounts(write('empty', '')), coded('ACCOUNTS_UNREADABLE'));
  await assert.rejects(
    readAccounts(write('other', '{"id":1}\n')),
    coded('ACCOUNTS_UNREADABLE', /ACCOUNT_MISSING/),
  );
});
