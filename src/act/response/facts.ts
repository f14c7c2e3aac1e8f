/** What is known of one account when a policy is asked about it. What is not known is null, never a guess. */
import type { PermittedAction } from '../../share/indicator/profile/words.ts';
import type { StandingStatus } from '../../share/corroboration/standing.ts';
import type { AxisScore, Verdict } from '../../detect/report/report.ts';
import type { Subject } from './decision.ts';

/** A verdict of this lab's own detection. */
export interface FindingFacts {
  /** Of the campaign, or of the finding about the account. */
  readonly id: string;
  readonly verdict: Verdict;
  readonly network: AxisScore;
  readonly intent: AxisScore;
  /** False discovery rate at which it was decided. */
  readonly level: number;
  readonly accounts: number;
  readonly exchanges: number;
}

export interface AccountFacts {
  readonly id: string;
  readonly tier: string | null;
  readonly segment: string | null;
  readonly organization: string | null;
  readonly exchanges: number;
  /** Of the whole organization, where that is known. */
  readonly organization_exchanges: number | null;
  /** Epoch milliseconds. */
  readonly created_at: number | null;
  /** Authorised distillation or research, in the provider's own words. */
  readonly attestation: string | null;
  /** Part of the traffic that the provider vouches for. */
  readonly known_good: boolean;
}

/** An indicator of the hub that matches this account. */
export interface IndicatorFacts {
  readonly id: string;
  readonly standing: StandingStatus;
  readonly permitted_action: PermittedAction;
  /** Whether this lab found the same on its own traffic. */
  readonly confirmed_here: boolean;
  /** `valid_until` in epoch milliseconds: nothing that rests on it holds longer. */
  readonly until: number;
}

export interface Facts {
  readonly account: AccountFacts;
  /** What a decision is to be about; the account where it is absent. */
  readonly subject?: Subject;
  readonly finding: FindingFacts | null;
  readonly indicators: readonly IndicatorFacts[];
}

export const subjectOf = (facts: Facts): Subject =>
  facts.subject ?? { kind: 'account', value: facts.account.id };
