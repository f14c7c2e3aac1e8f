/**
 * Re-verification: shared campaigns against this lab's own traffic. Hits come in from the threads that
 * count and keep; a campaign is tested when they have grown by a quarter, so that looking often does not
 * spend the level. What a test found is kept with the number of tests.
 */
import { confirm } from '../../../share/indicator/confirm/confirm.ts';
import { compileIndicators } from '../../../share/indicator/match/matcher.ts';
import type { Store } from '../../store/store.ts';
import type { Hit } from '../engine/messages.ts';
import { exchangesNeeded } from '../engine/watch.ts';
import type { LabFinding } from '../findings.ts';
import type { Incoming } from './incoming.ts';
import { type KeptGroup, load, save } from './kept.ts';

export interface Verification {
  readonly add: (hits: readonly Hit[]) => void;
  /** Forgets hits: the indicator is gone, or means something else now. */
  readonly drop: (indicators: readonly string[]) => void;
  /** Accounts of an indicator with enough exchanges. */
  readonly hits: (indicator: string) => ReadonlySet<string>;
  /** Forgets an account; what is kept of groups is written by who calls. */
  readonly forget: (account: string) => void;
  /** Indicators that hit an account. */
  readonly of: (account: string) => readonly string[];
  /** Tests campaigns whose hits have changed; gives those with another outcome or other accounts. */
  readonly test: () => Promise<readonly Tested[]>;
  /** Has every campaign looked at by the next test. */
  readonly touch: () => void;
  readonly group: (group: string) => KeptGroup | undefined;
  /** When an account was confirmed as one of a campaign that the indicator is of; null: it was not. */
  readonly confirmedAt: (indicator: string, account: string | null) => number | null;
  /** Holds tokens of accounts against indicators. */
  readonly match: (accounts: Iterable<readonly [string, readonly string[]]>) => void;
}

export interface Tested {
  readonly group: string;
  readonly before: KeptGroup | undefined;
  readonly after: KeptGroup;
}

export interface VerifyOptions {
  readonly store: Store;
  readonly incoming: Incoming;
  /** Accounts with a profile. */
  readonly population: () => number;
  /** Those that have sent something. */
  readonly active: (accounts: readonly string[]) => Promise<readonly string[]>;
  readonly findings: () => readonly LabFinding[];
  readonly isKnownGood: (account: string) => boolean;
  readonly level: number;
  readonly clock: () => number;
}

const GROWN = 1.25;
const NOBODY: ReadonlySet<string> = new Set();

const both = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] =>
  [...(a.size < b.size ? a : b)].filter((id) => a.has(id) && b.has(id));

