/**
 * One loop for each process reads the log once and serves all consumers. Whoever is behind (it resumes,
 * or its client is slow) reads the log on its own until it has caught up, and then joins the others.
 */
import { setImmediate } from 'node:timers/promises';
import { authenticator, type Viewer } from '../access/authenticate.ts';
import type { Hub } from '../hub.ts';
import { sinceOf } from '../members/since.ts';
import { type Pipe, pipeTo } from './consumer.ts';
import { type Filters, type Listener, tellingFor } from './decide.ts';
import { frameOf, type Message, messageReader, type Telling } from './message.ts';
import { type Positions, positions } from './position.ts';
import type { Writable } from 'node:stream';

/** Events that are read at once. */
const AT_ONCE = 200;
/** The same for one that is behind: others wait for it. */
const AT_ONCE_BEHIND = 16;
/** What other processes appended to a folder is found at this pace at the latest. */
const POLL_MS = 1000;
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = Buffer.from(': still here\n\n');

export interface Opening {
  readonly viewer: Viewer;
  readonly authorization: string | undefined;
  /** Fingerprint of the client's certificate, where that is how it says who it is. */
  readonly certificate?: string | undefined;
  readonly filters: Filters;
  /** Number of the last event that the client has; undefined: only what comes from now on. */
  readonly after: number | undefined;
}

interface Consumer {
  listener: Listener;
  readonly opening: Opening;
  readonly pipe: Pipe;
  /** Number of the last event that was looked at for it. */
  at: number;
  live: boolean;
}

export interface ConsumerState {
  readonly member: string;
  /** Events of the log that it has yet to be served. */
  readonly behind: number;
  readonly waitingBytes: number;
}

export interface Delivered {
  readonly message: Message;
  readonly member: string;
}

export interface FanOut {
  readonly positions: Positions;
  readonly open: (opening: Opening, out: Writable) => void;
  readonly consumers: () => readonly ConsumerState[];
  readonly cutOff: () => number;
  /** Called for each message that was handed to a consumer. */
  readonly onDelivered: (listener: (delivered: Delivered) => void) => void;
  readonly stop: () => Promise<void>;
}

export interface FanOutTimes {
  readonly heartbeatMs?: number | undefined;
  readonly stalledMs?: number | undefined;
}

