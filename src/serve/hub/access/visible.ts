/** From the one decision to the numbers that the store asks for. */
import type { Store } from '../../store/store.ts';
import { type AudienceLabel, maySee, parseLabel, type Reader } from './audience.ts';

export interface Visible {
  /**
   * Runs a query with the audiences that a reader belongs to, and again when the database had a newer
   * one at that moment: a page must never pass over an object whose audience was not known yet.
   */
  readonly ask: <T extends { readonly newestAudience: number }>(
    reader: Reader,
    query: (audiences: readonly number[]) => Promise<T>,
  ) => Promise<T>;
  /** Whether a reader may see what bears the audience of this number. */
  readonly sees: (reader: Reader, audience: number) => Promise<boolean>;
}

export const visibleTo = (store: Store): Visible => {
  const labels: { readonly id: number; readonly label: AudienceLabel }[] = [];
  const newest = (): number => labels.at(-1)?.id ?? 0;
  /** A viewer is one object as long as nothing about it changed. */
  const numbers = new WeakMap<
    Reader,
    { readonly upTo: number; readonly list: readonly number[] }
  >();

  const refresh = async (): Promise<void> => {
    // Two refreshes may overlap; numbers only grow.
    for (const { id, label } of await store.audiences(newest()))
      if (id > newest()) labels.push({ id, label: parseLabel(label) });
  };
  const listFor = (reader: Reader): readonly number[] => {
    const known = numbers.get(reader);
    if (known?.upTo === newest()) return known.list;
    const list = labels.filter(({ label }) => maySee(reader, label)).map(({ id }) => id);
    numbers.set(reader, { upTo: newest(), list });
    return list;
  };
  return {
    ask: async (reader, query) => {
      for (;;) {
        const upTo = newest();
        const answer = await query(listFor(reader));
        if (answer.newestAudience <= upTo) return answer;
        await refresh();
      }
    },
    sees: async (reader, audience) => {
      if (audience > newest()) await refresh();
      return listFor(reader).includes(audience);
    },
  };
};
