/**
 * The allow-list that is in force: of the policy, and of appeals that were upheld. The gate knows it too, as
 * decisions that allow.
 */
import { allowDecisions } from '../../../act/response/allow-list.ts';
import type { AllowEntry, Policy } from '../../../act/response/policy/policy.ts';
import type { Store } from '../../store/store.ts';
import { subjectId } from '../appeals/effects.ts';
import type { DecisionBook } from '../decisions/book.ts';

export type Allowance = AllowEntry & { readonly case: string };

export interface Allowances {
  /** Of appeals, as long as they hold. */
  readonly list: () => readonly Allowance[];
  /** The policy with what appeals allow. */
  readonly policy: () => Policy;
  /** Enters into the book what is new, and lifts what is gone. */
  readonly sync: () => Promise<void>;
  /** An appeal has stored one. */
  readonly take: (subject: AllowEntry['subject']) => Promise<void>;
  /** Ends one before its time; false where there is none. */
  readonly end: (subject: AllowEntry['subject']) => Promise<boolean>;
  /** Lets go of an account in memory. */
  readonly forget: (account: string) => void;
}

export interface AllowanceParts {
  readonly store: Store;
  readonly book: DecisionBook;
  readonly policy: () => Policy;
  readonly now: () => number;
}

export const openAllowances = async (parts: AllowanceParts): Promise<Allowances> => {
  const { store, book, now } = parts;
  const allowances = new Map<string, Allowance>();
  for (const { id, value } of await store.records.list('allowance')) allowances.set(id, value);

  const policy = (): Policy => {
    const given = parts.policy();
    return { ...given, allow: [...given.allow, ...allowances.values()] };
  };
  const sync = async (): Promise<void> => {
    const at = now();
    const inForce = policy();
    const wanted = new Map(allowDecisions(inForce, at).map((one) => [one.id, one]));
    const held = book.inForce(at).filter(({ reason }) => reason === 'ALLOW_LISTED');
    const gone = held.filter(({ id, rule }) => rule === null && !wanted.has(id));
    for (const { id } of held) wanted.delete(id);
    for (const decision of wanted.values()) await book.put(decision);
    await book.lift(
      gone.map(({ id }) => id),
      { at, by: 'policy', because: inForce.version },
    );
  };
  return {
    list: () => [...allowances.values()].filter(({ until }) => until > now()),
    policy,
    sync,
    take: async (subject) => {
      const id = subjectId(subject);
      const kept = await store.records.get('allowance', id);
      if (kept !== undefined) allowances.set(id, kept);
      await sync();
    },
    end: async (subject) => {
      const id = subjectId(subject);
      if (!allowances.delete(id)) return false;
      await store.write(({ records }) => records.remove('allowance', id));
      await sync();
      return true;
    },
    forget: (account) => {
      for (const [id, { subject }] of allowances)
        if (subject.kind === 'account' && subject.value === account) allowances.delete(id);
    },
  };
};