export const startFanOut = async (hub: Hub, times: FanOutTimes = {}): Promise<FanOut> => {
  const { store, visible } = hub;
  const ids = positions(hub.secrets);
  const reader = messageReader(store, ids);
  const consumers = new Set<Consumer>();
  const delivered: ((one: Delivered) => void)[] = [];
  let position = await store.events.last();
  let cutOff = 0;
  let stopped = false;

  const serve = async (consumer: Consumer, messages: readonly Message[]): Promise<void> => {
    const tellings: Telling[] = [];
    const told: Message[] = [];
    for (const message of messages) {
      if (message.seq <= consumer.at) continue;
      const telling = await tellingFor(visible, consumer.listener, message);
      if (telling === undefined) continue;
      tellings.push(telling);
      told.push(message);
    }
    if (tellings.length === 0 || !consumer.pipe.isOpen()) return;
    consumer.pipe.write(tellings);
    const member = consumer.listener.viewer.member.id;
    for (const message of told) for (const listener of delivered) listener({ message, member });
  };

  const close = (consumer: Consumer): void => {
    consumer.live = false;
    consumers.delete(consumer);
    consumer.pipe.end();
  };

  let asked = 0;
  // Remembers which passwords were right, and nothing of rights from before the last question.
  const authenticate = authenticator({ ...store, revision: () => asked }, hub.secrets);
  /** Asks again who they are: somebody's rights have changed, or a credential has ended. */
  const renew = async (some: Iterable<Consumer>): Promise<void> => {
    asked += 1;
    const now = hub.clock();
    for (const consumer of some) {
      const viewer = await authenticate(
        consumer.opening.authorization,
        now,
        consumer.opening.certificate,
      );
      if (viewer === undefined) close(consumer);
      else
        consumer.listener = {
          ...consumer.listener,
          viewer,
          since: await sinceOf(store.records, viewer.member),
        };
    }
  };

  let turns: Promise<unknown> = Promise.resolve();
  /**
   * Those that are behind read one after the other, and requests are answered between any two of them:
   * reading an embedded database does not wait for anything, and many at once would hold up everybody.
   */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = turns.then(() => setImmediate()).then(work);
    turns = turn.catch(() => undefined);
    return turn;
  };

  const catchUp = async (consumer: Consumer): Promise<void> => {
    const { pipe } = consumer;
    while (!stopped && pipe.isOpen()) {
      if (!(await pipe.drained())) {
        if (pipe.stalled()) cutOff += 1;
        break;
      }
      // No await between this look and joining: nothing can be appended in between.
      if (consumer.at >= position) {
        consumer.live = true;
        return;
      }
      const { messages, upTo } = await inTurn(() => reader.read(consumer.at, AT_ONCE_BEHIND));
      await serve(consumer, messages);
      consumer.at = Math.max(consumer.at, upTo);
    }
    close(consumer);
  };
  const behind = (consumer: Consumer): void => {
    consumer.live = false;
    catchUp(consumer).catch((error: unknown) => {
      hub.log.write('fault', { part: 'stream', error: String((error as Error).stack ?? error) });
      close(consumer);
    });
  };

  let running: Promise<void> | undefined;
  let again = false;
  const advance = async (): Promise<void> => {
    do {
      again = false;
      const { messages, upTo, members } = await reader.read(position, AT_ONCE);
      if (upTo === position) continue;
      if (members) await renew([...consumers]);
      const targets = [...consumers].filter(({ live }) => live);
      position = upTo;
      for (const consumer of targets) {
        await serve(consumer, messages);
        consumer.at = upTo;
        if (consumer.pipe.isFull()) behind(consumer);
      }
      again = true;
    } while (again && !stopped);
  };
  const wake = (): void => {
    again = true;
    running ??= advance()
      .catch((error: unknown) => {
        hub.log.write('fault', { part: 'stream', error: String((error as Error).stack ?? error) });
      })
      .finally(() => {
        running = undefined;
      });
  };
  store.events.onAppended(() => {
    if (!stopped) wake();
  });
  const poll = setInterval(wake, POLL_MS).unref();
  const beat = setInterval(() => {
    for (const { pipe } of consumers) if (pipe.waiting() === 0) pipe.raw(HEARTBEAT);
    renew([...consumers]).catch(() => undefined);
  }, times.heartbeatMs ?? HEARTBEAT_MS).unref();

  /** What of the log is no longer there for a client that resumes; undefined when nothing is missing. */
  const gapFor = async ({ after, viewer }: Opening): Promise<string | undefined> => {
    if (after === undefined) return undefined;
    if (after > (await store.events.last())) return 'position-unknown';
    // Also from the very beginning: what was told then is in the collections, not in the log.
    if (after < (await store.events.prunedTo())) return 'pruned';
    const [event] = await store.events.read(after - 1, 1);
    const since = Object.values(await sinceOf(store.records, viewer.member));
    const at = event === undefined || after === 0 ? undefined : event.at / 1000;
    // Since then it may see more, also of what was told before: that is not told again.
    return at !== undefined && since.some((gained) => gained > at) ? 'membership' : undefined;
  };

  const begin = async (opening: Opening, out: Writable): Promise<void> => {
    const pipe = pipeTo(out, times.stalledMs);
    const gap = await gapFor(opening);
    const after = opening.after;
    const at =
      after === undefined || gap === 'position-unknown'
        ? position
        : gap === 'pruned'
          ? (await store.events.first()) - 1
          : after;
    const { viewer, filters } = opening;
    const since = await sinceOf(store.records, viewer.member);
    const consumer: Consumer = {
      listener: { viewer, since, filters },
      opening,
      pipe,
      at,
      live: false,
    };
    pipe.raw(Buffer.from('retry: 3000\n\n'));
    if (gap !== undefined)
      pipe.raw(frameOf('gap', ids.markOf(at), JSON.stringify({ kind: 'gap', reason: gap })));
    else if (after === undefined)
      pipe.raw(frameOf('ready', ids.markOf(at), JSON.stringify({ kind: 'ready' })));
    consumers.add(consumer);
    out.once('close', () => close(consumer));
    behind(consumer);
  };

  return {
    positions: ids,
    open: (opening, out) => {
      begin(opening, out).catch((error: unknown) => {
        hub.log.write('fault', { part: 'stream', error: String((error as Error).stack ?? error) });
        out.destroy();
      });
    },
    consumers: () =>
      [...consumers].map(({ listener, at, pipe }) => ({
        member: listener.viewer.member.id,
        behind: Math.max(0, position - at),
        waitingBytes: pipe.waiting(),
      })),
    cutOff: () => cutOff,
    onDelivered: (listener) => {
      delivered.push(listener);
    },
    stop: async () => {
      stopped = true;
      clearInterval(poll);
      clearInterval(beat);
      for (const consumer of [...consumers]) close(consumer);
      await running;
    },
  };
};