export const openVerification = async (options: VerifyOptions): Promise<Verification> => {
  const { store, incoming, level, clock, isKnownGood } = options;
  const groups = await load<KeptGroup>(store, 'share-group');
  const counts = new Map<string, Map<string, number>>();
  const enough = new Map<string, Set<string>>();
  const byAccount = new Map<string, Set<string>>();
  const dirty = new Set<string>(incoming.groups());

  const isOn = (indicator: string): boolean =>
    incoming.parsed(indicator) !== undefined && incoming.get(indicator)?.own === false;
  /** Known to have sent something. */
  const active = new Set<string>();
  const add = (hits: readonly Hit[]): void => {
    for (const { indicator, account, exchanges } of hits) {
      const parsed = incoming.parsed(indicator);
      if (parsed === undefined) continue;
      let accounts = counts.get(indicator);
      if (accounts === undefined) {
        accounts = new Map();
        counts.set(indicator, accounts);
      }
      const count = (accounts.get(account) ?? 0) + exchanges;
      accounts.set(account, count);
      if (count < exchangesNeeded(parsed)) continue;
      const list = enough.get(indicator) ?? new Set();
      if (list.has(account)) continue;
      enough.set(indicator, list.add(account));
      byAccount.set(account, (byAccount.get(account) ?? new Set()).add(indicator));
      for (const group of incoming.groupsOf(indicator)) dirty.add(group);
    }
  };
  const axesOf = (group: string) => {
    const byActor = new Set<string>();
    const bySignature = new Set<string>();
    for (const indicator of incoming.membersOf(group)) {
      const { kind } = incoming.parsed(indicator)!;
      const into =
        kind === 'actor-identifier'
          ? byActor
          : kind === 'query-signature'
            ? bySignature
            : undefined;
      // A fingerprint describes a set; it says of no account that it is the same one.
      // An instrument hits from sign-up on; the test is about those with traffic.
      for (const account of into === undefined ? [] : (enough.get(indicator) ?? NOBODY))
        if (active.has(account)) into!.add(account);
    }
    return { byActor, bySignature };
  };
  /** Of this lab's own findings the one that most of the hits are in. */
  const foundOf = (any: ReadonlySet<string>): { set: ReadonlySet<string>; of: number } => {
    const mine = options.findings().filter(({ campaign }) => campaign.verdict !== 'review');
    let set: ReadonlySet<string> = NOBODY;
    let most = 0;
    for (const { campaign } of mine) {
      const accounts = new Set(campaign.accounts);
      const shared = both(any, accounts).length;
      if (shared > most) [set, most] = [accounts, shared];
    }
    return { set, of: Math.max(1, mine.length) };
  };
  const testOne = (group: string, population: number): KeptGroup | undefined => {
    const before = groups.get(group);
    const { byActor, bySignature } = axesOf(group);
    const any = new Set([...byActor, ...bySignature]);
    if (any.size === 0) return undefined;
    const { set: found, of } = foundOf(any);
    const common = both(byActor, bySignature);
    const hits = [any.size, common.length, both(any, found).length] as const;
    const knownGood = new Set([...any].filter(isKnownGood));
    const grown = hits.some((count, i) => count > GROWN * (before?.hits[i] ?? 0));
    const confirmed = before?.outcome === 'confirmed';
    if (before !== undefined && !grown && knownGood.size === 0 && !confirmed) return undefined;
    const looks = before?.looks ?? 0;
    const isTest = grown && !confirmed;
    // The finding was chosen among several: each of them may claim its part of the level only.
    const answer = confirm(
      { accounts: population, byActor, bySignature, found, knownGood },
      { level: level / (found.size > 0 ? of : 1), look: isTest ? looks + 1 : Math.max(1, looks) },
    );
    const { outcome } = answer;
    const kept = { looks: looks + Number(isTest), p_value: answer.p_value, at: clock(), hits };
    if (outcome === 'refuted') return { ...kept, outcome, by: null, accounts: answer.accounts };
    // A confirmation is for good; who is behind it may become more.
    if (confirmed) {
      const accounts = [...new Set([...before.accounts, ...common])].sort();
      return { ...before, accounts, hits };
    }
    if (!isTest) return undefined;
    return outcome === 'confirmed'
      ? { ...kept, outcome, by: answer.by, accounts: answer.accounts }
      : { ...kept, outcome, by: null, accounts: [] };
  };
  const isSame = (a: KeptGroup | undefined, b: KeptGroup): boolean =>
    a?.outcome === b.outcome && a.accounts.length === b.accounts.length && a.looks === b.looks;
  const findActive = async (): Promise<void> => {
    const asked = new Set<string>();
    for (const group of dirty)
      for (const indicator of incoming.membersOf(group))
        for (const account of enough.get(indicator) ?? NOBODY)
          if (!active.has(account)) asked.add(account);
    if (asked.size === 0) return;
    for (const account of await options.active([...asked])) active.add(account);
  };
  return {
    add: (hits) => {
      for (const { account } of hits) active.add(account);
      add(hits);
    },
    drop: (indicators) => {
      for (const indicator of indicators) {
        for (const account of enough.get(indicator) ?? []) {
          const list = byAccount.get(account);
          list?.delete(indicator);
          if (list?.size === 0) byAccount.delete(account);
        }
        counts.delete(indicator);
        enough.delete(indicator);
      }
      for (const group of incoming.groups()) dirty.add(group);
    },
    hits: (indicator) => enough.get(indicator) ?? NOBODY,
    forget: (account) => {
      active.delete(account);
      for (const accounts of counts.values()) accounts.delete(account);
      for (const accounts of enough.values()) accounts.delete(account);
      byAccount.delete(account);
      for (const [group, kept] of groups)
        if (kept.accounts.includes(account))
          groups.set(group, { ...kept, accounts: kept.accounts.filter((id) => id !== account) });
    },
    of: (account) => [...(byAccount.get(account) ?? [])].filter(isOn),
    touch: () => {
      for (const group of incoming.groups()) dirty.add(group);
    },
    test: async () => {
      await findActive();
      const tested: Tested[] = [];
      const population = options.population();
      for (const group of dirty) {
        dirty.delete(group);
        if (incoming.membersOf(group).length === 0) continue;
        const before = groups.get(group);
        const after = testOne(group, population);
        if (after === undefined || isSame(before, after)) continue;
        tested.push({ group, before, after });
      }
      try {
        await save(
          store,
          tested.map(({ group, after }) => ({ kind: 'share-group', id: group, value: after })),
        );
      } catch (error) {
        // A test that is not counted spends nothing of the level: it is made again.
        for (const { group } of tested) dirty.add(group);
        throw error;
      }
      for (const { group, after } of tested) groups.set(group, after);
      return tested;
    },
    group: (group) => groups.get(group),
    confirmedAt: (indicator, account) => {
      for (const group of incoming.groupsOf(indicator)) {
        const kept = groups.get(group);
        if (kept?.outcome !== 'confirmed') continue;
        if (account === null || kept.accounts.includes(account)) return kept.at;
      }
      return null;
    },
    match: (accounts) => {
      const ids = incoming.foreign().filter((id) => {
        const parsed = incoming.parsed(id);
        return parsed?.kind === 'actor-identifier' && parsed.pattern.tokens !== undefined;
      });
      if (ids.length === 0) return;
      const matcher = compileIndicators(
        ids.map((id) => incoming.parsed(id)!),
        { at: clock() },
      );
      for (const [account, tokens] of accounts)
        add(
          matcher
            .account(tokens)
            .map((at) => ids[at]!)
            // An account has a token or not: it counts once however often it is looked at.
            .filter((indicator) => enough.get(indicator)?.has(account) !== true)
            .map((indicator) => ({ indicator, account, exchanges: 1 })),
        );
    },
  };
};
