/** What a gate, a hub connection and a desk for appeals are built on. */
import type { AccountRecord } from '../../detect/exchange/exchange.ts';
import type { Profile } from '../../detect/profile/profile.ts';
import type { CampaignReport } from '../../detect/report/report.ts';
import type { Store } from '../store/store.ts';
import type { LabConfig } from './config/config.ts';
import type { DecidingStatus } from './deciding/status.ts';
import type { Engine } from './engine/engine.ts';
import type { LabFinding } from './findings.ts';
import type { ForgottenIn } from './forget.ts';
import type { Tokens } from './http/tokens.ts';
import type { Looks } from './looks.ts';
import type { SharingStatus } from './sharing/status.ts';
import type { LabStatus } from './status.ts';

export interface LabAccount {
  readonly id: string;
  readonly profile: Profile;
  readonly record: AccountRecord | null;
}

export interface LabCore
  extends Pick<Looks, 'lookNow' | 'onFindings' | 'leaveOut' | 'report' | 'looked'> {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly config: LabConfig;
  readonly findings: () => readonly LabFinding[];
  /** Of the last look. */
  readonly campaigns: () => readonly CampaignReport[];
  /** Profiles and records of accounts, for indicators and re-verification on own traffic. */
  readonly accounts: (ids: readonly string[]) => Promise<readonly LabAccount[]>;
  /** Traffic held against indicators of others, and what is known of all customers. */
  readonly traffic: Pick<Engine, 'watch' | 'onHits' | 'customers'>;
  /** Called when an account is forgotten, before its name is out of findings; gives what else it was in. */
  readonly onForget: (listener: (account: string) => Promise<ForgottenIn>) => void;
  /** Makes decisions and cases part of the status. */
  readonly showDeciding: (source: () => DecidingStatus) => void;
  /** Makes a connection with a hub part of the status. */
  readonly showHub: (source: () => SharingStatus | null) => void;
  readonly status: () => LabStatus;
}
