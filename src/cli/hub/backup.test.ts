import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { backUp, restore } from '../../serve/hub/members/copy.ts';
import { startPostgres } from '../../serve/store/postgres.test-help.ts';
import { indicator, PLAIN, startTestHub } from '../../serve/hub/taxii/hub.test-help.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-hub-backup-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('a hub that was backed up while it ran and restored serves the same', async () => {
  const first = await startTestHub();
  const { token } = await first.member('lab');
  const objects = Array.from({ length: 20 }, (_, n) => indicator(n));
  await first.send('POST', `${PLAIN}/objects/`, token, { objects });
  const paths = ['/taxii2/', '/stillwatch/collections/', `${PLAIN}/objects/`, `${PLAIN}/manifest/`];
  const answers = async (hub: typeof first): Promise<readonly string[]> =>
    Promise.all(paths.map(async (path) => (await hub.get(path, token)).text));
  const before = await answers(first);
  const folder = join(root, 'copy');
  const manifest = await backUp(first.hub.store, folder, Date.now());
  assert.equal(manifest.contents.versions, 20);
  await assert.rejects(backUp(first.hub.store, folder, Date.now()), { code: 'OUTPUT_UNWRITABLE' });
  await first.close();
  const data = join(root, 'again');
  await restore(folder, data);
  const second = await startTestHub({ data });
  assert.deepEqual(await answers(second), before);
  assert.equal(second.hub.ledger.verifier.id, first.hub.ledger.verifier.id);
  await second.close();
  await assert.rejects(restore(folder, data), { code: 'OUTPUT_UNWRITABLE' });
  writeFileSync(join(folder, 'hub.sqlite'), 'something else');
  await assert.rejects(restore(folder, join(root, 'third')), { code: 'BACKUP_DAMAGED' });
  await assert.rejects(restore(join(root, 'none'), join(root, 'third')), {
    code: 'INPUT_UNREADABLE',
  });
});

test('from SQLite to PostgreSQL and back: every page, stream and ledger goes on where it was', async () => {
  const server = await startPostgres();
  try {
    const first = await startTestHub();
    const { token } = await first.member('lab');
    const add = (hub: typeof first, ...numbers: readonly number[]) =>
      hub.send('POST', `${PLAIN}/objects/`, token, { objects: numbers.map((n) => indicator(n)) });
    const paths = ['/taxii2/', `${PLAIN}/objects/`, `${PLAIN}/manifest/`, '/ledger/checkpoint'];
    const answers = async (hub: typeof first): Promise<readonly string[]> =>
      Promise.all(paths.map(async (path) => (await hub.get(path, token)).text));
    await add(first, ...Array.from({ length: 700 }, (_, n) => n));
    const before = await answers(first);
    const events = await first.hub.store.events.read(0, 1000);
    const there = join(root, 'there');
    await backUp(first.hub.store, there, Date.now());
    await first.close();

    const database = server.database();
    await restore(there, database);
    await assert.rejects(restore(there, database), { code: 'OUTPUT_UNWRITABLE' });
    const second = await startTestHub({ data: database });
    assert.deepEqual(await answers(second), before);
    assert.deepEqual(await second.hub.store.events.read(0, 1000), events);
    // Goes on counting where the other engine was: neither numbers nor stamps come again.
    assert.equal((await add(second, 1000)).json.success_count, 1);
    const after = await second.hub.store.events.read(events.at(-1)!.seq, 10);
    assert.equal(after[0]!.seq, events.at(-1)!.seq + 1);
    // While others write, the copy is of one moment: its ledger and its objects agree.
    const back = join(root, 'back');
    const adding = Promise.all(Array.from({ length: 20 }, (_, n) => add(second, 2000 + n)));
    const { contents } = await backUp(second.hub.store, back, Date.now());
    await adding;
    assert.ok(contents.versions >= 701);
    await second.close();

    const third = await startTestHub({ data: await restoredFolder(back) });
    const { json } = await third.get(`${PLAIN}/objects/?limit=1000`, token);
    assert.equal(json.objects.length, contents.versions);
    await third.close();
    writeFileSync(join(back, 'hub.sqlite'), 'something else');
    const empty = server.database();
    await assert.rejects(restore(back, empty), { code: 'BACKUP_DAMAGED' });
    await restore(there, empty);
  } finally {
    await server.stop();
  }
});

const restoredFolder = async (backup: string): Promise<string> => {
  const data = join(root, 'third');
  await restore(backup, data);
  return data;
};
