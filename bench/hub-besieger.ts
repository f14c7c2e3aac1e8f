/** A thread of its own for attackers, so that the client beside them is timed and not they. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Attack, besiege } from '../tests/hub-hostile.test-help.ts';

const { url, token, attacks } = workerData as {
  readonly url: string;
  readonly token: string;
  /** `eager`: ordinary clients that read pages without a pause. */
  readonly attacks: readonly Attack[] | 'eager';
};

const crowd = (): (() => Promise<unknown>) => {
  let over = false;
  const path = `${url}/stillwatch/collections/plain/objects/?limit=100`;
  const eager = Array.from({ length: 8 }, async () => {
    while (!over)
      await (await fetch(path, { headers: { Authorization: `Bearer ${token}` } })).text();
  });
  return () => {
    over = true;
    return Promise.all(eager);
  };
};

const stop = attacks === 'eager' ? crowd() : besiege(url, token, attacks).stop;
parentPort!.once('message', async () => {
  await stop();
  process.exit();
});
