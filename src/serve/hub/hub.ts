/** What every part of the hub is given. */
import type { Store } from '../store/store.ts';
import type { Secrets } from './access/secret.ts';
import type { Visible } from './access/visible.ts';
import type { Admit } from './admit.ts';
import type { Log } from './http/log.ts';
import type { HubLedger } from './ledger/record.ts';

export interface HubOptions {
  /** Objects on one page at most (`--max-page`). */
  readonly maxPage: number;
  /** Days for which events and statuses are kept (`--keep-days`). */
  readonly keepDays: number;
  /** Origin under which the hub is reached from outside, for absolute URLs; none: relative ones. */
  readonly publicUrl?: string | undefined;
}

export interface Hub {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly visible: Visible;
  readonly admit: Admit;
  /** `hubLedger(store)`: entries are appended inside the write that does what they speak of. */
  readonly ledger: HubLedger;
  readonly options: HubOptions;
  readonly log: Log;
  /** Aborted when the hub stops: whoever keeps an answer open ends it then. */
  readonly stopping: AbortSignal;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Something that runs beside the requests; gives the function that stops it. */
export type Service = (hub: Hub) => Promise<() => Promise<void>>;
