import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReserved } from './reserved.ts';
import { routesOf } from './routes.ts';
import { startTestHub } from './taxii/hub.test-help.ts';

test('the first part of every path of the hub itself is reserved', async () => {
  const { hub, close } = await startTestHub();
  await close();
  for (const { path } of routesOf(hub)) {
    const first = path.split('/')[1]!;
    assert.ok(first.startsWith(':') || isReserved(first), path);
  }
});
