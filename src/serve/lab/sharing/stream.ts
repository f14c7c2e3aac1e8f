/**
 * The stream of a hub, read from the place that was kept and for as long as the connection lasts. Events
 * that come together are taken together; a gap is closed from the collection, and what that does not have
 * any more is gone.
 */
import { type Followed, follow } from '../../../share/taxii/follow.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import type { Store } from '../../store/store.ts';
import { readEvent, readObject, type Told } from './incoming.ts';
import { cursorOf } from './kept.ts';
import type { Lifetime } from './lifetime.ts';
import type { HubLink } from './link.ts';

export interface StreamOptions {
  readonly hub: string;
  readonly store: Store;
  readonly link: HubLink;
  readonly life: Lifetime;
  /** Ids of every object that is known. */
  readonly known: () => readonly string[];
  /** What was told, and the place in the stream up to which it was; null where the place stays. */
  readonly take: (told: readonly Told[], cursor: string | null) => Promise<void>;
}

export interface HubStream {
  /** After the lifetime has ended; resolves when nothing is read any more. */
  readonly close: () => Promise<void>;
}

/** Events that come together are dealt with together. */
const TOGETHER_MS = 15;
const MOST_TOGETHER = 2_000;
/** Silence after which the hub counts as away. */
const IDLE_MS = 45_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Null marks the end of what the collection has. */
async function* everything(link: HubLink): AsyncGenerator<Json | null> {
  const { place } = await link.recipient();
  for await (const page of link.client.objects(place))
    for (const object of page.items) yield object;
  yield null;
}

export const followHub = (options: StreamOptions): HubStream => {
  const { hub, store, link, life, known, take } = options;
  let batch: Told[] = [];
  let place: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const [told, cursor] = [batch, place];
    batch = [];
    return take(told, cursor);
  };
  const add = (told: Told | undefined): void => {
    if (told !== undefined) batch.push(told);
  };
  /** One connection, and its gap if there is one. */
  const reader = () => {
    let seen = new Set<string>();
    let gapEnd: string | null = null;
    return async (one: Followed<Json | null>): Promise<void> => {
      if (one.kind === 'event') {
        add(readEvent(one.event.data));
        place = one.lastEventId;
      } else if (one.kind === 'gap') {
        await flush();
        seen = new Set();
        gapEnd = one.lastEventId;
        return;
      } else if (one.value !== null) {
        add(readObject(one.value));
        seen.add(String(one.value.id));
      } else {
        // What the hub does not have any more was taken back while nobody told us.
        for (const id of known()) if (!seen.has(id)) add({ kind: 'gone', id, why: 'removed' });
        // Only now: a gap that was closed in part is read again from its beginning.
        place = gapEnd;
      }
      if (batch.length >= MOST_TOGETHER) await flush();
      else timer ??= setTimeout(() => void flush(), TOGETHER_MS);
    };
  };
  const followOnce = async (): Promise<void> => {
    const lastEventId = place ?? (await cursorOf(store, hub));
    const url = lastEventId === undefined ? '/stream?after=0' : '/stream';
    const read = reader();
    for await (const one of follow(link.client.session, {
      url,
      ...(lastEventId === undefined ? {} : { lastEventId }),
      idleMs: IDLE_MS,
      resync: () => everything(link),
    })) {
      life.heard();
      await read(one);
    }
  };
  const following = async (): Promise<void> => {
    for (let wait = FIRST_WAIT_MS; !life.isOver(); wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      try {
        await followOnce();
      } catch (error) {
        life.note(error);
      }
      if (life.isOver()) return;
      await life.pause(wait);
    }
  };
  const followed = following();
  return {
    close: async () => {
      clearTimeout(timer);
      await followed;
    },
  };
};
