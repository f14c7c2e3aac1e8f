/** What every part of the hub is given. */
import type { Secrets } from './access/secret.ts';
import type { Visible } from './access/visible.ts';
import type { Admit } from './admit.ts';
import type { Store } from '../store/store.ts';

export interface HubOptions {
  /** Objects on one page at most (`--max-page`). */
  readonly maxPage: number;
  /** Origin under which the hub is reached from outside, for absolute URLs; none: relative ones. */
  readonly publicUrl?: string | undefined;
}

export interface Hub {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly visible: Visible;
  readonly admit: Admit;
  readonly options: HubOptions;
}
