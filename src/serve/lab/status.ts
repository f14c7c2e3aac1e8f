/** The state of a lab, in numbers. */
import type { DecidingStatus } from './deciding/status.ts';
import type { EngineStatus } from './engine/engine.ts';
import type { SharingStatus } from './sharing/status.ts';

export interface LabStatus {
  readonly started: string;
  readonly exchanges: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Halves of exchanges: waiting, never joined, and counted without their network half. */
  readonly held: number;
  readonly unjoined: number;
  readonly halves: number;
  readonly accounts: number;
  readonly accounts_in_memory: number;
  readonly known_accounts: number;
  readonly findings: number;
  readonly looks: number;
  readonly last_look: {
    readonly at: string;
    readonly ms: number;
    readonly left_out: number;
    readonly expired: number;
  } | null;
  readonly last_look_error: string | null;
  readonly journal: {
    readonly bytes: number;
    readonly healthy: boolean;
    readonly waiting_bytes: number;
    readonly checkpoint: number;
    readonly replayed_records: number;
  };
  readonly following: readonly {
    readonly path: string;
    readonly offset: number;
    readonly error: string | null;
  }[];
  readonly memory_bytes: number;
  /** Null: this lab decides nothing. */
  readonly deciding: DecidingStatus | null;
  /** Null: not connected with a hub. */
  readonly hub: SharingStatus | null;
}

/** What the threads do not know. */
export type Besides = Pick<
  LabStatus,
  | 'started'
  | 'findings'
  | 'looks'
  | 'last_look'
  | 'last_look_error'
  | 'following'
  | 'deciding'
  | 'hub'
>;

export const statusOf = (engine: EngineStatus, besides: Besides): LabStatus => {
  const { counting, keeping, ...journal } = engine;
  const { totals } = counting;
  return {
    ...besides,
    exchanges: totals.exchanges,
    duplicates: totals.duplicates,
    rejected: totals.rejected,
    reasons: totals.reasons,
    held: counting.held,
    unjoined: totals.unjoined,
    halves: totals.halves,
    accounts: keeping.accounts,
    accounts_in_memory: keeping.inMemory,
    known_accounts: keeping.records,
    journal: {
      bytes: journal.journalBytes,
      healthy: journal.journalHealthy,
      waiting_bytes: journal.waitingBytes,
      checkpoint: journal.checkpointSeq,
      replayed_records: journal.replayed,
    },
    memory_bytes: process.memoryUsage.rss(),
  };
};
