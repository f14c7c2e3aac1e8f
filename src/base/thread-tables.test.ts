import assert from 'node:assert/strict';
import { once } from 'node:events';
import { it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { builtOnce } from './thread-tables.ts';

it('hands a table to the threads started after it was built, which do not build it again', async () => {
  assert.deepEqual(await builtOnce('test', () => Uint8Array.of(1, 2)), Uint8Array.of(1, 2));
  const code = `
    import { parentPort } from 'node:worker_threads';
    import { builtOnce } from ${JSON.stringify(new URL('./thread-tables.ts', import.meta.url).href)};
    const build = () => 'built again';
    parentPort.postMessage([await builtOnce('test', build), await builtOnce('other', build)]);
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const [message] = await once(worker, 'message');
  assert.deepEqual(message, [Uint8Array.of(1, 2), 'built again']);
  await worker.terminate();
});
