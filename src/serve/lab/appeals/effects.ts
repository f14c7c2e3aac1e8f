/**
 * What follows from an outcome is carried out here, each effect exactly once: it is durable in the same write
 * as the note that it is done, and whatever a crash left undone is carried out at the next start.
 */
import type { Case, Decided, Effect } from '../../../act/casework/case.ts';
import type { AllowEntry } from '../../../act/response/policy/policy.ts';
import { contentUuid } from '../../../act/response/policy/stable-hash.ts';
import type { Exclusion } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Sharing } from '../deciding/sharing-seam.ts';
import type { DecisionBook } from '../decisions/book.ts';
import type { Also } from '../decisions/shelf.ts';

const DAY = 86_400_000;
/** For how long an account takes no part in looks after it was found to be linked wrongly. */
export const EXCLUDED_FOR = 90 * DAY;

/** An approved or dismissed proposal is settled in the book; that follows from the case, and no event says it. */
type Step = Effect | { readonly effect: 'settle' };

export interface EffectStatus {
  readonly effect: string;
  /** Epoch milliseconds, or null while it waits: for a hub, or for this very moment. */
  readonly done: number | null;
}

export interface Effects {
  /** Carries out what is not done yet; what needs a hub waits for one. */
  readonly run: (one: Case) => Promise<void>;
  readonly runAll: (cases: Iterable<Case>) => Promise<void>;
  readonly statusOf: (one: Case) => readonly EffectStatus[];
  /** Ids of cases with something that waits. */
  readonly waiting: () => readonly string[];
  /** Forgets what was done for cases that were deleted. */
  readonly remove: (ids: readonly string[]) => void;
}

export interface EffectParts {
  readonly store: Store;
  readonly book: DecisionBook;
  readonly sharing: () => Sharing | undefined;
  readonly now: () => number;
  readonly onAllowance: (entry: AllowEntry) => Promise<void>;
  readonly onExclusion: (exclusion: Exclusion) => void;
  readonly onError: (error: unknown) => void;
}

export const subjectId = ({ kind, value }: AllowEntry['subject']): string =>
  contentUuid(['allowance', kind, value]);

export const exclusionId = ({ account, campaign }: Exclusion): string => `${account} ${campaign}`;

/** From a campaign of this lab's; of shared ones no look knows. */
export const isFromLooks = ({ campaign }: Exclusion): boolean => campaign.startsWith('finding--');

const stepsOf = (one: Case): readonly Step[] =>
  one.outcome === null
    ? []
    : [...(one.kind === 'proposal' ? [{ effect: 'settle' as const }] : []), ...one.outcome.effects];

export const openEffects = async (parts: EffectParts): Promise<Effects> => {
  const { store, book, now } = parts;
  const done = new Map<string, number>();
  for (const { id, value } of await store.records.list('case-effect')) done.set(id, value.done);
  const unfinished = new Set<string>();

  const carryOut = async (
    one: Case,
    outcome: Decided,
    step: Step,
    name: string,
    also: Also,
  ): Promise<boolean> => {
    const sharing = parts.sharing();
    const at = now();
    switch (step.effect) {
      case 'settle':
        // A proposal that was settled before, or is not there any more, has nothing left to settle.
        if (
          (await book.settle(one.about, outcome.by, outcome.outcome === 'approved', at, also)) ===
          undefined
        )
          await store.write(({ records }) => also(records).then(() => undefined));
        return true;
      case 'lift': {
        // A milder action in its place ends with it; then the matter may be decided anew.
        const instead = outcome.effects.find((each) => each.effect === 'instead');
        const rest = instead === undefined ? outcome.at + EXCLUDED_FOR : instead.until;
        const by = one.kind === 'appeal' ? 'appeal' : outcome.by;
        await book.lift(step.decisions, { at, by, because: one.id }, { also, rest });
        return true;
      }
      case 'instead': {
        const { subject, action, obligations, until } = step;
        await book.put(
          {
            ...{ id: `decision--${contentUuid([name])}`, subject, action, obligations, until },
            ...{ reason: 'MANUAL_REVIEW', mode: 'live', from: outcome.at, owner: outcome.by },
            ...{ rule: null, policy: null, rests_on: [one.id] },
          },
          also,
        );
        return true;
      }
      case 'allow': {
        const { subject, reason, until } = step;
        await store.write(async ({ records }) => {
          await records.put('allowance', subjectId(subject), {
            ...{ subject, reason, until, case: one.id },
          });
          await also(records);
        });
        await parts.onAllowance({ subject, reason, until });
        return true;
      }
      case 'unlink': {
        const { account, campaign } = step;
        const from = outcome.at;
        const exclusion = { account, campaign, case: one.id, from, until: from + EXCLUDED_FOR };
        await store.write(async ({ records }) => {
          await records.put('exclusion', exclusionId(exclusion), exclusion);
          await also(records);
        });
        parts.onExclusion(exclusion);
        return true;
      }
      case 'retract':
      case 'dispute':
        if (sharing === undefined) return false;
        await sharing[step.effect](step.objects, name);
        await store.write(({ records }) => also(records).then(() => undefined));
        return true;
    }
  };

  const run = async (one: Case): Promise<void> => {
    const { outcome } = one;
    if (outcome === null) return;
    let left = false;
    for (const [i, step] of stepsOf(one).entries()) {
      const name = `${one.id}/${i}`;
      if (done.has(name)) continue;
      const at = now();
      const also: Also = (records) =>
        records.put('case-effect', name, { case: one.id, effect: step.effect, done: at });
      // What fails is tried again with the next tick; the event that asks for it is durable.
      const carried = await carryOut(one, outcome, step, name, also).catch((error: unknown) => {
        parts.onError(error);
        return false;
      });
      if (carried) done.set(name, at);
      else left = true;
    }
    if (left) unfinished.add(one.id);
    else unfinished.delete(one.id);
  };
  return {
    run,
    runAll: async (cases) => {
      for (const one of cases) await run(one);
    },
    statusOf: (one) =>
      stepsOf(one).map(({ effect }, i) => ({ effect, done: done.get(`${one.id}/${i}`) ?? null })),
    waiting: () => [...unfinished],
    remove: (ids) => {
      const gone = new Set(ids);
      for (const name of done.keys())
        if (gone.has(name.slice(0, name.lastIndexOf('/')))) done.delete(name);
    },
  };
};
