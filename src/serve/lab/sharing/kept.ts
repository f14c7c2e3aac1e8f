/** What a lab keeps of its sharing, in its store, so that nothing is lost when hub or lab are away. */
import type { PublishedStanding } from '../../../share/corroboration/published.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import type { Store } from '../../store/store.ts';

/** An object of the hub, as it came. */
export interface KeptIncoming {
  readonly object: Json;
  /** Epoch ms. */
  readonly arrived: number;
  /** This lab's own contribution, under the hub's name. Null: not asked yet. */
  readonly own: boolean | null;
  /** Of an indicator: as the hub published it, checked; null while the hub did not say. */
  readonly standing: PublishedStanding | null;
  /** The hub's tag for this lab on this object. */
  readonly mine: string | null;
  /** Whether the hub has said something of it since its standing was asked for. */
  readonly ask?: boolean;
}

/** What re-verification found of one shared campaign. */
export interface KeptGroup {
  /** Tests so far: each may spend less of the level than the one before. */
  readonly looks: number;
  readonly outcome: 'confirmed' | 'refuted' | 'seen' | 'unseen';
  readonly by: 'both-axes' | 'own-finding' | null;
  /** Confirmed: those behind it here; refuted: those that are vouched for. */
  readonly accounts: readonly string[];
  readonly p_value: number;
  /** Epoch ms of the last test. */
  readonly at: number;
  /** Hits at the last test: any, on both axes, in a finding of our own. */
  readonly hits: readonly [any: number, both: number, found: number];
}

export const ITEM_STATES = [
  'drafted',
  'released',
  'sent',
  'refused',
  'discarded',
  'retracted',
] as const;
export type ItemState = (typeof ITEM_STATES)[number];

/** Something that leaves, or waits to. */
export interface OutboxItem {
  readonly kind: 'finding' | 'sighting' | 'opinion';
  readonly state: ItemState;
  /** Of the finding, from 1. */
  readonly version: number;
  /** Epoch ms of the last change. */
  readonly at: number;
  /** RFC 3339: created of all its objects, so that versions are versions of one thing. */
  readonly created: string;
  /** What is to be published, whole. */
  readonly objects: readonly Json[];
  /** What the hub took, at its last version. */
  readonly taken: readonly Json[];
  /** Whether the hub may have been sent something of it that is not in `taken`. */
  readonly tried: boolean;
  /** To be taken back, if the hub has it: it was sent, and no answer came. */
  readonly unsure: readonly Json[];
  readonly attempts: number;
  readonly error: string | null;
  readonly sent_at: number | null;
  readonly failures: readonly { readonly id: string; readonly message: string }[];
  /** Objects that were taken back one by one: their ids are used up. */
  readonly struck: readonly string[];
  /** Why it was taken back. */
  readonly reason: string | null;
}

export interface Connection {
  readonly hub: string;
  readonly token_file: string;
  readonly key_file: string;
  readonly collection: string;
  readonly release: 'person' | 'automatic';
  readonly plain_http: boolean;
}

type Quiet = 'share-incoming' | 'share-group' | 'share-outbox' | 'share-token' | 'share-state';

/** A change of several records at once. */
export interface Change {
  readonly kind: Quiet;
  readonly id: string;
  /** Null: gone. */
  readonly value: object | null;
}

export const save = (store: Store, changes: readonly Change[]): Promise<void> =>
  changes.length === 0
    ? Promise.resolve()
    : store.write(async ({ records }) => {
        for (const { kind, id, value } of changes)
          if (value === null) await records.remove(kind, id);
          else await records.put(kind, id, value as Readonly<Record<string, unknown>>);
      });

/** Of one kind, by id; written by `save` under the same kind. */
export const load = async <T>(store: Store, kind: Quiet): Promise<Map<string, T>> =>
  new Map((await store.records.list(kind)).map(({ id, value }) => [id, value as unknown as T]));

export const loadItems = async (store: Store): Promise<Map<string, OutboxItem>> => {
  const items = await load<OutboxItem>(store, 'share-outbox');
  // Written by a version that did not know: it may have sent what was released.
  for (const [id, item] of items)
    items.set(id, { ...item, tried: item.tried ?? item.attempts > 0, unsure: item.unsure ?? [] });
  return items;
};

/** An item in its first state, from what is there of it. */
export const itemOf = (
  given: Pick<OutboxItem, 'kind' | 'state' | 'at' | 'created' | 'objects'>,
  before: OutboxItem | undefined,
): OutboxItem => ({
  version: (before?.version ?? 0) + 1,
  taken: before?.taken ?? [],
  tried: before?.tried ?? false,
  unsure: before?.unsure ?? [],
  struck: before?.struck ?? [],
  sent_at: before?.sent_at ?? null,
  attempts: 0,
  error: null,
  failures: [],
  reason: null,
  ...given,
});

const CONNECTION = 'connection';
const CURSOR = 'cursor';

export const connectionOf = async (store: Store): Promise<Connection | undefined> =>
  (await store.records.get('share-state', CONNECTION)) as unknown as Connection | undefined;

export const keepConnection = (store: Store, connection: Connection | null): Promise<void> =>
  save(store, [{ kind: 'share-state', id: CONNECTION, value: connection }]);

/** Where in the stream of a hub the lab is; of another hub it says nothing. */
export const cursorOf = async (store: Store, hub: string): Promise<string | undefined> => {
  const kept = await store.records.get('share-state', CURSOR);
  return kept?.hub === hub ? String(kept.id) : undefined;
};

export const cursorChange = (hub: string, id: string): Change => ({
  kind: 'share-state',
  id: CURSOR,
  value: { hub, id },
});

const OWED = 'owed/';

/** An indicator was taken back, and whoever decides has yet to be told (or has been). */
export const owedChange = (id: string, owed: boolean): Change => ({
  kind: 'share-state',
  id: OWED + id,
  value: owed ? { id } : null,
});

export const loadOwed = async (store: Store): Promise<readonly string[]> =>
  (await store.records.list('share-state', OWED)).map(({ value }) => String(value.id));

const TAKEN_BACK = 'taken-back/';
/** Longer than any object lives: what is told of it afterwards is told late. */
const REMEMBERED_MS = 400 * 86_400_000;

/** An object was taken back, and does not come back (STIX 2.1, 3.6). */
export const takenBackChange = (id: string, now: number): Change => ({
  kind: 'share-state',
  id: TAKEN_BACK + id,
  value: { id, until: now + REMEMBERED_MS },
});

export const loadTakenBack = async (store: Store, now: number): Promise<Set<string>> => {
  const kept = await store.records.list('share-state', TAKEN_BACK);
  const past = kept.filter(({ value }) => Number(value.until) <= now);
  await save(
    store,
    past.map(({ id }) => ({ kind: 'share-state', id, value: null })),
  );
  return new Set(kept.filter((one) => !past.includes(one)).map(({ value }) => String(value.id)));
};
