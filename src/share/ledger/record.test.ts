import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bucketOf,
  COMMITTED_FIELDS,
  commitment,
  decodeRecord,
  encodeRecord,
  LEDGER_EVENT_KINDS,
  type LedgerEvent,
  minuteOf,
} from './record.ts';

const digest = Buffer.alloc(32, 5).toString('base64url');
const at = '2026-11-21T01:30Z';
const one: Record<(typeof LEDGER_EVENT_KINDS)[number], LedgerEvent> = {
  accepted: { kind: 'accepted', at, object: digest, contribution: digest },
  refused: { kind: 'refused', at, contribution: digest, code: 'FIELD_NOT_ALLOWED' },
  delivered: { kind: 'delivered', at, batch: digest, count: '10-99' },
  evaluated: {
    kind: 'evaluated',
    at,
    member: digest,
    identifier: 'email',
    epoch: '2026q4',
    count: '2-9',
  },
  retracted: { kind: 'retracted', at, object: digest },
  membership: { kind: 'membership', at, member: digest, change: 'key-revoked' },
};
const invalid = { code: 'LEDGER_RECORD_INVALID' };

test('each event is written as canonical JSON and read again', () => {
  assert.deepEqual(Object.keys(one), LEDGER_EVENT_KINDS);
  for (const event of Object.values(one))
    assert.deepEqual(decodeRecord(encodeRecord(event)), event);
  assert.equal(
    Buffer.from(encodeRecord(one.retracted)).toString(),
    `{"at":"${at}","kind":"retracted","object":"${digest}"}`,
  );
});

test('nothing else fits: each field bent, left out or added', () => {
  const hostile = [
    '',
    'lab-a',
    'alice@example.org',
    '12',
    12,
    null,
    {},
    `${digest}=`,
    'x'.repeat(43),
    '2026-11-21T01:30:05Z',
    '2026-13-01T00:00Z',
  ];
  for (const event of Object.values(one)) {
    for (const name of Object.keys(event)) {
      for (const value of hostile)
        assert.throws(
          () => encodeRecord({ ...event, [name]: value } as LedgerEvent),
          invalid,
          `${event.kind}.${name} ${value}`,
        );
      const { [name as 'at']: _, ...without } = event;
      assert.throws(() => encodeRecord(without as LedgerEvent), invalid);
    }
    assert.throws(() => encodeRecord({ ...event, ...{ note: 'x' } }), invalid);
  }
});

test('an entry that is not canonical, or no JSON, is refused', () => {
  const text = Buffer.from(encodeRecord(one.retracted)).toString();
  const { at: time, kind, object } = one.retracted as { at: string; kind: string; object: string };
  for (const wrong of [
    `${text} `,
    ` ${text}`,
    `\ufeff${text}`,
    text.slice(1),
    '[]',
    'null',
    '1',
    JSON.stringify({ kind, at: time, object }),
  ])
    assert.throws(() => decodeRecord(Buffer.from(wrong)), invalid, wrong);
  assert.throws(() => decodeRecord(Buffer.of(0xff)), invalid);
});

test('a commitment depends on field, salt and value, not on the order of keys', () => {
  const salt = Buffer.alloc(32, 1);
  const value = { a: 1, b: 2 };
  const all = [
    ...COMMITTED_FIELDS.map((field) => commitment(field, salt, value)),
    commitment('object', Buffer.alloc(32, 2), value),
    commitment('object', salt, { a: 1, b: 3 }),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.equal(commitment('object', salt, { b: 2, a: 1 }), all[0]);
  assert.throws(() => commitment('object', Buffer.alloc(31), value), invalid);
});

test('times and counts are made coarse', () => {
  assert.equal(minuteOf(Date.UTC(2026, 10, 21, 1, 30, 59, 999)), at);
  const counts = [0, 1, 2, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 1e9];
  assert.deepEqual(counts.map(bucketOf), [
    '0',
    '1',
    '2-9',
    '2-9',
    '10-99',
    '10-99',
    '100-999',
    '100-999',
    '1000-9999',
    '1000-9999',
    '10000+',
    '10000+',
  ]);
});
