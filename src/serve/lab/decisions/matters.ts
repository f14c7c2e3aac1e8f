/** Matters that a person has settled: for a time the same is neither decided nor proposed again. */
import type { Lift } from '../../store/records.ts';
import type { RecordsWriter, Store } from '../../store/store.ts';
import { type Matter, matterId } from './sameness.ts';

export interface Matters {
  readonly isSettled: (one: Matter, at: number) => boolean;
  readonly settle: (
    records: RecordsWriter,
    one: Matter,
    until: number,
    lift: Pick<Lift, 'by' | 'because'>,
  ) => Promise<void>;
  /** Removes what does not rest any more. */
  readonly expire: (records: RecordsWriter, at: number) => Promise<void>;
  readonly forget: (ids: readonly string[]) => Promise<void>;
}

export const openMatters = async (store: Store, now: number): Promise<Matters> => {
  /** Until when a matter rests, by its id. */
  const settled = new Map<string, number>();
  for (const { id, value } of await store.records.list('matter'))
    if (value.until > now) settled.set(id, value.until);
  return {
    isSettled: (one, at) => settled.size > 0 && (settled.get(matterId(one)) ?? 0) > at,
    settle: async (records, one, until, { by, because }) => {
      await records.put('matter', matterId(one), { until, by, because });
      settled.set(matterId(one), until);
    },
    expire: async (records, at) => {
      for (const [id, until] of settled)
        if (until <= at && settled.delete(id)) await records.remove('matter', id);
    },
    forget: async (ids) => {
      await store.write(async ({ records }) => {
        for (const id of ids) await records.remove('matter', id);
      });
      for (const id of ids) settled.delete(id);
    },
  };
};
