/** What the story tells while it goes on, and what is left of it at the end. */
import type { LabName } from '../../prove/demo/lab-name.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import type { LedgerCheck, PutRight } from './appeal.ts';
import type { DemoHub } from './hub.ts';
import type { DemoLab } from './lab.ts';
import type { Published } from './shared.ts';
import type { LabSum } from './sums.ts';

export interface Detected {
  /** Of the operator, answered at A until the look that found it; planned there; of the finding. */
  readonly exchanges: number;
  readonly planned: number;
  readonly accounts: number;
  readonly hydra_accounts: number;
  readonly hours: number;
  readonly network_p: number;
  readonly intent_p: number;
}

export interface ActedOn {
  readonly lab: LabName;
  /** Milliseconds from A's finding to the first decision in this lab's gate. */
  readonly ms: number;
  /** Hours of the traffic from the one to the other: where its own traffic said too little at first, it waited. */
  readonly hours_later: number;
  readonly accounts: number;
  /** Whether this lab's own traffic had confirmed the campaign when it was written down. */
  readonly confirmed: boolean;
  readonly refused_at_gateway: boolean;
}

export type StoryEvent =
  | {
      readonly event: 'started';
      readonly labs: Readonly<Record<LabName, number>>;
      /** Accounts of the operator at lab A. */
      readonly operator: number;
      readonly ms: number;
    }
  | { readonly event: 'hour'; readonly hour: number; readonly requests: number }
  | ({ readonly event: 'detected' } & Detected)
  | ({ readonly event: 'published' } & Published)
  | ({ readonly event: 'acted' } & ActedOn)
  | { readonly event: 'moved'; readonly hours: number; readonly stopped: boolean }
  | { readonly event: 'over'; readonly hours: number }
  | { readonly event: 'flagged'; readonly labs: readonly LabName[]; readonly decision: string }
  | ({ readonly event: 'put-right' } & PutRight)
  | ({ readonly event: 'ledger' } & LedgerCheck);

export interface Story {
  readonly detected: Detected | null;
  readonly published: Published | null;
  readonly acted: readonly ActedOn[];
  readonly moved_hours: number | null;
  readonly flagged: readonly LabName[];
  readonly put_right: PutRight | null;
  readonly ledger: LedgerCheck | null;
  readonly labs: Readonly<Record<LabName, LabSum>>;
  readonly requests: number;
}

export interface StoryOptions {
  readonly world: DemoWorld;
  readonly folder: string;
  readonly tell: (event: StoryEvent) => void;
  readonly onError: (error: unknown) => void;
}

export interface Running {
  readonly story: Story;
  readonly hub: DemoHub;
  readonly labs: readonly DemoLab[];
  readonly stop: () => Promise<void>;
}
