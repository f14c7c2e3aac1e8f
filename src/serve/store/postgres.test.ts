import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openStore } from './open.ts';
import { startPostgres } from './postgres.test-help.ts';
import { storeSuite } from './suite.test-help.ts';

const server = await startPostgres();
after(() => server.stop());

storeSuite('postgres', async () => {
  const location = server.database();
  return { store: await openStore(location), again: () => openStore(location) };
});

test('a database that does not answer is named without its password', async () => {
  const gone = openStore('postgres://user:hunter2@127.0.0.1:1/x');
  await assert.rejects(gone, (error: Error & { code: string }) => {
    assert.equal(error.code, 'STORE_UNREACHABLE');
    assert.ok(!error.message.includes('hunter2'));
    return true;
  });
});
