/**
 * What leaves a lab: drafts that wait for a person, and what was released and waits for the hub. Every
 * step is in the store before it is taken, so a restart or an outage of any length loses nothing; sent
 * twice it is the same version of the same object, which the hub counts once.
 */
import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { StillwatchError } from '../../../base/errors.ts';
import { checkLeaving } from '../../../share/sharing/firewall/check.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import { sendSigned } from '../../../share/taxii/submit.ts';
import type { Store } from '../../store/store.ts';
import { toSend } from './draft.ts';
import { load, type OutboxItem, save } from './kept.ts';
import type { HubLink } from './link.ts';

export interface Outbox {
  readonly items: () => ReadonlyMap<string, OutboxItem>;
  readonly put: (id: string, item: OutboxItem) => Promise<void>;
  /** Ids of those that were released or discarded by this. */
  readonly settle: (
    ids: readonly string[],
    state: 'released' | 'discarded',
  ) => Promise<readonly string[]>;
  /** The exact objects that would be sent now. */
  readonly preview: (id: string) => readonly Json[] | undefined;
  /** Looks for something to send at once, however long the last failure asked to wait. */
  readonly wake: () => void;
  readonly waiting: () => number;
  readonly lastError: () => string | null;
  readonly close: () => Promise<void>;
}

export interface OutboxOptions {
  readonly store: Store;
  readonly link: HubLink;
  readonly key: KeyObject;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/** What was said already in these words is not said again, and what was taken back stays so. */
const needsSending = (item: OutboxItem, now: number): boolean =>
  (item.state === 'released' || item.state === 'retracted') && toSend(item, now).length > 0;

export const openOutbox = async (options: OutboxOptions): Promise<Outbox> => {
  const { store, link, key, clock, onError } = options;
  const items = await load<OutboxItem>(store, 'share-outbox');
  let wait = FIRST_WAIT_MS;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;
  let lastError: string | null = null;

  const put = async (id: string, item: OutboxItem): Promise<void> => {
    items.set(id, item);
    await save(store, [{ kind: 'share-outbox', id, value: item }]);
    if (item.state === 'released' || item.state === 'retracted') wake();
  };
  const sendOne = async (id: string, item: OutboxItem): Promise<void> => {
    const now = clock();
    // The last look before it leaves: whatever made it, nothing passes that may not.
    const objects = toSend(item, now);
    const allowed = objects.filter((object) => checkLeaving(object).allowed);
    const stopped = objects
      .filter((object) => !allowed.includes(object))
      .map((object) => ({ id: String(object.id), message: 'The firewall refuses it.' }));
    const report =
      allowed.length === 0
        ? { failures: [] }
        : await sendSigned(link.client, await link.recipient(), allowed, key, clock);
    const failures = [
      ...stopped,
      ...report.failures.map((one) => ({ id: one.id, message: (one.message ?? '').slice(0, 500) })),
    ];
    const failed = new Set(failures.map((one) => one.id));
    const took = allowed.filter((object) => !failed.has(String(object.id)));
    const taken = new Map(item.taken.map((object) => [object.id, object]));
    for (const object of took) taken.set(object.id, object);
    const current = items.get(id) ?? item;
    // Changed while it was sent: what came meanwhile is for the next round.
    const state =
      current !== item || item.state === 'retracted'
        ? current.state
        : took.length > 0
          ? 'sent'
          : 'refused';
    await put(id, {
      ...current,
      state,
      taken: [...taken.values()],
      attempts: item.attempts + 1,
      error: null,
      sent_at: took.length > 0 ? now : item.sent_at,
      failures,
    });
    // What the hub refuses to take back it does not have, or has taken back already.
    if (item.state === 'retracted' && failures.length > 0)
      await put(id, { ...items.get(id)!, taken: [] });
  };
  const sendAll = async (): Promise<void> => {
    for (const [id, item] of items) {
      if (closed) return;
      if (!needsSending(item, clock())) continue;
      try {
        await sendOne(id, item);
        wait = FIRST_WAIT_MS;
        lastError = null;
      } catch (error) {
        if (closed) return;
        lastError = error instanceof StillwatchError ? `${error.code}: ${error.message}` : 'failed';
        if (!(error instanceof StillwatchError)) onError(error);
        await keepError(id, lastError);
        clearTimeout(timer);
        timer = setTimeout(run, wait);
        timer.unref();
        wait = Math.min(LONGEST_WAIT_MS, wait * 2);
        return;
      }
    }
  };
  const keepError = async (id: string, error: string): Promise<void> => {
    const item = items.get(id)!;
    const failed = { ...item, attempts: item.attempts + 1, error };
    items.set(id, failed);
    await save(store, [{ kind: 'share-outbox', id, value: failed }]);
  };
  const run = (): void => {
    if (closed) return;
    if (running !== null) {
      again = true;
      return;
    }
    running = sendAll()
      .catch(onError)
      .finally(() => {
        running = null;
        if (!again) return;
        again = false;
        run();
      });
  };
  const wake = (): void => {
    clearTimeout(timer);
    // Behind whoever called: its own work comes first.
    timer = setTimeout(run, 0);
    timer.unref();
  };
  wake();
  return {
    items: () => items,
    put,
    settle: async (ids, state) => {
      const done: string[] = [];
      for (const id of ids) {
        const item = items.get(id);
        if (item?.state !== 'drafted' && !(item?.state === 'refused' && state === 'released'))
          continue;
        await put(id, { ...item!, state, at: clock() });
        done.push(id);
      }
      return done;
    },
    preview: (id) => {
      const item = items.get(id);
      return item === undefined ? undefined : toSend(item, clock());
    },
    wake,
    waiting: () => [...items.values()].filter((item) => needsSending(item, clock())).length,
    lastError: () => lastError,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
};

/** The bytes of an object as they would be sent (RFC 8785). */
export const bytesOf = (objects: readonly Json[]): string => canonicalJson({ objects });
