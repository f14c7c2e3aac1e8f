/**
 * What is known of the end of each collection, so that a poll that finds nothing new costs no query: after
 * the last `date_added` that was given out there is nothing, for nobody, whatever is asked for.
 */
import type { Driver } from './driver.ts';
import type { Micros, Selection } from './store.ts';

interface Newest {
  readonly newestAudience: number;
}
interface Tail extends Newest {
  readonly last: Micros;
}

export interface Tails {
  /** Runs the query, unless there can be nothing. */
  readonly unlessEmpty: <T extends Newest>(
    selection: Selection,
    empty: Omit<T, 'newestAudience'>,
    query: () => Promise<T>,
  ) => Promise<Omit<T, 'newestAudience'> & Newest>;
}

const TAIL = `SELECT (SELECT last_added FROM clocks WHERE collection = ?) AS last,
  (SELECT max(id) FROM audiences) AS newest`;

export const tailsOf = ({ commits, all }: Driver): Tails => {
  if (commits === undefined) return { unlessEmpty: (_selection, _empty, query) => query() };
  let known = new Map<number, Tail>();
  let revision = commits();
  const tailOf = async (collection: number): Promise<Tail> => {
    const current = commits();
    if (current !== revision) {
      known = new Map();
      revision = current;
    }
    const tail = known.get(collection);
    if (tail !== undefined) return tail;
    // Asked after the revision: what was committed in between makes this old at once.
    const memory = known;
    const [row] = await all(TAIL, [collection]);
    const read = { last: Number(row?.last ?? 0), newestAudience: Number(row?.newest ?? 0) };
    memory.set(collection, read);
    return read;
  };
  /** By collection: the last end that was seen. It only grows, so what is before it is no poll. */
  const seen = new Map<number, Micros>();
  return {
    unlessEmpty: async (selection, empty, query) => {
      const { collection, after, ids } = selection;
      // Who names objects has heard of them, perhaps from another process a moment ago.
      if (ids !== undefined || after < (seen.get(collection) ?? 0)) return query();
      const { last, newestAudience } = await tailOf(collection);
      seen.set(collection, last);
      return after >= last ? { ...empty, newestAudience } : query();
    },
  };
};
