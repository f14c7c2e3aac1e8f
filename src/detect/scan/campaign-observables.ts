import type { Population } from '../campaign/population.ts';
import type { BottomK } from '../profile/bottom-k.ts';
import type { Profile } from '../profile/profile.ts';
import type { ObservablesReport, SharedObservable } from '../report/report.ts';

const MOST_LISTED = 50;
/** What one account has alone is not shared. */
const LEAST_ACCOUNTS = 2;

const PARTS = {
  address_blocks: (profile: Profile) => profile.networks,
  autonomous_systems: (profile: Profile) => profile.systems,
  clients: (profile: Profile) => profile.clients,
} as const satisfies Record<keyof ObservablesReport, (profile: Profile) => BottomK<string> | null>;

export interface ObservableIndex {
  /** What the accounts of a set share, and how many others have it too. */
  readonly of: (accounts: readonly number[]) => ObservablesReport;
}

/** Counts the accounts of the whole population once, however many campaigns ask. */
export const createObservableIndex = ({ profiles }: Population): ObservableIndex => {
  const tally = (
    accounts: Iterable<number>,
    part: (profile: Profile) => BottomK<string> | null,
  ): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const a of accounts)
      for (const value of part(profiles[a]!)?.values ?? [])
        counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts;
  };
  const everybody = new Map(
    Object.values(PARTS).map((part) => [part, tally(profiles.keys(), part)] as const),
  );
  const shared = (
    accounts: readonly number[],
    part: (profile: Profile) => BottomK<string> | null,
  ): SharedObservable[] =>
    [...tally(accounts, part)]
      .filter(([, count]) => count >= LEAST_ACCOUNTS)
      .map(([value, count]) => ({
        value,
        accounts: count,
        outside: everybody.get(part)!.get(value)! - count,
      }))
      .sort((x, y) => y.accounts - x.accounts || (x.value < y.value ? -1 : 1))
      .slice(0, MOST_LISTED);
  return {
    of: (accounts) => ({
      address_blocks: shared(accounts, PARTS.address_blocks),
      autonomous_systems: shared(accounts, PARTS.autonomous_systems),
      clients: shared(accounts, PARTS.clients),
    }),
  };
};
