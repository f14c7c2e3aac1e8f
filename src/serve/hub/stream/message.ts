/**
 * From the durable log to what is told: each event is read, joined with its object and written out once,
 * whoever hears of it afterwards.
 */
import { parseLabel } from '../access/audience.ts';
import type { Collection } from '../../store/records.ts';
import type { Store, StoredEvent, VersionRow } from '../../store/store.ts';
import { microsText } from '../../store/version-key.ts';
import { bodyOf, placeOf, rowsOf } from './event-rows.ts';
import type { Positions } from './position.ts';

export const MESSAGE_KINDS = [
  'new',
  'changed',
  'retracted',
  'expired',
  'audience-changed',
  'removed',
  'withdrawn',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** One way to tell an event. */
export interface Telling {
  readonly kind: MessageKind;
  /** JSON on one line. */
  readonly json: string;
  /** The same as server-sent event (WHATWG HTML, section 9.2). */
  readonly frame: Buffer;
  /** The frame as one chunk of an answer (RFC 9112, section 7.1). */
  readonly chunk: Buffer;
}

export interface Message {
  readonly seq: number;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly collection: Collection;
  readonly type: string;
  /** Told to those who are in this audience… */
  readonly audience: number;
  /** …and, of a change of audience, what was before it or comes after it. */
  readonly other: number | undefined;
  /** Groups whose marking the audience has: who joined them later never saw it. */
  readonly groups: readonly string[];
  readonly telling: Telling;
  /** To those of the new audience who were not in the old one, it is new. */
  readonly first: Telling | undefined;
}

const KINDS: Partial<Record<StoredEvent['kind'], MessageKind>> = {
  'object-added': 'new',
  'object-changed': 'changed',
  'object-retracted': 'retracted',
  'object-expired': 'expired',
  'object-removed': 'removed',
};

export interface Prepared {
  readonly messages: readonly Message[];
  /** Number of the last event that was looked at. */
  readonly upTo: number;
  /** Whether somebody's membership changed: rights have to be asked for again. */
  readonly members: boolean;
}

const oneLine = (body: string): string =>
  /[\r\n]/.test(body) ? JSON.stringify(JSON.parse(body)) : body;

export const frameOf = (event: string, id: string | undefined, data: string): Buffer =>
  Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);

const chunkOf = (frame: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, Buffer.from('\r\n')]);

export interface Reader {
  /** At most `limit` events strictly after a number, as messages. */
  readonly read: (after: number, limit: number) => Promise<Prepared>;
}

export const messageReader = (store: Store, positions: Positions): Reader => {
  let collections = new Map<number, Collection>();
  const groups = new Map<number, readonly string[]>();

  const collectionOf = async (key: number): Promise<Collection | undefined> => {
    if (!collections.has(key))
      collections = new Map(
        (await store.records.list('collection')).map(({ value }) => [value.key, value]),
      );
    return collections.get(key);
  };
  const groupsOf = async (audience: number): Promise<readonly string[]> => {
    if (!groups.has(audience))
      for (const { id, label } of await store.audiences(Math.max(0, ...groups.keys())))
        groups.set(id, parseLabel(label).markings);
    return groups.get(audience) ?? [];
  };

  const tell = (kind: MessageKind, id: string, fields: object, object?: string): Telling => {
    const head = JSON.stringify({ kind, ...fields });
    const json = object === undefined ? head : `${head.slice(0, -1)},"object":${oneLine(object)}}`;
    const frame = frameOf(kind, id, json);
    return { kind, json, frame, chunk: chunkOf(frame) };
  };

  const messageOf = async (
    event: StoredEvent,
    pair: StoredEvent | undefined,
    rows: ReadonlyMap<string, VersionRow>,
  ): Promise<Message | undefined> => {
    const { seq, collection: key, audience } = event;
    if (key === undefined || audience === undefined) return undefined;
    const collection = await collectionOf(key);
    if (collection === undefined) return undefined;
    const { id: object, type, version, added, visible, standing } = bodyOf(event);
    const row = rows.get(placeOf(key, added));
    const id = positions.idOf(seq);
    const at = Math.floor(event.at / 1000);
    const common = {
      seq,
      id,
      at,
      collection,
      type,
      audience,
      groups: await groupsOf(audience),
      other: pair?.audience,
      first: undefined,
    };
    const fields = {
      at: new Date(at).toISOString(),
      collection: collection.id,
      id: object,
      type,
      version,
      date_added: microsText(added),
      ...(standing === undefined ? {} : { standing }),
    };
    if (event.kind === 'object-audience-changed' && visible === false)
      // Who loses sight learns the name it knew, and nothing of why or of whom it is for now.
      return {
        ...common,
        telling: tell('withdrawn', id, { collection: collection.id, id: object }),
      };
    if (event.kind === 'object-removed') return { ...common, telling: tell('removed', id, fields) };
    // Gone meanwhile, or for others now: its removal stands later in the log.
    if (row === undefined) return undefined;
    if (event.kind === 'object-audience-changed')
      return {
        ...common,
        telling: tell('audience-changed', id, fields, row.body),
        first: tell('new', id, fields, row.body),
      };
    const kind = KINDS[event.kind];
    return kind === undefined
      ? undefined
      : { ...common, telling: tell(kind, id, fields, row.body) };
  };

  return {
    read: async (after, limit) => {
      // One before: a change of audience is two events, and the second is told in the light of the first.
      const events = [...(await store.events.read(Math.max(0, after - 1), limit + 1))];
      const last = events.at(-1);
      if (last?.kind === 'object-audience-changed' && bodyOf(last).visible === false)
        events.push(...(await store.events.read(last.seq, 1)));
      const rows = await rowsOf(
        store,
        events.filter(({ seq, kind }) => seq > after && kind !== 'object-removed'),
        ({ audience }) => (audience === undefined ? [] : [audience]),
      );
      const messages: Message[] = [];
      for (const [i, event] of events.entries()) {
        if (event.seq <= after) continue;
        const isChange = event.kind === 'object-audience-changed';
        const pair = !isChange ? undefined : bodyOf(event).visible ? events[i - 1] : events[i + 1];
        const message = await messageOf(event, pair, rows);
        if (message !== undefined) messages.push(message);
      }
      return {
        messages,
        upTo: events.at(-1)?.seq ?? after,
        members: events.some(({ seq, kind }) => seq > after && kind === 'member-changed'),
      };
    },
  };
};
