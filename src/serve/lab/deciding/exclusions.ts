/** Accounts that were found to be linked wrongly: for a time they take no part in looks, or in a shared campaign. */
import type { Exclusion } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { exclusionId, isFromLooks } from '../appeals/effects.ts';

export interface Exclusions {
  /** As long as they hold. */
  readonly active: () => readonly Exclusion[];
  /** Accounts that take no part in looks. */
  readonly fromLooks: () => readonly string[];
  /** An appeal has stored one. */
  readonly take: (exclusion: Exclusion) => void;
  /** Ends those of an account before their time; false where there are none. */
  readonly end: (account: string) => Promise<boolean>;
  /** Lets go of an account in memory. */
  readonly forget: (account: string) => void;
}

export const openExclusions = async (store: Store, now: () => number): Promise<Exclusions> => {
  const exclusions = new Map<string, Exclusion>();
  for (const { id, value } of await store.records.list('exclusion')) exclusions.set(id, value);
  const active = (): Exclusion[] => [...exclusions.values()].filter(({ until }) => until > now());
  const idsOf = (account: string): string[] =>
    [...exclusions].flatMap(([id, one]) => (one.account === account ? id : []));
  return {
    active,
    fromLooks: () =>
      active()
        .filter(isFromLooks)
        .map(({ account }) => account),
    take: (exclusion) => {
      exclusions.set(exclusionId(exclusion), exclusion);
    },
    end: async (account) => {
      const ended = idsOf(account);
      if (ended.length === 0) return false;
      await store.write(async ({ records }) => {
        for (const id of ended) await records.remove('exclusion', id);
      });
      for (const id of ended) exclusions.delete(id);
      return true;
    },
    forget: (account) => {
      for (const id of idsOf(account)) exclusions.delete(id);
    },
  };
};
