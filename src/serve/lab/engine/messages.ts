/** What the three threads of a lab say to each other: http and journal, counting, keeping. */
import type { MessagePort } from 'node:worker_threads';
import type { LiveChunk, LiveTally, LiveTotals } from '../../../detect/live/live-counter.ts';
import type { LiveProcedure } from '../../../detect/live/lineages.ts';
import type { JoinOptions } from '../../../detect/live/join-window.ts';
import type { Retention } from '../../../detect/live/retention.ts';
import type { AccountRecord } from '../../../detect/exchange/exchange.ts';
import type { PackedProfiles } from '../../../detect/profile/wire.ts';
import type { ScanReport } from '../../../detect/report/report.ts';
import type { FollowedTo } from '../journal/frame.ts';
import type { Counted } from '../profiles/checkpoint.ts';

/** Where lines lie in the slots. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** What the counting thread is started with. */
export interface CountingStart {
  readonly folder: string;
  readonly keeper: MessagePort;
  readonly slots: SharedArrayBuffer;
  /** How long samples of prompts are kept, ms. */
  readonly keptPrompts: number;
  readonly join: JoinOptions;
  readonly counted: Counted | null;
  /** Accounts under observation from which it hands over what they gained. */
  readonly accounts: number;
}

export type ToCounting =
  | {
      readonly type: 'count';
      readonly seq: number;
      /** Its lines lie in a slot, or travel with it. */
      readonly chunk: Omit<LiveChunk, 'data'> & { readonly data: Uint8Array | Place };
      readonly followed?: FollowedTo | undefined;
    }
  /** Hand everything over, then pass the order on to the keeper. */
  | { readonly type: 'pass'; readonly now: number; readonly order: Order };

export type FromCounting =
  | {
      readonly type: 'counted';
      readonly seq: number;
      readonly tally: LiveTally;
      readonly status: CountingStatus;
    }
  /** Once at the start, and when it handed over what accounts gained. */
  | { readonly type: 'status'; readonly status: CountingStatus }
  /** What indicators of others hit since the last time. */
  | { readonly type: 'hits'; readonly hits: readonly Hit[] };

/** Exchanges of one account that an indicator hit. */
export interface Hit {
  readonly indicator: string;
  readonly account: string;
  readonly exchanges: number;
}

/** A change of the indicators that traffic is held against. */
export interface WatchChange {
  /** Epoch ms; what has ended by then is not run. */
  readonly at: number;
  /** STIX objects; another version of the same id replaces it. */
  readonly add: readonly object[];
  readonly remove: readonly string[];
}

/** What they hit in the past, as far as profiles in memory tell, and how many of those were looked at. */
export interface Watched {
  readonly hits: readonly Hit[];
  readonly accounts: number;
}

/** What re-verification needs of all accounts; null when nothing changed since `known`. */
export interface Customers {
  readonly version: number;
  readonly instruments: readonly (readonly [account: string, payment: string])[];
  readonly attested: readonly string[];
}

export interface CountingStatus {
  readonly seq: number;
  readonly totals: LiveTotals;
  /** Halves that wait for the other. */
  readonly held: number;
  /** Accounts that gained something the keeper does not know yet. */
  readonly accounts: number;
}

export interface LookOrder {
  readonly level: number;
  /** `scan`: the procedure of a scan, which is made for one look. The others hold over all looks. */
  readonly procedure: LiveProcedure | 'scan';
  readonly window: number;
  readonly most: number;
  /** Accounts that take no part: a reviewer found that they were linked wrongly. */
  readonly without?: readonly string[];
}

/** What a keeper is asked to do once it knows everything that was counted before. */
export type Order =
  | {
      readonly type: 'look';
      readonly ticket: number;
      readonly now: number;
      readonly look: LookOrder;
    }
  | { readonly type: 'checkpoint'; readonly ticket: number }
  | { readonly type: 'forget'; readonly ticket: number; readonly account: string }
  | { readonly type: 'accounts'; readonly ticket: number; readonly ids: readonly string[] }
  /** The counting thread takes the change before anything that is counted after it. */
  | { readonly type: 'watch'; readonly ticket: number; readonly change: WatchChange }
  | { readonly type: 'customers'; readonly ticket: number; readonly known: number };

export interface KeepingStart {
  readonly folder: string;
  readonly counting: MessagePort;
  readonly inMemory: number;
  readonly retention: Retention;
  /** Whether the newest exchange is the time for retention, and not the clock of the machine. */
  readonly trafficClock: boolean;
  readonly baseline: string | undefined;
  readonly model: string | undefined;
  readonly accountsFile: string | undefined;
}

export type ToKeeping =
  | { readonly type: 'profiles'; readonly packed: PackedProfiles }
  | { readonly type: 'records'; readonly records: readonly AccountRecord[] }
  | { readonly type: 'order'; readonly order: Order; readonly counted: Counted };

/** To the counting thread: one batch of profiles was merged. */
export type KeptBatch = { readonly type: 'kept' };

export interface KeepingStatus {
  readonly accounts: number;
  readonly inMemory: number;
  readonly records: number;
}

/** What is known of an account with a verdict besides it. */
export interface LookedAccount {
  readonly id: string;
  readonly record: AccountRecord | null;
  readonly segment: string;
  readonly exchanges: number;
}

export interface Looked {
  /** Accounts with a verdict. */
  readonly accounts: readonly LookedAccount[];
  /** Exchanges of organizations, the largest of them. */
  readonly organizations: ReadonlyMap<string, number>;
  readonly report: ScanReport;
  readonly looks: number;
  /** Accounts with traffic in the window that did not fit into the look. */
  readonly leftOut: number;
  readonly expired: number;
  readonly ms: number;
}

/** Everything known of one account, for those who make indicators and decisions of it. */
export interface KnownAccount {
  readonly id: string;
  readonly record: AccountRecord | null;
  readonly packed: PackedProfiles;
}

export type FromKeeping =
  | { readonly type: 'ready'; readonly status: KeepingStatus }
  | {
      readonly type: 'looked';
      readonly ticket: number;
      readonly looked: Looked | null;
      readonly status: KeepingStatus;
    }
  | {
      readonly type: 'checkpointed';
      readonly ticket: number;
      readonly seq: number;
      readonly status: KeepingStatus;
    }
  | {
      readonly type: 'forgotten';
      readonly ticket: number;
      readonly known: boolean;
      readonly seq: number;
    }
  | {
      readonly type: 'accounts';
      readonly ticket: number;
      readonly accounts: readonly KnownAccount[];
    }
  | { readonly type: 'watched'; readonly ticket: number; readonly watched: Watched }
  | {
      readonly type: 'customers';
      readonly ticket: number;
      readonly customers: Customers | null;
    }
  | { readonly type: 'failed'; readonly ticket: number; readonly message: string };
