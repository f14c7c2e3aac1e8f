/**
 * Whoever decides is told of which accounts something else holds now, and what was taken back. A retraction
 * stays owed in the store until it was heard: a crash or a full disk in between loses none.
 */
import type { Store } from '../../store/store.ts';
import { loadOwed, owedChange, save } from './kept.ts';
import { AGAIN_MS, type Lifetime } from './lifetime.ts';

/** Accounts of which something else holds now, and indicators that nothing may rest on any more. */
export type ChangeListener = (
  accounts: readonly string[],
  retracted: readonly string[],
) => void | Promise<void>;

export interface Telling {
  readonly onChanged: (listener: ChangeListener) => void;
  readonly tell: (accounts: Iterable<string>, retracted: readonly string[]) => Promise<void>;
  /** Whether a retraction was not heard yet. */
  readonly isOwed: (indicator: string) => boolean;
  /**
   * Tells what a crash left untold, once somebody listens: of retractions what is owed, and of accounts
   * all of which shared indicators say something, for which of them were heard of is not kept.
   */
  readonly start: (accounts: Iterable<string>) => void;
  readonly close: () => void;
}

export const openTelling = async (store: Store, life: Lifetime): Promise<Telling> => {
  const listeners: ChangeListener[] = [];
  const owed = new Set(await loadOwed(store));
  let unheard = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tellOwed = async (): Promise<void> => {
    clearTimeout(timer);
    const [accounts, retracted] = [[...unheard], [...owed]];
    if (accounts.length === 0 && retracted.length === 0) return;
    unheard = new Set();
    try {
      for (const listener of listeners) await listener(accounts, retracted);
      await save(
        store,
        retracted.map((id) => owedChange(id, false)),
      );
      for (const id of retracted) owed.delete(id);
    } catch (error) {
      // Such as a disk that is full: nothing may rest on what was taken back, so it is told again.
      for (const account of accounts) unheard.add(account);
      if (life.isOver()) return;
      life.onError(error);
      timer = setTimeout(() => void tellOwed(), AGAIN_MS);
    }
  };
  return {
    onChanged: (listener) => {
      listeners.push(listener);
    },
    tell: async (accounts, retracted) => {
      for (const account of accounts) unheard.add(account);
      for (const id of retracted) owed.add(id);
      await tellOwed();
    },
    isOwed: (indicator) => owed.has(indicator),
    start: (accounts) => {
      for (const account of accounts) unheard.add(account);
      timer = setTimeout(() => void tellOwed(), 0);
    },
    close: () => clearTimeout(timer),
  };
};
