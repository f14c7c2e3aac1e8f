/** What deciding and appeals ask of the part that shares with a hub. A lab without a hub has none of it. */

import type { Surroundings } from '../../../act/casework/effects.ts';
import type { AccountFacts, IndicatorFacts } from '../../../act/response/facts.ts';

export interface Sharing {
  /** Indicators of the hub that match this account now, as verified on this lab's own traffic. */
  readonly indicatorFacts: (account: Pick<AccountFacts, 'id'>) => readonly IndicatorFacts[];
  /** Objects this lab shared because of one of these findings or decisions. */
  readonly sharedBecauseOf: (grounds: readonly string[], account: string) => Surroundings['shared'];
  /** Shared campaigns that an indicator of the hub is of. */
  readonly campaignsOf: (indicator: string) => readonly string[];
  /** Whether an id is an object of another lab. */
  readonly isTheirs: (id: string) => boolean;
  /**
   * Take back, or dispute. Both are asked for again after a crash, with the same `key`: what was done under
   * a key is not done twice. They resolve when the request is kept safely, not when the hub has it.
   */
  readonly retract: (objects: readonly string[], key: string) => Promise<void>;
  readonly dispute: (objects: readonly string[], key: string) => Promise<void>;
}
