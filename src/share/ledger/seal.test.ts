import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitment, decodeRecord } from './record.ts';
import { type HappenedEvent, seal } from './seal.ts';

const at = Date.UTC(2026, 10, 21, 1, 30, 59, 123);
const object = { id: 'indicator--1', secret: 'who may see this' };

const happened: readonly HappenedEvent[] = [
  { kind: 'accepted', at, object, contribution: { member: 'lab-a' } },
  { kind: 'refused', at, contribution: { member: 'lab-a' }, code: 'FIELD_NOT_ALLOWED' },
  { kind: 'delivered', at, batch: [{ to: 'lab-b', object: 'indicator--1' }], count: 37 },
  {
    kind: 'evaluated',
    at,
    member: { id: 'lab-a' },
    identifier: 'email',
    epoch: '2026q4',
    count: 4213,
  },
  { kind: 'retracted', at, object },
  { kind: 'membership', at, member: { id: 'lab-a' }, change: 'revoked' },
];

test('every event is sealed, and its openings open it', () => {
  for (const one of happened) {
    const { entry, event, openings } = seal(one);
    assert.deepEqual(decodeRecord(entry), event);
    assert.ok(openings.length > 0);
    const digests = event as unknown as Record<string, string>;
    for (const { field, salt, value } of openings)
      assert.equal(digests[field], commitment(field, salt, value));
  }
});

test('no value, no exact count and no second is in an entry', () => {
  const text = happened.map((one) => Buffer.from(seal(one).entry).toString()).join('\n');
  for (const leak of ['lab-', 'indicator--1', 'secret', '37', '4213', ':59', '.123'])
    assert.ok(!text.replaceAll(/"[\w-]{43}"/g, '').includes(leak), leak);
  assert.ok(text.includes('"count":"10-99"') && text.includes('"count":"1000-9999"'));
});

test('the same thing looks different each time', () => {
  const entries = Array.from({ length: 20 }, () =>
    Buffer.from(seal(happened[4]!).entry).toString(),
  );
  assert.equal(new Set(entries).size, 20);
});

test('what is not in the closed set is refused', () => {
  const more: HappenedEvent = { ...happened[4]!, ...{ note: 'x' } };
  assert.throws(() => seal(more), { code: 'LEDGER_RECORD_INVALID' });
  const code = { ...happened[1]!, code: 'lab-a lied' } as HappenedEvent;
  assert.throws(() => seal(code), { code: 'LEDGER_RECORD_INVALID' });
});
