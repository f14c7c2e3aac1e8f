/**
 * Blinded tokens of this lab's own payment instruments: made through the hub in batches, ahead of need,
 * each once per quarter. They are kept under keyed digests, so the store is no list of instruments.
 */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { StillwatchError } from '../../../base/errors.ts';
import { type Epoch, epochAt } from '../../../share/sharing/blinding/kind.ts';
import { identifierInput } from '../../../share/sharing/blinding/normalize.ts';
import type { KeyCommitment } from '../../../share/sharing/blinding/server-key.ts';
import type { Store } from '../../store/store.ts';
import type { FromBlinder, ToBlinder } from './blinding-worker.ts';
import { type Change, load, save } from './kept.ts';
import type { HubLink } from './link.ts';

/** Elements in one request: short enough that what is urgent does not wait long. */
const BATCH = 64;
/** Instruments blinded per quarter at most; the hub has a budget of its own. */
const MOST = 200_000;
const LATER_MS = 15_000;

export interface Blinder {
  /** Instruments that shall have tokens; those named first come first. */
  readonly want: (payments: Iterable<string>) => void;
  /** Tokens there are: of this quarter, and of the one before as long as they are kept. */
  readonly tokensOf: (payment: string) => readonly string[];
  readonly made: () => number;
  readonly pending: () => number;
  readonly close: () => Promise<void>;
}

export interface BlinderOptions {
  readonly store: Store;
  readonly link: HubLink;
  /** Of the digests under which tokens are kept. */
  readonly secret: Uint8Array;
  readonly clock: () => number;
  /** New tokens are there. */
  readonly onTokens: (payments: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
}

export const openBlinder = async (options: BlinderOptions): Promise<Blinder> => {
  const { store, link, secret, clock, onTokens, onError } = options;
  const kept = new Map(
    [...(await load<{ readonly token: string }>(store, 'share-token'))].map(
      ([id, { token }]) => [id, token] as const,
    ),
  );
  const queue = new Map<string, string>();
  let worker: Worker | undefined;
  let commitments: readonly KeyCommitment[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let closed = false;

  const makeId = (epoch: Epoch, payment: string): string | undefined => {
    try {
      const input = identifierInput('payment', payment);
      return `${epoch}/${createHmac('sha256', secret).update(`${epoch}\0`).update(input).digest('base64url')}`;
    } catch {
      return undefined; // no instrument of a kind that can be blinded
    }
  };
  /** Ids that were made: all instruments are asked for whenever an indicator comes. */
  const ids = new Map<string, string | undefined>();
  const idOf = (epoch: Epoch, payment: string): string | undefined => {
    const name = `${epoch}/${payment}`;
    if (ids.has(name)) return ids.get(name);
    // Of two quarters; what is older goes with the rest.
    if (ids.size >= 2 * MOST) ids.clear();
    const id = makeId(epoch, payment);
    ids.set(name, id);
    return id;
  };
  const before = (epoch: Epoch): Epoch =>
    epoch.endsWith('1')
      ? `${Number(epoch.slice(0, 4)) - 1}q4`
      : `${epoch.slice(0, 5)}${Number(epoch.slice(5)) - 1}`;

  const askWorker = async (message: ToBlinder): Promise<FromBlinder> => {
    worker ??= new Worker(new URL('./blinding-worker.ts', import.meta.url));
    worker.unref();
    worker.postMessage(message);
    const [answer] = (await once(worker, 'message')) as [FromBlinder];
    return answer;
  };
  const failed = (answer: FromBlinder): StillwatchError =>
    new StillwatchError(
      'BLINDING_PROOF_WRONG',
      `A batch could not be blinded: ${'failed' in answer ? answer.failed : 'no answer'}`,
      'Nothing was shared of it; ask the operator of the hub.',
    );

  /** How long to wait before the next batch. */
  const step = async (): Promise<number> => {
    const epoch = epochAt(clock());
    const batch = [...queue].slice(0, BATCH);
    const identifiers = batch.map(([, payment]) => payment);
    if (!commitments.some((one) => one.kind === 'payment' && one.epoch === epoch))
      commitments = await link.commitments();
    const committed = commitments.find((one) => one.kind === 'payment' && one.epoch === epoch);
    if (committed === undefined) return LATER_MS;
    const blinded = await askWorker({ type: 'blind', kind: 'payment', epoch, identifiers });
    if (!('request' in blinded)) throw failed(blinded);
    const response = await link.evaluate(blinded.request);
    if ('retryAfterMs' in response) return response.retryAfterMs;
    const done = await askWorker({ type: 'finalize', response, committed });
    if (!('tokens' in done)) throw failed(done);
    const changes = batch.map(([id], i): Change => {
      const token = done.tokens[i]!;
      kept.set(id, token);
      queue.delete(id);
      return { kind: 'share-token', id, value: { token } };
    });
    await save(store, changes);
    onTokens(identifiers);
    return 0;
  };
  const run = async (): Promise<void> => {
    while (!closed && queue.size > 0) {
      let wait = LATER_MS;
      try {
        wait = await step();
      } catch (error) {
        if (closed) return;
        // A hub that is away is no fault; what cannot be proven is.
        if (!(error instanceof StillwatchError) || error.code === 'BLINDING_PROOF_WRONG')
          onError(error);
      }
      if (wait === 0) continue;
      timer = setTimeout(start, wait);
      timer.unref();
      return;
    }
  };
  const start = (): void => {
    clearTimeout(timer);
    running ??= run().finally(() => {
      running = null;
    });
  };
  return {
    want: (payments) => {
      const epoch = epochAt(clock());
      for (const payment of payments) {
        if (kept.size + queue.size >= MOST) break;
        const id = idOf(epoch, payment);
        if (id !== undefined && !kept.has(id)) queue.set(id, payment);
      }
      if (queue.size > 0 && running === null) start();
    },
    tokensOf: (payment) => {
      const epoch = epochAt(clock());
      return [epoch, before(epoch)].flatMap((one) => kept.get(idOf(one, payment) ?? '') ?? []);
    },
    made: () => kept.size,
    pending: () => queue.size,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await worker?.terminate();
      // A question to the worker that was ended never comes back: nothing waits for it.
    },
  };
};
