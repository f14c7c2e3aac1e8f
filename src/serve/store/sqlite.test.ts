import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { openStore } from './open.ts';
import { selectionSql } from './selection-sql.ts';
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

test('what is asked for by id is found by the index on ids, never by going through a collection', async () => {
  const place = folder();
  await (await openStore(place)).close();
  const database = new DatabaseSync(join(place, 'hub.sqlite'));
  const plan = (more: Parameters<typeof selection>[1]): readonly string[] => {
    const { text, params } = selectionSql(selection([1], more), 'all', 9)!;
    return database
      .prepare(`EXPLAIN QUERY PLAN ${text}`)
      .all(...params)
      .map(({ detail }) => String(detail));
  };
  for (const versions of [['last'], ['first'], ['all']] as const)
    for (const specVersions of [undefined, ['2.1']])
      for (const step of plan({ ids: ['a', 'b'], after: 1, versions, specVersions }))
        assert.doesNotMatch(step, /versions_added|versions_page|versions_type|SCAN [vw]/);
  for (const step of plan({ after: 1, versions: ['first'] }))
    assert.doesNotMatch(step, /versions_added|SEARCH w USING INDEX versions_page|SCAN [vw]/);
  database.close();
});

test('an empty poll is answered from memory until anybody commits', async () => {
  const place = folder();
  const [store, other] = [await openStore(place), await openStore(place)];
  const poll = async () => (await store.page(selection([1], { after: 5000 }), 9)).rows.length;
  assert.equal(await poll(), 0);
  await store.write(({ addVersions }) => addVersions(1, [indicator(1)], 6000));
  assert.equal(await poll(), 1);
  assert.equal((await store.page(selection([1], { after: 6000 }), 9)).rows.length, 0);
  await other.write(({ addVersions }) => addVersions(1, [indicator(2)], 7000));
  // What another process commits is seen a moment later.
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal((await store.page(selection([1], { after: 6000 }), 9)).rows.length, 1);
  await Promise.all([store.close(), other.close()]);
});
