/** Lag of the streams and webhooks, for whoever may see the counts of the store. */
import { Gauge, type Registry } from 'prom-client';
import type { Hub } from '../hub.ts';
import { streamOf } from './service.ts';

export const addStreamMetrics = (hub: Hub, registry: Registry): void => {
  const gauge = (name: string, help: string, value: () => number | Promise<number>): Gauge =>
    new Gauge({
      name: `stillwatch_hub_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(await value());
      },
    });
  const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0);
  const consumers = () => streamOf(hub).fanOut.consumers();
  const webhooks = async () => (await streamOf(hub).state()).webhooks;
  gauge('stream_consumers', 'Open streams of this process.', () => consumers().length);
  gauge('stream_lag_events', 'Events that the slowest stream of this process is behind.', () =>
    most(consumers().map(({ behind }) => behind)),
  );
  gauge('stream_waiting_bytes', 'Bytes that wait for the clients of this process.', () =>
    consumers().reduce((sum, { waitingBytes }) => sum + waitingBytes, 0),
  );
  gauge(
    'stream_cut_off',
    'Streams cut off because their client took nothing, since the start.',
    () => streamOf(hub).fanOut.cutOff(),
  );
  gauge('webhook_lag_events', 'Events that the slowest served webhook is behind.', async () =>
    most(
      (await webhooks()).filter(({ disabled }) => disabled === null).map(({ behind }) => behind),
    ),
  );
  gauge(
    'webhooks_disabled',
    'Webhooks that are disabled.',
    async () => (await webhooks()).filter(({ disabled }) => disabled !== null).length,
  );
};
