/** Findings and indicators that were taken back, or found wrong by an appeal: they count no more, for nobody. */
import type { Store } from '../../store/store.ts';
import type { Also } from '../decisions/shelf.ts';

export interface Discredited {
  /** To be stored in the same write. */
  readonly also: Also;
  /** It was stored. */
  readonly taken: () => void;
}

export interface Withdrawn {
  readonly ids: ReadonlySet<string>;
  /** Takes note of grounds that do not count any more, within a write of the caller's. */
  readonly discredit: (ids: readonly string[], by: string) => Discredited;
  /** Lets go of an account in memory. */
  readonly forget: (account: string) => void;
}

export const openWithdrawn = async (store: Store, now: () => number): Promise<Withdrawn> => {
  const withdrawn = new Set((await store.records.list('withdrawn')).map(({ id }) => id));
  return {
    ids: withdrawn,
    discredit: (ids, by) => ({
      also: async (records) => {
        for (const id of ids) await records.put('withdrawn', id, { at: now(), by });
      },
      taken: () => {
        for (const id of ids) withdrawn.add(id);
      },
    }),
    forget: (account) => {
      withdrawn.delete(`finding--${account}`);
    },
  };
};
