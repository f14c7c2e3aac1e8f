import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { backUp, restore } from '../../serve/hub/members/copy.ts';
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
  await assert.rejects(restore(folder, 'postgres://x/y'), { code: 'STORE_UNSUPPORTED' });
  writeFileSync(join(folder, 'hub.sqlite'), 'something else');
  await assert.rejects(restore(folder, join(root, 'third')), { code: 'BACKUP_DAMAGED' });
  await assert.rejects(restore(join(root, 'none'), join(root, 'third')), {
    code: 'INPUT_UNREADABLE',
  });
});
