/** Adds up what a matcher found: exchanges, accounts and sets by indicator, and who of them is known to be good. */
import type { DistillationIndicator } from '../profile/indicator.ts';
import type { IndicatorKind, PermittedAction } from '../profile/words.ts';
import type { CampaignFeatures, ExchangeView, IdleCode, Matcher } from './matcher.ts';

/** Why an indicator that could be read said nothing. */
export type NotRunCode = IdleCode | 'TOKENS_NOT_GIVEN' | 'NO_PROMPTS';

export interface AccountHit {
  readonly account_id: string;
  /** Exchanges that the indicator hit; for a fingerprint or token, 0. */
  readonly exchanges: number;
  readonly known_good: boolean;
}

export interface IndicatorHits {
  readonly id: string;
  readonly kind: IndicatorKind;
  readonly permitted_action: PermittedAction;
  /** Null: it was run. */
  readonly not_run: NotRunCode | null;
  readonly exchanges: number;
  /** Sets of accounts that a fingerprint describes. */
  readonly sets: number;
  /** Most exchanges first. */
  readonly accounts: readonly AccountHit[];
  readonly known_good_hit: number;
}

export interface MatchTally {
  readonly exchange: (exchange: ExchangeView & { readonly accountId: string }) => void;
  /** Sets in order: those that are surest first. */
  readonly set: (accountIds: readonly string[], features: CampaignFeatures) => void;
  readonly account: (accountId: string, tokens: readonly string[]) => void;
  readonly finish: (known: ReadonlySet<string>, tokensGiven: boolean) => readonly IndicatorHits[];
}

interface Counts {
  exchanges: number;
  sets: number;
  readonly accounts: Map<string, number>;
}

/**
 * A set of which more than this was hit before is the same set drawn more widely: the first one counts, so
 * that those whose members were weighed come first.
 */
const SAME_SET = 0.5;

/** Exchanges of one account that make it a hit. */
const needed = (indicator: DistillationIndicator): number =>
  indicator.kind === 'query-signature' ? indicator.pattern.match.min_exchanges : 0;

/** Memory grows with the accounts that were hit, never with the exchanges. */
export const createMatchTally = (matcher: Matcher): MatchTally => {
  const counts = matcher.indicators.map(
    (): Counts => ({ exchanges: 0, sets: 0, accounts: new Map() }),
  );
  let prompts = false;
  const hit = (at: number, account: string, exchanges: number): void => {
    const { accounts } = counts[at]!;
    accounts.set(account, (accounts.get(account) ?? 0) + exchanges);
  };
  const notRun = (at: number, tokensGiven: boolean): NotRunCode | null => {
    const idle = matcher.idle.get(at);
    if (idle !== undefined) return idle;
    const { kind, pattern } = matcher.indicators[at]!;
    if (pattern.kind === 'actor-identifier' && pattern.tokens !== undefined && !tokensGiven)
      return 'TOKENS_NOT_GIVEN';
    return kind === 'query-signature' && !prompts ? 'NO_PROMPTS' : null;
  };
  return {
    exchange: (exchange) => {
      prompts ||= exchange.prompt !== '';
      for (const at of matcher.exchange(exchange)) {
        counts[at]!.exchanges += 1;
        hit(at, exchange.accountId, 1);
      }
    },
    set: (accountIds, features) => {
      for (const at of matcher.campaign(features)) {
        const { accounts } = counts[at]!;
        const known = accountIds.filter((id) => accounts.has(id)).length;
        if (known > SAME_SET * accountIds.length) continue;
        counts[at]!.sets += 1;
        for (const id of accountIds) hit(at, id, 0);
      }
    },
    account: (accountId, tokens) => {
      for (const at of matcher.account(tokens)) hit(at, accountId, 0);
    },
    finish: (known, tokensGiven) =>
      matcher.indicators.map((indicator, at): IndicatorHits => {
        const { exchanges, sets, accounts } = counts[at]!;
        const list = [...accounts]
          .filter(([, n]) => n >= needed(indicator))
          .map(([account_id, n]) => ({
            account_id,
            exchanges: n,
            known_good: known.has(account_id),
          }))
          .sort((a, b) => b.exchanges - a.exchanges || (a.account_id < b.account_id ? -1 : 1));
        return {
          id: indicator.object.id,
          kind: indicator.kind,
          permitted_action: indicator.extension.permitted_action,
          not_run: notRun(at, tokensGiven),
          exchanges,
          sets,
          accounts: list,
          known_good_hit: list.filter((a) => a.known_good).length,
        };
      }),
  };
};
