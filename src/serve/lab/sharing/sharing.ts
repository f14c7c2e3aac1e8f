/** What a connection of this lab with a hub takes, and what it offers to the rest of the lab. */
import type { KeyObject } from 'node:crypto';
import type { IndicatorFacts } from '../../../act/response/facts.ts';
import type { PermittedAction } from '../../../share/indicator/profile/words.ts';
import type { TlpLevel } from '../../../share/stix/tlp.ts';
import type { Outbox } from './outbox.ts';
import type { SharedObject } from './publisher.ts';
import type { SharingStatus } from './status.ts';
import type { ChangeListener } from './telling.ts';
import type { IncomingView } from './views.ts';
import type { Reason } from './words.ts';

export interface SharingOptions {
  readonly hub: string;
  /** Bearer token of a member. */
  readonly credential: string;
  readonly key: KeyObject;
  /** UUID or alias; `exchange`. */
  readonly collection?: string;
  readonly plainHttp?: boolean;
  /** Whether drafts leave by themselves. */
  readonly release?: 'person' | 'automatic';
  readonly k?: number;
  readonly tlp?: TlpLevel;
  /** The strongest action that recipients may take. */
  readonly permit?: PermittedAction;
  /** Over all looks at one shared campaign, the chance that an unrelated one is confirmed. */
  readonly level?: number;
  /** Shortest time between two versions of one finding, ms. */
  readonly renewMs?: number;
  readonly isKnownGood?: (account: string) => boolean;
  readonly clock?: () => number;
  readonly onError?: (error: unknown) => void;
}

export interface Sharing {
  readonly facts: (account: string) => readonly IndicatorFacts[];
  /** Shared campaigns that an indicator of others is of. */
  readonly campaignsOf: (indicator: string) => readonly string[];
  readonly onChanged: (listener: ChangeListener) => void;
  /** Objects of this lab that were published because of a finding, and whether they name the account. */
  readonly sharedFor: (finding: string, account: string) => readonly SharedObject[];
  /** Takes back what was published, by ids of findings or of objects; gives the findings concerned. */
  readonly retract: (ids: readonly string[], reason: Reason) => Promise<readonly string[]>;
  /** Says of indicators of others that they are wrong; gives those that it knows. */
  readonly dispute: (ids: readonly string[], reason: Reason) => Promise<readonly string[]>;
  /** Forgets an account in memory. */
  readonly forget: (account: string) => void;
  readonly status: () => SharingStatus;
  readonly outbox: Outbox;
  readonly indicators: () => readonly IncomingView[];
  readonly close: () => Promise<void>;
}
