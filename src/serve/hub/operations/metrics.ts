/** Prometheus metrics. What anybody may read says nothing of members, objects or audiences. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Observed } from '../http/server.ts';
import type { Hub } from '../hub.ts';
import { prunedBy } from './pruning.ts';
import { addStreamMetrics } from '../stream/metrics.ts';

export interface Metrics {
  readonly observe: (observed: Observed) => void;
  /** @param inner whether the counts of the store are told too */
  readonly text: (inner: boolean) => Promise<string>;
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
/** Counting a million objects takes a moment: once in this time is enough. */
const COUNTS_MS = 30_000;

const metrics = new WeakMap<Hub, Metrics>();

/** The metrics of a hub; the same ones whoever asks. */
export const metricsOf = (hub: Hub): Metrics => {
  const known = metrics.get(hub);
  if (known !== undefined) return known;
  const made = make(hub);
  metrics.set(hub, made);
  return made;
};

const make = (hub: Hub): Metrics => {
  const { store, clock, log } = hub;
  const open = new Registry();
  const inner = new Registry();
  addStreamMetrics(hub, inner);
  collectDefaultMetrics({ register: open, prefix: 'stillwatch_hub_' });
  const requests = new Counter({
    name: 'stillwatch_hub_requests_total',
    help: 'Requests answered, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    registers: [open],
  });
  const seconds = new Histogram({
    name: 'stillwatch_hub_request_seconds',
    help: 'Time from the first byte of a request to its answer, by route.',
    labelNames: ['route'],
    buckets: SECONDS,
    registers: [open],
  });
  for (const what of ['events', 'statuses'] as const)
    new Gauge({
      name: `stillwatch_hub_pruned_${what}`,
      help: `Old ${what} that this process has pruned since its start.`,
      registers: [inner],
      collect() {
        this.set(prunedBy(hub)[what]);
      },
    });
  let counted = Number.NEGATIVE_INFINITY;
  const versions = new Gauge({
    name: 'stillwatch_hub_object_versions',
    help: 'Stored versions of objects, by collection.',
    labelNames: ['collection'],
    registers: [inner],
  });
  const members = new Gauge({
    name: 'stillwatch_hub_members',
    help: 'Members, by tier and vetting.',
    labelNames: ['tier', 'vetting'],
    registers: [inner],
  });
  const events = new Gauge({
    name: 'stillwatch_hub_events_last',
    help: 'Number of the last event of the durable log.',
    registers: [inner],
  });
  const count = async (): Promise<void> => {
    const now = clock();
    if (now - counted < COUNTS_MS) return;
    counted = now;
    const collections = await store.records.list('collection');
    const byKey = new Map((await store.counts()).map((one) => [one.collection, one.versions]));
    versions.reset();
    for (const { value } of collections)
      versions.set({ collection: value.id }, byKey.get(value.key) ?? 0);
    members.reset();
    for (const { value } of await store.records.list('member'))
      members.inc({ tier: value.tier, vetting: value.vetting });
    events.set(await store.events.last());
  };
  const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
  return {
    observe: ({ route, method, status, seconds: took, member }) => {
      // The method is the client's word: an unknown one must not make a series of its own.
      requests.inc({ route, method: METHODS.has(method) ? method : 'other', status });
      seconds.observe({ route }, took);
      log.write('request', {
        route,
        method,
        status,
        ms: Math.round(took * 1e5) / 100,
        ...(member === undefined ? {} : { member }),
      });
    },
    text: async (all) => {
      if (!all) return open.metrics();
      await count();
      return `${await open.metrics()}\n${await inner.metrics()}`;
    },
  };
};
