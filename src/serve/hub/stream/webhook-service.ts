/**
 * Serves the webhooks: each in the order of the log, with retries, and its place kept in the database. One
 * process at a time holds the lease and does it; when it dies another takes over where it was.
 */
import { randomUUID } from 'node:crypto';
import { viewerOf } from '../access/authenticate.ts';
import type { Hub } from '../hub.ts';
import { sinceOf } from '../members/since.ts';
import { type Listener, tellingFor } from './decide.ts';
import { messageReader, type Reader } from './message.ts';
import type { Positions } from './position.ts';
import { type Posted, postWebhook } from './webhook-post.ts';
import {
  type Progress,
  progressOf,
  putProgress,
  putWebhook,
  type Webhook,
  webhooksOf,
} from './webhooks.ts';

const LEASE = 'webhook-lease';
const LEASE_MS = 10_000;
const TICK_MS = 2000;
const AT_ONCE = 50;
/** Half a second, doubled with each failure, an hour at most. */
const backoff = (failures: number): number => Math.min(3_600_000, 500 * 2 ** (failures - 1));
/** About a day and a half of trying. */
export const MOST_FAILURES = 46;

export interface WebhookTimes {
  readonly tickMs?: number | undefined;
  readonly mostFailures?: number | undefined;
}

/** Who the webhook speaks for, as it is now; undefined when it may hear nothing. */
const listenerOf = async ({ store }: Hub, hook: Webhook): Promise<Listener | undefined> => {
  const viewer = await viewerOf(store, hook.member, ['read'], Number.POSITIVE_INFINITY);
  if (viewer === undefined || viewer.member.vetting !== 'vetted') return undefined;
  return {
    viewer,
    since: await sinceOf(store.records, viewer.member),
    filters: {
      collections: hook.collections === null ? undefined : new Set(hook.collections),
      types: hook.types === null ? undefined : new Set(hook.types),
    },
  };
};

const payload = (kind: string, at: number, json: string): string =>
  `{"type":"stillwatch.${kind}","timestamp":"${new Date(at).toISOString()}","data":${json}}`;

/** Serves one webhook until it is up to date or refuses; gives how many deliveries it took. */
const serve = async (
  hub: Hub,
  reader: Reader,
  positions: Positions,
  hook: Webhook,
  before: Progress,
  mostFailures: number,
): Promise<boolean> => {
  const { store, clock, ledger } = hub;
  const listener = await listenerOf(hub, hook);
  if (listener === undefined) return false;
  let { seq } = before;
  let taken = 0;
  let failure: Extract<Posted, { taken: false }> | undefined;
  const post = async (id: string, body: string): Promise<boolean> => {
    const posted = await postWebhook({ ...hook, id, now: clock(), body });
    if (posted.taken) taken += 1;
    else failure = posted;
    return posted.taken;
  };
  const pruned = await store.events.prunedTo();
  // What was cut off at the beginning of the log cannot be told: that much can.
  if (seq < pruned) {
    const gap = payload('gap', clock(), '{"kind":"gap","reason":"pruned"}');
    if (await post(`gap_${positions.idOf(pruned)}`, gap)) seq = pruned;
  }
  const { messages, upTo } = failure
    ? { messages: [], upTo: seq }
    : await reader.read(seq, AT_ONCE);
  for (const message of messages) {
    const telling = await tellingFor(hub.visible, listener, message);
    if (telling !== undefined) {
      const body = payload(telling.kind, message.at, telling.json);
      // The same id for the same event: the receiver knows a repetition.
      if (!(await post(`evt_${message.id}`, body))) break;
    }
    seq = message.seq;
  }
  if (failure === undefined) seq = upTo;
  const failures = failure === undefined ? 0 : (taken > 0 ? 0 : before.failures) + 1;
  const now = clock();
  const ends = failure !== undefined && (failure.gone || failures >= mostFailures);
  if (seq === before.seq && failure === undefined) return false;
  await store.write(async (writing) => {
    const { records } = writing;
    // Removed meanwhile: nothing of it comes back.
    if ((await progressOf(records, hook.id)) === undefined) return;
    const notBefore = failure === undefined ? 0 : now + backoff(failures);
    await putProgress(records, hook.id, { seq, failures, notBefore });
    if (ends) {
      const why = failure!.gone
        ? 'the receiver wants no more'
        : `${failures} failures: ${failure!.why}`;
      await putWebhook(records, { ...hook, disabled: why });
      const body = { member: hook.member, change: `webhook ${hook.id} disabled: ${why}` };
      await writing.appendEvents([{ at: now * 1000, kind: 'member-changed', body }]);
    }
    if (taken > 0) {
      const batch = {
        by: 'webhook',
        webhook: hook.id,
        member: hook.member,
        from: before.seq,
        to: seq,
      };
      await ledger.recordIn(writing, [{ kind: 'delivered', at: now, batch, count: taken }]);
    }
  });
  return failure === undefined;
};

export interface WebhookService {
  readonly stop: () => Promise<void>;
}

export const startWebhooks = (
  hub: Hub,
  positions: Positions,
  { tickMs = TICK_MS, mostFailures = MOST_FAILURES }: WebhookTimes = {},
): WebhookService => {
  const { store, clock } = hub;
  const reader = messageReader(store, positions);
  const self = randomUUID();
  const serving = new Map<string, Promise<void>>();
  let holds = 0;
  let stopped = false;

  const holdLease = async (): Promise<boolean> => {
    const now = clock();
    if (holds > now + LEASE_MS / 2) return true;
    return store.write(async ({ records }) => {
      const lease = await records.get('seen', LEASE);
      if (lease !== undefined && lease.holder !== self && Number(lease.until) > now) return false;
      holds = now + LEASE_MS;
      await records.put('seen', LEASE, { holder: self, until: holds });
      return true;
    });
  };
  const fault = (error: unknown): void =>
    hub.log.write('fault', { part: 'webhooks', error: String((error as Error).stack ?? error) });

  const serveAll = async (hook: Webhook): Promise<void> => {
    for (let more = true; more && !stopped && holds > clock(); ) {
      const progress = await progressOf(store.records, hook.id);
      if (progress === undefined || progress.notBefore > clock()) return;
      more = await serve(hub, reader, positions, hook, progress, mostFailures);
    }
  };
  let ticking: Promise<void> | undefined;
  const tick = async (): Promise<void> => {
    const hooks = (await webhooksOf(store.records)).filter(({ disabled }) => disabled === null);
    if (hooks.length === 0 || !(await holdLease())) return;
    for (const hook of hooks) {
      if (serving.has(hook.id)) continue;
      serving.set(
        hook.id,
        serveAll(hook)
          .catch(fault)
          .finally(() => serving.delete(hook.id)),
      );
    }
  };
  const wake = (): void => {
    if (stopped) return;
    ticking ??= tick()
      .catch(fault)
      .finally(() => {
        ticking = undefined;
      });
  };
  store.events.onAppended(wake);
  const timer = setInterval(wake, tickMs).unref();
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await ticking;
      await Promise.all(serving.values());
    },
  };
};
