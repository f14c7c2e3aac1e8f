/** What deciding takes, and what it offers to the rest of the lab. */
import type { AccountFacts } from '../../../act/response/facts.ts';
import type { AllowEntry } from '../../../act/response/policy/policy.ts';
import type { Exclusion } from '../../store/records.ts';
import type { Desk } from '../appeals/desk.ts';
import type { Effects } from '../appeals/effects.ts';
import type { DecisionBook } from '../decisions/book.ts';
import type { Serial } from '../serial.ts';
import type { LabCore } from '../core.ts';
import type { Allowance } from './allowances.ts';
import type { Considered, ShadowProposals } from './consider.ts';
import type { Forgotten } from './forget.ts';
import type { PolicyFile } from './policy-file.ts';
import type { Keeping, Swept } from './retention.ts';
import type { Sharing } from './sharing-seam.ts';
import type { TakenBack } from './taken-back.ts';
import type { Withdrawn } from './withdrawn.ts';

export interface DecidingOptions {
  /** The policy that ships, all of it shadow, when there is none. */
  readonly policyFile?: string | undefined;
  /** Asked anew each time: a lab may be connected to a hub while it runs. */
  readonly sharing?: (() => Sharing | undefined) | undefined;
  /** Epoch milliseconds; the wall clock when absent. */
  readonly now?: (() => number) | undefined;
  /** Monotonic milliseconds. */
  readonly steady?: (() => number) | undefined;
  /** Between ticks; 0 for none, for who calls `tick` itself. */
  readonly tickMs?: number | undefined;
  /** What is kept after its end, and how long; as configured when absent. */
  readonly keep?: Keeping | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface Deciding {
  readonly book: DecisionBook;
  readonly desk: Desk;
  readonly effects: Effects;
  readonly policy: PolicyFile;
  /** What the accounts are known by; of the last look, and those that were asked for since. */
  readonly known: () => ReadonlyMap<string, AccountFacts>;
  readonly shadowProposals: () => ShadowProposals;
  /** Asks the policy about these accounts now. */
  readonly reconsider: (accounts: readonly string[]) => Promise<Considered>;
  /** Asks it about all accounts with a decision that rests on shared intelligence. */
  readonly reconsiderShared: () => Promise<Considered>;
  readonly withdraw: TakenBack['withdraw'];
  /** Within `serial`. */
  readonly dismissResting: TakenBack['dismissResting'];
  readonly discredit: Withdrawn['discredit'];
  readonly reload: () => Promise<boolean>;
  readonly allowances: () => readonly Allowance[];
  readonly disallow: (subject: AllowEntry['subject']) => Promise<boolean>;
  readonly exclusions: () => readonly Exclusion[];
  readonly include: (account: string) => Promise<boolean>;
  /** Conditions that could not be evaluated after the last look, by rule. */
  readonly failures: () => Considered['failures'];
  /** Runs after and before other work on decisions, never beside it. */
  readonly serial: Serial;
  readonly tick: () => Promise<void>;
  /** Takes an account out of all that was decided, and ends what still holds. */
  readonly forget: (account: string) => Promise<Forgotten>;
  /** Deletes what has ended long enough ago; by itself every hour. */
  readonly sweep: () => Promise<Swept>;
  readonly now: () => number;
  readonly core: LabCore;
  readonly sharing: () => Sharing | undefined;
  readonly close: () => Promise<void>;
}
