import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readLedger, headOf } from '../../../share/ledger/reader.ts';
import { commitment, decodeRecord } from '../../../share/ledger/record.ts';
import { openStore } from '../../store/open.ts';
import { indicator } from '../../store/suite.test-help.ts';
import { entryOf, valuesOfEntry } from './openings.ts';
import { acceptedFacts, hubLedger, objectValue } from './record.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-hub-ledger-'));
after(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const fresh = () => openStore(join(root, String(++made)));
const now = Date.UTC(2026, 10, 21) * 1000;

test('entries are durable with what they speak of, or not at all', async () => {
  const store = await fresh();
  const ledger = await hubLedger(store, 'hub.example/ledger');
  const versions = [indicator(1), indicator(2)];
  const add = (fail: boolean) =>
    store.write(async (writing) => {
      const outcomes = await writing.addVersions(1, versions, now);
      await ledger.recordIn(writing, acceptedFacts(1, versions, outcomes, { member: 'm' }, now));
      if (fail) throw new Error('no');
      return outcomes;
    });
  const size = async () => headOf(await readLedger(store.ledger.read).checkpoint()).size;
  await assert.rejects(add(true));
  assert.equal(await size(), 0);
  const outcomes = await add(false);
  assert.equal(await size(), 2);
  await add(false);
  assert.equal(await size(), 2, 'what was there already has its entry');
  const found = await entryOf(store.records, { collection: 1, added: outcomes[1]!.added });
  assert.deepEqual(found, { index: 1, values: { contribution: { member: 'm' } } });
  const event = decodeRecord(await readLedger(store.ledger.read).entry(1));
  assert.equal(
    'object' in event && event.object,
    commitment('object', ledger.salt(1, 'object'), objectValue(versions[1]!.body)),
  );
  await store.close();
});

test('the name and the key stay, whatever the next opening wishes', async () => {
  const store = await fresh();
  const first = await hubLedger(store, 'hub.example/ledger');
  const second = await hubLedger(store, 'other.example/ledger');
  assert.equal(second.origin, 'hub.example/ledger');
  assert.equal(second.verifier.id, first.verifier.id);
  await store.close();
  const other = await fresh();
  await assert.rejects(hubLedger(other, 'not a name'), { code: 'LEDGER_KEY_UNUSABLE' });
  assert.match((await hubLedger(other)).origin, /^hub-[0-9a-f-]{36}\.invalid\/ledger$/);
  await other.close();
});

test('facts without a version keep their values, and many processes append as one', async () => {
  const store = await fresh();
  const ledgers = await Promise.all([hubLedger(store), hubLedger(store), hubLedger(store)]);
  await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      store.write((writing) =>
        ledgers[i % 3]!.recordIn(writing, [
          { kind: 'membership', at: now / 1000, member: { id: `m${i}` }, change: 'added' },
        ]),
      ),
    ),
  );
  const reader = readLedger(store.ledger.read);
  assert.equal(headOf(await reader.checkpoint()).size, 12);
  const members = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const values = await valuesOfEntry(store.records, i);
      const event = decodeRecord(await reader.entry(i));
      assert.equal(
        'member' in event && event.member,
        commitment('member', ledgers[0]!.salt(i, 'member'), values!.member),
      );
      return (values!.member as { id: string }).id;
    }),
  );
  assert.equal(new Set(members).size, 12);
  await store.close();
});

test('an object without canonical form is named by the digest of its text', () => {
  const value = objectValue('{"name":"\\ud800"}') as { sha256: string };
  assert.match(value.sha256, /^[0-9a-f]{64}$/);
});
