import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { openStore } from './open.ts';
import { indicator, selection, storeSuite } from './suite.test-help.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-store-'));
after(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const folder = (): string => join(root, String(++made));

storeSuite('sqlite', async () => {
  const place = folder();
  return { store: await openStore(place), again: () => openStore(place) };
});

test('only the owner may read the database', async () => {
  const place = folder();
  await (await openStore(place)).close();
  assert.equal(statSync(join(place, 'hub.sqlite')).mode & 0o077, 0);
});

test('a backup taken while others write opens as a store', async () => {
  const store = await openStore(folder());
  const writing = store.write(({ addVersions }) => addVersions(1, [indicator(1)], 1));
  await writing;
  const copy = folder();
  await store.backup(copy);
  await store.close();
  const restored = await openStore(copy);
  assert.equal((await restored.page(selection([1]), 5)).rows.length, 1);
  await restored.close();
});

test('a database of a later version is refused, and so is a folder that cannot be made', async () => {
  const place = folder();
  await (await openStore(place)).close();
  const database = new DatabaseSync(join(place, 'hub.sqlite'));
  database.exec('INSERT INTO migrations (step) VALUES (99)');
  database.close();
  await assert.rejects(openStore(place), { code: 'STORE_TOO_NEW' });
  await assert.rejects(openStore('/dev/null/x'), { code: 'STORE_UNREACHABLE' });
});
