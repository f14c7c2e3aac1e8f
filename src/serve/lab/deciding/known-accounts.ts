/** What the accounts are known by: those of the last look, and those that were asked for since. */
import type { AccountFacts } from '../../../act/response/facts.ts';
import type { LabCore } from '../core.ts';
import { askedFacts, lookedFacts } from './account-facts.ts';

export interface KnownAccounts {
  /** After a look. */
  readonly refresh: () => void;
  readonly ofLook: () => Iterable<string>;
  readonly all: () => ReadonlyMap<string, AccountFacts>;
  /** Asks for those that are not known; of which there is nothing are not among them. */
  readonly of: (ids: readonly string[]) => Promise<readonly AccountFacts[]>;
  readonly forget: (account: string) => void;
}

/** Besides those of the last look. */
const MOST_ASKED = 100_000;
/** Asked for at once: a profile is large. */
const AT_ONCE = 250;

export const createKnownAccounts = (core: Pick<LabCore, 'accounts' | 'looked'>): KnownAccounts => {
  let looked = lookedFacts(core);
  const asked = new Map<string, AccountFacts>();
  return {
    refresh: () => {
      looked = lookedFacts(core);
      for (const id of looked.keys()) asked.delete(id);
    },
    ofLook: () => looked.keys(),
    all: () => new Map([...asked, ...looked]),
    of: async (ids) => {
      const missing = ids.filter((id) => !looked.has(id) && !asked.has(id));
      for (let i = 0; i < missing.length; i += AT_ONCE)
        for (const facts of await askedFacts(core, missing.slice(i, i + AT_ONCE)))
          asked.set(facts.id, facts);
      for (const id of asked.keys()) {
        if (asked.size <= MOST_ASKED) break;
        asked.delete(id);
      }
      return ids.flatMap((id) => looked.get(id) ?? asked.get(id) ?? []);
    },
    forget: (account) => {
      looked.delete(account);
      asked.delete(account);
    },
  };
};
