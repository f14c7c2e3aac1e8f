/** Indicators of others on this lab's traffic: each new exchange where it is counted, and what was before. */
import type { Exchange } from '../../../detect/exchange/exchange.ts';
import type { Profile } from '../../../detect/profile/profile.ts';
import { compileIndicators, type Matcher } from '../../../share/indicator/match/matcher.ts';
import {
  type DistillationIndicator,
  parseDistillationIndicator,
} from '../../../share/indicator/profile/indicator.ts';
import type { Hit, WatchChange, Watched } from './messages.ts';

/** Pairs of account and indicator that are remembered; beyond it nothing new is reported. */
const MOST_PAIRS = 1_000_000;
/** Time that a look back may take; the most recently active accounts come first. */
const LOOK_BACK_MS = 3_000;

/** Exchanges of one account that make it a hit. */
export const exchangesNeeded = (indicator: DistillationIndicator): number =>
  indicator.kind === 'query-signature' ? indicator.pattern.match.min_exchanges : 1;

const read = (objects: readonly object[]): DistillationIndicator[] =>
  objects.flatMap((object) => parseDistillationIndicator(object).indicator ?? []);

export interface Watch {
  readonly change: (change: WatchChange) => void;
  readonly exchange: (exchange: Exchange) => void;
  /** What was hit since the last time. */
  readonly take: () => readonly Hit[];
}

/** Costs nothing while there are no indicators. */
export const createWatch = (): Watch => {
  const indicators = new Map<string, DistillationIndicator>();
  /** Reported exchanges by indicator and account: once an account is a hit, more of them say nothing. */
  const reported = new Map<string, Map<string, number>>();
  let pairs = 0;
  let matcher: Matcher | null = null;
  let fresh = new Map<string, Map<string, number>>();

  const hit = (indicator: DistillationIndicator, account: string): void => {
    const { id } = indicator.object;
    let accounts = reported.get(id);
    if (accounts === undefined) {
      accounts = new Map();
      reported.set(id, accounts);
    }
    const before = accounts.get(account) ?? 0;
    if (before >= exchangesNeeded(indicator) || (before === 0 && pairs >= MOST_PAIRS)) return;
    if (before === 0) pairs += 1;
    accounts.set(account, before + 1);
    let counts = fresh.get(id);
    if (counts === undefined) {
      counts = new Map();
      fresh.set(id, counts);
    }
    counts.set(account, (counts.get(account) ?? 0) + 1);
  };
  return {
    change: ({ add, remove, at }) => {
      for (const id of remove) {
        indicators.delete(id);
        pairs -= reported.get(id)?.size ?? 0;
        reported.delete(id);
      }
      for (const indicator of read(add)) {
        const { id } = indicator.object;
        const before = indicators.get(id);
        indicators.set(id, indicator);
        if (before === undefined || before.object.pattern === indicator.object.pattern) continue;
        pairs -= reported.get(id)?.size ?? 0;
        reported.delete(id);
      }
      matcher = indicators.size === 0 ? null : compileIndicators([...indicators.values()], { at });
    },
    exchange: (exchange) => {
      if (matcher === null) return;
      for (const place of matcher.exchange(exchange))
        hit(matcher.indicators[place]!, exchange.accountId);
    },
    take: () => {
      if (fresh.size === 0) return [];
      const hits = [...fresh].flatMap(([indicator, counts]) =>
        [...counts].map(([account, exchanges]) => ({ indicator, account, exchanges })),
      );
      fresh = new Map();
      return hits;
    },
  };
};

/** What a profile keeps of single exchanges: sampled prompts, address blocks, systems, clients. */
const hitsOf = (matcher: Matcher, profile: Profile): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  const add = (exchange: Parameters<Matcher['exchange']>[0], times: number): void => {
    for (const at of matcher.exchange(exchange)) counts.set(at, (counts.get(at) ?? 0) + times);
  };
  const nothing = { prompt: '', ip: null, asn: null, ja4: null };
  const { prompts, networks, systems, clients } = profile;
  prompts.values.forEach(({ text }, i) => {
    add({ ...nothing, prompt: text }, prompts.counts[i]!);
  });
  // A block is looked up by its first address: no indicator is narrower than what a profile keeps.
  for (const [i, block] of (networks?.values ?? []).entries())
    add({ ...nothing, ip: block.slice(0, block.indexOf('/')) }, networks!.counts[i]!);
  for (const [i, asn] of (systems?.values ?? []).entries())
    add({ ...nothing, asn }, systems!.counts[i]!);
  for (const [i, ja4] of (clients?.values ?? []).entries())
    add({ ...nothing, ja4 }, clients!.counts[i]!);
  return counts;
};

export const watchedBefore = (
  profiles: Iterable<readonly [string, Profile]>,
  add: readonly object[],
  at: number,
): Watched => {
  const indicators = read(add);
  if (indicators.length === 0) return { hits: [], accounts: 0 };
  const matcher = compileIndicators(indicators, { at });
  const hits: Hit[] = [];
  const until = performance.now() + LOOK_BACK_MS;
  let accounts = 0;
  for (const [account, profile] of [...profiles].reverse()) {
    if (performance.now() > until) break;
    accounts += 1;
    for (const [place, exchanges] of hitsOf(matcher, profile))
      hits.push({ indicator: indicators[place]!.object.id, account, exchanges });
  }
  return { hits, accounts };
};
