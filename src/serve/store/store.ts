/**
 * What the hub keeps, in the hub's words. One interface, two engines, one behavioural suite
 * (`suite.test-help.ts`). Numbers of collections and audiences are the store's own short names;
 * outside the hub everything is called by its UUID.
 */
import type { LedgerStorage } from '../../share/ledger/storage.ts';
import type { RecordKinds } from './records.ts';

/** Microseconds since 1970; below 2^53 until the year 2255. */
export type Micros = number;

/** Small things by name: members, tokens, collections, statuses, settings. The last writer wins. */
export interface Records {
  readonly get: <K extends keyof RecordKinds>(
    kind: K,
    id: string,
  ) => Promise<RecordKinds[K] | undefined>;
  /** In the order of their ids; of those whose id starts with `prefix`, if one is given. */
  readonly list: <K extends keyof RecordKinds>(
    kind: K,
    prefix?: string,
  ) => Promise<readonly { readonly id: string; readonly value: RecordKinds[K] }[]>;
  /** The same in parts: at most `limit`, whose ids come after `after`. */
  readonly page: <K extends keyof RecordKinds>(
    kind: K,
    after: string,
    limit: number,
  ) => Promise<readonly { readonly id: string; readonly value: RecordKinds[K] }[]>;
}

export interface RecordsWriter extends Records {
  readonly put: <K extends keyof RecordKinds>(
    kind: K,
    id: string,
    value: RecordKinds[K],
  ) => Promise<void>;
  /** False, and nothing changed, when there is one of that name. The guard against replays. */
  readonly putNew: <K extends keyof RecordKinds>(
    kind: K,
    id: string,
    value: RecordKinds[K],
  ) => Promise<boolean>;
  readonly remove: (kind: keyof RecordKinds, id: string) => Promise<boolean>;
}

/** One version of one object, as it is to be stored. */
export interface NewVersion {
  readonly id: string;
  readonly type: string;
  /** As in `modified` or `created`; undefined for objects that have neither: then `date_added` is it. */
  readonly version?: string | undefined;
  readonly specVersion: string;
  readonly mediaType: string;
  /** Text of the label that decides who may see it; equal texts are one audience. */
  readonly audience: string;
  /** Who contributed it; for the auditor's eyes. */
  readonly origin?: string | undefined;
  /** JSON text of the object, stored and served as it is. */
  readonly body: string;
  /** Wanted `date_added`, when what is stored was added elsewhere before; later if it is taken. */
  readonly added?: Micros | undefined;
  /** Whether this version takes the object back. */
  readonly revoked?: boolean | undefined;
}

/**
 * - `added`: it is new, or has the id of another object with another version.
 * - `present`: this very version with this very text was there.
 * - `differs`: this version was there with another text; nothing was changed.
 */
export interface AddOutcome {
  readonly outcome: 'added' | 'present' | 'differs';
  readonly version: string;
  readonly added: Micros;
}

/** One stored version, with or without its text. */
export interface VersionRow {
  readonly added: Micros;
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly specVersion: string;
  readonly mediaType: string;
  readonly audience: number;
  readonly body: string;
}

export interface Selection {
  readonly collection: number;
  /** Audiences the reader belongs to: nothing else exists for this query. */
  readonly audiences: readonly number[];
  /** Only what was added strictly after this. */
  readonly after: Micros;
  readonly ids?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
  /** Any of these; `last` alone is the default of TAXII. Sort keys of versions, see `versionKey`. */
  readonly versions: readonly ('first' | 'last' | 'all' | { readonly key: string })[];
  /** undefined: for each object the highest that there is. */
  readonly specVersions?: readonly string[] | undefined;
  /** Leave out the texts of the objects: `body` is empty then. */
  readonly withoutBody?: boolean | undefined;
}

export interface Page {
  /** In the order of `added`, at most `limit`. */
  readonly rows: readonly VersionRow[];
  /** Whether more follow. */
  readonly more: boolean;
  /**
   * The newest audience of the database at the moment of the query. When the reader's list was made
   * before it, the page may lack what the reader may see, and must be asked again with a newer list.
   */
  readonly newestAudience: number;
}

