/** What re-verification needs to know of this lab's customers: instruments, and who is vouched for. */
import type { LabCore } from '../core.ts';

export interface Customers {
  /** Whether anything changed. */
  readonly refresh: () => Promise<boolean>;
  readonly instruments: () => readonly (readonly [account: string, payment: string])[];
  readonly paymentOf: (account: string) => string | undefined;
  readonly isAttested: (account: string) => boolean;
}

export const openCustomers = async ({ traffic }: Pick<LabCore, 'traffic'>): Promise<Customers> => {
  let version = -1;
  let instruments: readonly (readonly [string, string])[] = [];
  let payments: ReadonlyMap<string, string> = new Map();
  let attested: ReadonlySet<string> = new Set();
  return {
    refresh: async () => {
      const found = await traffic.customers(version);
      if (found === null) return false;
      ({ version, instruments } = found);
      payments = new Map(instruments);
      attested = new Set(found.attested);
      return true;
    },
    instruments: () => instruments,
    paymentOf: (account) => payments.get(account),
    isAttested: (account) => attested.has(account),
  };
};
