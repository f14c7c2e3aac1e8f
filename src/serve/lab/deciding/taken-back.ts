/** Something was taken back: what rests on it ends, for good, and its accounts are considered anew. */
import type { Decision } from '../../../act/response/decision.ts';
import type { Lift } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Desk } from '../appeals/desk.ts';
import type { DecisionBook } from '../decisions/book.ts';
import type { Considering } from './consider.ts';
import type { Withdrawn } from './withdrawn.ts';

/** Never beside other work on decisions. */
export interface TakenBack {
  readonly withdraw: (ids: readonly string[], by: Lift['by']) => Promise<readonly Decision[]>;
  /** Proposals that rest on it ask for nothing any more. */
  readonly dismissResting: (ids: readonly string[], by: string) => Promise<void>;
}

export interface TakenBackParts {
  readonly store: Store;
  readonly book: DecisionBook;
  readonly desk: Desk;
  readonly withdrawn: Withdrawn;
  readonly considering: Considering;
  readonly now: () => number;
}

export const createTakenBack = (parts: TakenBackParts): TakenBack => {
  const { store, book, desk, now } = parts;
  const dismissResting: TakenBack['dismissResting'] = async (ids, by) => {
    const gone = new Set(ids);
    for (const { proposal } of await book.waiting()) {
      if (!proposal.rests_on.some((id) => gone.has(id))) continue;
      await book.settle(proposal.id, by, false, now());
      const open = [...desk.casework.waiting()].find(({ about }) => about === proposal.id);
      if (open !== undefined)
        await desk.append({ type: 'withdrawn', case: open.id, at: now(), by });
    }
  };
  return {
    dismissResting,
    withdraw: async (ids, by) => {
      const at = now();
      const { also, taken } = parts.withdrawn.discredit(ids, by);
      await store.write(({ records }) => also(records).then(() => undefined));
      taken();
      const lifted: Decision[] = [];
      for (const because of ids)
        lifted.push(...(await book.lift(book.restingOn(because), { at, by, because })));
      await dismissResting(ids, by);
      await parts.considering.consider(
        lifted.flatMap(({ subject }) => (subject.kind === 'account' ? [subject.value] : [])),
      );
      return lifted;
    },
  };
};