/** A page of which nothing but the texts of its objects is needed. */
export interface TextPage extends Pick<Page, 'more' | 'newestAudience'> {
  readonly count: number;
  /** `added` of the first and the last; 0 without one. */
  readonly first: Micros;
  readonly last: Micros;
  /** JSON texts with commas between them. */
  readonly text: string;
}

export interface NewEvent {
  readonly at: Micros;
  /** Such as `object-added`; see `EVENT_KINDS`. */
  readonly kind: EventKind;
  /** Who may hear of it: as for the object it speaks of. Absent: the hub's own business. */
  readonly collection?: number | undefined;
  readonly audience?: number | undefined;
  readonly body: unknown;
}

export interface StoredEvent extends NewEvent {
  /** Strictly increasing in the order in which events become visible; may have gaps. */
  readonly seq: number;
}

export const EVENT_KINDS = [
  'object-added',
  'object-changed',
  'object-removed',
  'object-retracted',
  'object-expired',
  'object-audience-changed',
  'member-changed',
  'refusal',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What a write may do; all of it is committed together, or none. */
export interface Writing {
  readonly records: RecordsWriter;
  readonly addVersions: (
    collection: number,
    versions: readonly NewVersion[],
    now: Micros,
  ) => Promise<readonly AddOutcome[]>;
  /** Removes what a selection finds (`after` is 0); gives what was removed. */
  readonly removeVersions: (
    selection: Omit<Selection, 'after'>,
    now: Micros,
  ) => Promise<readonly VersionRow[]>;
  /** Gives one version another audience; false when there is no such version. */
  readonly changeAudience: (
    collection: number,
    added: Micros,
    audience: string,
    now: Micros,
  ) => Promise<boolean>;
  readonly appendEvents: (events: readonly NewEvent[]) => Promise<void>;
  /**
   * Takes events older than `before` from the beginning of the log, none after `upTo` and never the last
   * one; some at a time. Gives how many: when there are none, nothing old is left.
   */
  readonly pruneEvents: (before: Micros, upTo: number) => Promise<number>;
  /** The same for statuses of requests; `before` in milliseconds. */
  readonly pruneStatuses: (before: number) => Promise<number>;
  readonly ledger: LedgerStorage;
}

export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  readonly records: Records;
  /**
   * Runs after those before it and alone in all processes; durable when the promise resolves. Writes
   * that wait are committed together, each undone by itself if it throws.
   */
  readonly write: <T>(work: (writing: Writing) => Promise<T>) => Promise<T>;
  readonly page: (selection: Selection, limit: number) => Promise<Page>;
  readonly texts: (selection: Selection, limit: number) => Promise<TextPage>;
  /** Whether anything of that id exists for these audiences. */
  readonly exists: (
    collection: number,
    id: string,
    audiences: readonly number[],
  ) => Promise<{ readonly exists: boolean; readonly newestAudience: number }>;
  /** Objects and versions per collection, whatever their audience: for the operator. */
  readonly counts: () => Promise<
    readonly { readonly collection: number; readonly versions: number }[]
  >;
  /** Every label with its number, in the order of their numbers. */
  readonly audiences: (
    after?: number,
  ) => Promise<readonly { readonly id: number; readonly label: string }[]>;
  readonly events: {
    /** In the order of `seq`, at most `limit`, strictly after `after`. */
    readonly read: (after: number, limit: number) => Promise<readonly StoredEvent[]>;
    readonly first: () => Promise<number>;
    readonly last: () => Promise<number>;
    /** Number of the last event that was pruned; 0 when none was. */
    readonly prunedTo: () => Promise<number>;
    /** Called after events were committed by any process; says nothing of which. */
    readonly onAppended: (listener: () => void) => void;
  };
  readonly ledger: LedgerStorage;
  /** Another value means that records may have changed; cheap enough for every request. */
  readonly revision: () => number;
  readonly backup: (folder: string) => Promise<void>;
  readonly close: () => Promise<void>;
}
