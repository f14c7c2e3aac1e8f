import { toRecord } from '../exchange/accounts.ts';
import type { AccountRecord, Exchange } from '../exchange/exchange.ts';
import { idOf, type Row } from '../exchange/fields.ts';
import { mapNative } from '../exchange/native.ts';
import type { RejectReason } from '../exchange/reject.ts';
import { eachRow } from '../exchange/row-reader.ts';
import type { Profile } from '../profile/profile.ts';
import { createChunkProfiler } from '../scan/chunk-profiler.ts';
import {
  createJoinWindow,
  JOIN_DEFAULTS,
  type JoinOptions,
  type JoinSide,
  type Released,
  type Waiting,
} from './join-window.ts';
import { createSeenWindow, type NewKeys, SEEN_CAPACITY } from './seen-window.ts';

/** What the lines of a chunk are. */
export const STREAMS = ['whole', 'content', 'network', 'accounts'] as const;
export type Stream = (typeof STREAMS)[number];

/** Whole native JSON lines of one stream, and when they arrived. */
export interface LiveChunk {
  readonly stream: Stream;
  readonly at: number;
  readonly firstLine: number;
  readonly data: Uint8Array;
}

export type LiveReject = RejectReason | 'REQUEST_ID_MISSING';

/** What became of the lines of one chunk. */
export interface LiveTally {
  /** Counted now, or waiting for their other half. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The first of them, at most KEPT_ERRORS. */
  readonly errors: readonly { readonly line: number | null; readonly code: LiveReject }[];
}

export interface LiveTotals {
  exchanges: number;
  duplicates: number;
  rejected: number;
  /** Network halves whose exchange never came. */
  unjoined: number;
  /** Exchanges whose network half never came. */
  halves: number;
  reasons: Partial<Record<LiveReject, number>>;
}

/** All that a counter remembers beside the profiles it has handed over; plain data. */
export interface LiveState {
  readonly totals: LiveTotals;
  readonly waiting: readonly Waiting[];
  readonly seenOlder?: Uint32Array;
  readonly seenYounger?: Uint32Array;
}

