/** The stream as a part of a running hub: started with it, stopped with it. */
import type { Hub, Service } from '../hub.ts';
import { recordDeliveries } from './deliveries.ts';
import { sweepExpired } from './expiry.ts';
import { startWebhooks, type WebhookTimes } from './webhook-service.ts';
import { progressOf, webhooksOf } from './webhooks.ts';
import { type ConsumerState, type FanOut, type FanOutTimes, startFanOut } from './fan-out.ts';

const SWEEP_MS = 5000;

export interface StreamState {
  readonly consumers: readonly ConsumerState[];
  /** Consumers that were cut off because they took nothing, since this process started. */
  readonly cutOff: number;
  readonly webhooks: readonly {
    readonly id: string;
    readonly member: string;
    readonly disabled: string | null;
    /** Events of the log that it has yet to be served. */
    readonly behind: number;
    readonly failures: number;
  }[];
}

export interface Stream {
  readonly fanOut: FanOut;
  readonly state: () => Promise<StreamState>;
}

const streams = new WeakMap<Hub, Stream>();

export const streamOf = (hub: Hub): Stream => {
  const stream = streams.get(hub);
  if (stream === undefined) throw new Error('the stream of this hub was not started');
  return stream;
};

/** With times of its own, for tests. */
export const streamServiceWith =
  (times: FanOutTimes & WebhookTimes & { readonly deliveriesMs?: number }): Service =>
  async (hub) => {
    const fanOut = await startFanOut(hub, times);
    const stopRecording = recordDeliveries(hub, fanOut, times.deliveriesMs);
    const webhooks = startWebhooks(hub, fanOut.positions, times);
    let sweeping: Promise<unknown> | undefined;
    const sweeper = setInterval(() => {
      sweeping ??= sweepExpired(hub.store, hub.clock())
        .catch((error: unknown) =>
          hub.log.write('fault', {
            part: 'expiry',
            error: String((error as Error).stack ?? error),
          }),
        )
        .finally(() => {
          sweeping = undefined;
        });
    }, SWEEP_MS).unref();
    const stop = (): void => void fanOut.stop();
    // Open streams end as soon as the hub is told to stop: it waits for every answer to end.
    hub.stopping.addEventListener('abort', stop, { once: true });
    streams.set(hub, {
      fanOut,
      state: async () => {
        const last = await hub.store.events.last();
        const hooks = await webhooksOf(hub.store.records);
        return {
          consumers: fanOut.consumers(),
          cutOff: fanOut.cutOff(),
          webhooks: await Promise.all(
            hooks.map(async ({ id, member, disabled }) => {
              const progress = await progressOf(hub.store.records, id);
              const behind = Math.max(0, last - (progress?.seq ?? last));
              return { id, member, disabled, behind, failures: progress?.failures ?? 0 };
            }),
          ),
        };
      },
    });
    return async () => {
      clearInterval(sweeper);
      await sweeping;
      await webhooks.stop();
      await fanOut.stop();
      await stopRecording();
    };
  };

export const streamService: Service = streamServiceWith({});
