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
import { createSerial } from '../serial.ts';
import { loadItems, type OutboxItem, save } from './kept.ts';
import type { HubLink } from './link.ts';

export interface Outbox {
  readonly items: () => ReadonlyMap<string, OutboxItem>;
  /** Changes an item, or leaves it where nothing is given; resolves when it is in the store. */
  readonly change: (
    id: string,
    make: (current: OutboxItem | undefined) => OutboxItem | undefined,
  ) => Promise<void>;
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

/** Refusals that end by themselves: of a clock that is not right, or of what was sent twice. */
const FOR_NOW = /^(CONTRIBUTION_BACKDATED|CONTRIBUTION_REPLAYED|VERSION_AHEAD)\b/;
/** What is wrong with the key of this lab says nothing of what it takes back: that waits. */
const OF_SENDER = /^(CONTRIBUTION_\w+|VERSION_AHEAD)\b/;

/** What was said already in these words is not said again, and what was taken back stays so. */
const needsSending = (item: OutboxItem, now: number): boolean =>
  (item.state === 'released' || item.state === 'retracted') &&
  (item.unsure.length > 0 || toSend(item, now).length > 0);

export const openOutbox = async (options: OutboxOptions): Promise<Outbox> => {
  const { store, link, key, clock, onError } = options;
  const items = await loadItems(store);
  let wait = FIRST_WAIT_MS;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;
  let lastError: string | null = null;

  const serial = createSerial();
  const update = (id: string, make: (current: OutboxItem | undefined) => OutboxItem | undefined) =>
    serial(async () => {
      const item = make(items.get(id));
      if (item === undefined) return undefined;
      // Stored first: what is done about it must be known after a crash.
      await save(store, [{ kind: 'share-outbox', id, value: item }]);
      items.set(id, item);
      return item;
    });
  const change: Outbox['change'] = async (id, make) => {
    const item = await update(id, make);
    if (item?.state === 'released' || item?.state === 'retracted') wake();
  };
  /** With what the hub turns out to have, of what it was sent without an answer. */
  const settled = async (item: OutboxItem): Promise<OutboxItem> => {
    const there: Json[] = [];
    for (const object of item.unsure) if (await link.has(String(object.id))) there.push(object);
    return { ...item, taken: [...item.taken, ...there], unsure: [] };
  };
  /** Sends an item; true when it has to be sent again, though the hub answers. */
  const sendOne = async (id: string, before: OutboxItem): Promise<boolean> => {
    const now = clock();
    // From here on the hub may have it, whatever we hear of that.
    const item =
      before.tried || before.state !== 'released'
        ? before
        : await update(id, (current) =>
            current === before ? { ...before, tried: true } : undefined,
          );
    if (item === undefined) return false;
    const whole = await settled(item);
    // The last look before it leaves: whatever made it, nothing passes that may not.
    const objects = toSend(whole, now);
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
    const passing = item.state === 'retracted' ? OF_SENDER : FOR_NOW;
    const waits = failures.find(({ message }) => passing.test(message));
    const after = await update(id, (latest) => {
      const current = latest ?? whole;
      const taken = new Map([...whole.taken, ...current.taken].map((one) => [one.id, one]));
      for (const object of took) taken.set(object.id, object);
      const isSame = current === item;
      // What the hub refuses to take back it does not have, or has taken back already.
      const isGone = isSame && item.state === 'retracted' && failures.length > 0;
      // Changed while it was sent: what came meanwhile is for the next round.
      const stays = !isSame || item.state === 'retracted' || waits !== undefined;
      return {
        ...current,
        state: stays ? current.state : took.length > 0 ? 'sent' : 'refused',
        taken: isGone && waits === undefined ? [] : [...taken.values()],
        unsure: isSame ? [] : current.unsure,
        attempts: current.attempts + 1,
        error: waits?.message ?? null,
        sent_at: took.length > 0 ? now : current.sent_at,
        failures,
      };
    });
    lastError = waits?.message ?? null;
    if (waits === undefined && after !== undefined && needsSending(after, clock())) wake();
    return waits !== undefined;
  };
  const sendLater = (): void => {
    clearTimeout(timer);
    timer = setTimeout(run, wait);
    timer.unref();
    wait = Math.min(LONGEST_WAIT_MS, wait * 2);
  };
  const sendAll = async (): Promise<void> => {
    let later = false;
    for (const id of [...items.keys()]) {
      if (closed) return;
      const item = items.get(id)!;
      if (!needsSending(item, clock())) continue;
      try {
        later = (await sendOne(id, item)) || later;
      } catch (error) {
        if (closed) return;
        lastError = error instanceof StillwatchError ? `${error.code}: ${error.message}` : 'failed';
        if (!(error instanceof StillwatchError)) onError(error);
        sendLater();
        const why = lastError;
        await update(
          id,
          (current) => current && { ...current, attempts: current.attempts + 1, error: why },
        );
        return;
      }
    }
    if (later) sendLater();
    else wait = FIRST_WAIT_MS;
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
    change,
    settle: async (ids, state) => {
      const done: string[] = [];
      for (const id of ids)
        await change(id, (item) => {
          const may =
            item?.state === 'drafted' || (item?.state === 'refused' && state === 'released');
          if (!may) return undefined;
          done.push(id);
          return { ...item, state, at: clock() };
        });
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
