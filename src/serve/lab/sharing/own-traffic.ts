/**
 * Indicators of others held against this lab's own traffic: what was before they came, what comes, and
 * instruments of customers. Hits gather for a moment, then campaigns are tested; whoever decides is told
 * before the hub is.
 */
import type { LabCore } from '../core.ts';
import type { Answers } from './answers.ts';
import type { Customers } from './customers.ts';
import type { Incoming } from './incoming.ts';
import { AGAIN_MS, type Lifetime } from './lifetime.ts';
import type { Telling } from './telling.ts';
import type { Blinder } from './tokens.ts';
import type { Verification } from './verify.ts';

export interface OwnTraffic {
  readonly watch: (indicators: readonly string[]) => Promise<void>;
  readonly unwatch: (indicators: readonly string[]) => Promise<void>;
  /** Holds tokens of instruments against indicators; of all of them, or of those that are new. */
  readonly matchTokens: (payments?: ReadonlySet<string>) => void;
  /** Accounts that any of the indicators hits. */
  readonly hitBy: (indicators: readonly string[]) => readonly string[];
  /** Of these accounts something else may hold: the next test tells of them. */
  readonly mark: (accounts: Iterable<string>) => void;
  /** Has every campaign tested a moment from now, where its hits have changed. */
  readonly retest: () => void;
  /** Accounts that the last look back was at. */
  readonly lookedBack: () => number;
  /** Forgets an account in memory. */
  readonly forget: (account: string) => void;
  readonly close: () => void;
}

export interface OwnTrafficOptions {
  readonly traffic: LabCore['traffic'];
  readonly incoming: Incoming;
  readonly verification: Verification;
  readonly customers: Customers;
  readonly blinder: Blinder;
  readonly telling: Telling;
  readonly answers: Answers;
  readonly life: Lifetime;
  readonly clock: () => number;
}

/** Hits that come together; re-verification is due a moment after they came. */
const TEST_MS = 40;
/** A clock that is behind the hub's must not make what is new seem not to have begun. */
const SKEW_MS = 120_000;

export const holdAgainstTraffic = (options: OwnTrafficOptions): OwnTraffic => {
  const { traffic, incoming, verification, customers, blinder, life, clock } = options;
  let lookedBack = 0;
  let timer: NodeJS.Timeout | undefined;
  let marked = new Set<string>();

  const hitBy = (ids: readonly string[]): string[] =>
    ids.flatMap((id) => [...verification.hits(id)]);
  const mark = (accounts: Iterable<string>): void => {
    for (const account of accounts) marked.add(account);
  };
  const testIn = (ms: number): void => {
    if (timer !== undefined || life.isOver()) return;
    timer = setTimeout(() => void test().catch(life.onError), ms);
  };
  const test = async (): Promise<void> => {
    timer = undefined;
    const told = marked;
    marked = new Set();
    const tested = await verification.test().catch((error: unknown) => {
      mark(told);
      testIn(AGAIN_MS);
      throw error;
    });
    for (const { group, before, after } of tested) {
      for (const account of [...(before?.accounts ?? []), ...after.accounts]) told.add(account);
      if (before?.outcome !== after.outcome)
        for (const account of hitBy(incoming.membersOf(group))) told.add(account);
    }
    // Decisions first: words to the hub can wait for them.
    await options.telling.tell(told, []);
    await options.answers.answer(tested);
  };
  const matchTokens: OwnTraffic['matchTokens'] = (payments) => {
    verification.match(
      customers
        .instruments()
        .filter(([, payment]) => payments?.has(payment) ?? true)
        .map(([account, payment]) => [account, blinder.tokensOf(payment)] as const)
        .filter(([, tokens]) => tokens.length > 0),
    );
    testIn(TEST_MS);
  };
  const take = (hits: Parameters<Verification['add']>[0]): void => {
    verification.add(hits);
    mark(hits.map(({ account }) => account));
  };
  traffic.onHits((hits) => {
    if (life.isOver()) return;
    take(hits);
    testIn(TEST_MS);
  });
  return {
    watch: async (indicators) => {
      const add = indicators.flatMap((id) => incoming.parsed(id)?.object ?? []);
      if (add.length === 0) return;
      verification.drop(indicators);
      const { hits, accounts } = await traffic.watch({ at: clock() + SKEW_MS, add, remove: [] });
      lookedBack = accounts;
      take(hits);
      matchTokens();
    },
    unwatch: async (indicators) => {
      await traffic.watch({ at: clock() + SKEW_MS, add: [], remove: indicators });
    },
    matchTokens,
    hitBy,
    mark,
    retest: () => {
      verification.touch();
      testIn(TEST_MS);
    },
    lookedBack: () => lookedBack,
    forget: (account) => {
      marked.delete(account);
      verification.forget(account);
    },
    close: () => clearTimeout(timer),
  };
};