export interface LiveOptions {
  readonly join?: JoinOptions;
  /** Exchanges remembered at least, so that a repeated delivery counts once. */
  readonly seenCapacity?: number;
  /** Shown each exchange that was counted, once. */
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

/** The incremental engine: the same counting as a scan's, chunk by chunk, and profiles when asked. */
export interface LiveCounter {
  readonly accept: (chunk: LiveChunk) => LiveTally;
  /** Lets go of halves that waited too long at `at`. */
  readonly expire: (at: number) => void;
  /** What each account gained since the last drain, and what was said about accounts. */
  readonly drain: () => Generator<readonly [string, Profile], void>;
  /**
   * Has to be called before samples of prompts are dropped from drained profiles: of accounts that
   * were last seen before this time.
   */
  readonly letGo: (before: number) => void;
  readonly takeRecords: () => readonly AccountRecord[];
  readonly takeSeen: () => NewKeys;
  /** Forgets what waits for an account. What was counted has to be drained before. */
  readonly forget: (accountId: string) => void;
  readonly totals: Readonly<LiveTotals>;
  readonly waiting: () => readonly Waiting[];
  readonly held: number;
  /** Accounts that gained something since the last drain. */
  readonly accounts: number;
}

export const KEPT_ERRORS = 100;

export const noTotals = (): LiveTotals => ({
  exchanges: 0,
  duplicates: 0,
  rejected: 0,
  unjoined: 0,
  halves: 0,
  reasons: {},
});

interface MutableTally {
  accepted: number;
  duplicates: number;
  rejected: number;
  errors: { line: number | null; code: LiveReject }[];
}

export const createLiveCounter = (
  { join = JOIN_DEFAULTS, seenCapacity = SEEN_CAPACITY, onExchange }: LiveOptions = {},
  before?: LiveState,
): LiveCounter => {
  const seen = createSeenWindow(seenCapacity, before?.seenOlder, before?.seenYounger);
  const profiler = createChunkProfiler(seen.seen, {
    keptRejects: KEPT_ERRORS,
    onExchange,
    carry: true,
  });
  let window = createJoinWindow(join, before?.waiting);
  const totals: LiveTotals = { ...noTotals(), ...before?.totals };
  totals.reasons = { ...totals.reasons };
  let records: AccountRecord[] = [];

  const refuse = (code: LiveReject, count: number): void => {
    totals.rejected += count;
    totals.reasons[code] = (totals.reasons[code] ?? 0) + count;
  };
  const countReleased = ({ row, joined }: Released): void => {
    if (joined === 'network') {
      totals.unjoined += 1;
      return;
    }
    const exchange = mapNative(row);
    if (typeof exchange === 'string') {
      // Messages without their span say nothing of who asked: that is a half too.
      if (joined === 'content') totals.unjoined += 1;
      else refuse(exchange, 1);
      return;
    }
    if (joined === 'content') totals.halves += 1;
    if (profiler.count(exchange)) totals.exchanges += 1;
    else totals.duplicates += 1;
  };
  const whole = (chunk: LiveChunk): LiveTally => {
    const { exchanges, duplicates, reasons, rejected } = profiler.accept({
      source: 'live',
      format: 'native',
      firstLine: chunk.firstLine,
      data: chunk.data,
    });
    totals.exchanges += exchanges;
    totals.duplicates += duplicates;
    let refused = 0;
    for (const [reason, count] of Object.entries(reasons) as [RejectReason, number][]) {
      refuse(reason, count);
      refused += count;
    }
    return {
      accepted: exchanges,
      duplicates,
      rejected: refused,
      errors: rejected.map(({ line, reason }) => ({ line, code: reason })),
    };
  };
  const byRow = (chunk: LiveChunk, take: (row: Row) => LiveReject | undefined): LiveTally => {
    const tally: MutableTally = { accepted: 0, duplicates: 0, rejected: 0, errors: [] };
    const reject = (line: number | null, code: LiveReject): void => {
      refuse(code, 1);
      tally.rejected += 1;
      if (tally.errors.length < KEPT_ERRORS) tally.errors.push({ line, code });
    };
    eachRow(
      chunk,
      (row, line) => {
        const code = take(row);
        if (code === undefined) tally.accepted += 1;
        else reject(line, code);
      },
      reject,
    );
    return tally;
  };
  const half = (chunk: LiveChunk, side: JoinSide): LiveTally =>
    byRow(chunk, (row) => {
      const id = idOf(row.exchange_id);
      if (id == null) return 'REQUEST_ID_MISSING';
      for (const released of window.add(side, id, row, chunk.at)) countReleased(released);
      return undefined;
    });
  const known = (chunk: LiveChunk): LiveTally =>
    byRow(chunk, (row) => {
      const record = toRecord(row);
      if (typeof record === 'string') return record;
      records.push(record);
      return undefined;
    });
  const expire = (at: number): void => {
    for (const released of window.expire(at)) countReleased(released);
  };
  return {
    accept: (chunk) => {
      expire(chunk.at);
      if (chunk.stream === 'whole') return whole(chunk);
      return chunk.stream === 'accounts' ? known(chunk) : half(chunk, chunk.stream);
    },
    expire,
    drain: profiler.drain,
    letGo: profiler.letGo,
    takeRecords: () => {
      const taken = records;
      records = [];
      return taken;
    },
    takeSeen: seen.takeNew,
    forget: (accountId) => {
      profiler.letGo(Number.POSITIVE_INFINITY);
      const rest = window.waiting().filter(({ row }) => idOf(row.account_id) !== accountId);
      window = createJoinWindow(join, rest);
    },
    totals,
    waiting: () => window.waiting(),
    get held() {
      return window.size;
    },
    get accounts() {
      return profiler.accounts;
    },
  };
};
