/**
 * A clock that is set back would give every decision more time, at the latest after the next restart,
 * when only the clock is left to go by. Where it was set back, what decisions have left is written down
 * in the clock as it is now, and what had ended stays ended.
 */
import type { Decision } from '../../../act/response/decision.ts';
import type { KeptDecision } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';

/** Steps that keep a clock right are no setting back. */
export const SLACK_MS = 1000;

/** When a decision ends by the clock as it is now. */
export const endOf = ({ decision, ends }: KeptDecision): number =>
  Math.min(decision.until, ends ?? Number.POSITIVE_INFINITY);

/** A decision in the clock as it is now: one that is in force does not begin later. */
export const inClock = (kept: KeptDecision, now: number): Decision =>
  kept.ends === undefined
    ? kept.decision
    : { ...kept.decision, from: Math.min(kept.decision.from, now), until: endOf(kept) };

/**
 * @param from the latest time that the clock showed
 * @param to what it shows now
 * @param left milliseconds that a decision has left, where that is known otherwise
 */
export const writeEnds = async (
  store: Store,
  from: number,
  to: number,
  left: (id: string) => number | undefined,
): Promise<void> => {
  const kept = await store.records.list('decision');
  const concerned = kept.filter(({ value }) => value.lifted === null && endOf(value) > to);
  if (concerned.length === 0) return;
  await store.write(async ({ records }) => {
    for (const { id } of concerned) {
      const value = await records.get('decision', id);
      // Lifted meanwhile, or made by the clock as it is now.
      if (value === undefined || value.lifted !== null || endOf(value) <= to) continue;
      const rest = left(id) ?? endOf(value) - from;
      if (rest <= 0) {
        const lifted = {
          at: to,
          by: 'clock',
          because: 'it had ended before the clock was set back',
        };
        await records.put('decision', id, { ...value, lifted });
      } else if (to + rest < endOf(value) - SLACK_MS)
        await records.put('decision', id, { ...value, ends: to + rest });
    }
  });
};
