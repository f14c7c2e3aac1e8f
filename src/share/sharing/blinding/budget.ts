/**
 * How much a member may ask: a token bucket against bursts and a budget for the whole epoch. Both limit
 * guessing, the one attack that the cryptography leaves open. Pure: the hub stores the state it gets back.
 */
import { StillwatchError } from '../../../base/errors.ts';
import type { Epoch } from './kind.ts';

/** Per member and kind of identifier. */
export interface EvaluationLimits {
  /** Evaluations that can be had at once: the size of the bucket. */
  readonly burst: number;
  /** Evaluations per second that flow back into it. */
  readonly perSecond: number;
  /** Evaluations in one epoch, whatever the speed. */
  readonly perEpoch: number;
}

/** Of one member and one kind. */
export interface BudgetState {
  readonly epoch: Epoch;
  /** Evaluations granted in this epoch: what the ledger counts. */
  readonly spent: number;
  /** Content of the bucket at `at`: 0 to `burst`, with fractions. */
  readonly level: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

export const freshBudget = (limits: EvaluationLimits, epoch: Epoch, now: number): BudgetState => ({
  epoch,
  spent: 0,
  level: limits.burst,
  at: now,
});

export type Spending =
  | { readonly granted: true; readonly state: BudgetState }
  | {
      readonly granted: false;
      readonly state: BudgetState;
      readonly reason: 'rate' | 'budget';
      /** Milliseconds until the same request can be granted; undefined when not in this epoch. */
      readonly retryAfter: number | undefined;
    };

/**
 * Grants a whole batch or nothing of it.
 *
 * @param count elements in the batch, 1 or more.
 * @param now epoch milliseconds; a clock that went back refills nothing.
 */
export const spend = (
  before: BudgetState,
  limits: EvaluationLimits,
  { count, epoch, now }: { readonly count: number; readonly epoch: Epoch; readonly now: number },
): Spending => {
  const elapsed = Math.max(0, now - before.at);
  const level = Math.min(limits.burst, before.level + (elapsed / 1000) * limits.perSecond);
  const spent = before.epoch === epoch ? before.spent : 0;
  const state = { epoch, spent, level, at: Math.max(now, before.at) };
  if (spent + count > limits.perEpoch)
    return { granted: false, state, reason: 'budget', retryAfter: undefined };
  if (count > limits.burst) return { granted: false, state, reason: 'rate', retryAfter: undefined };
  if (count > level) {
    const retryAfter = Math.ceil(((count - level) / limits.perSecond) * 1000);
    return { granted: false, state, reason: 'rate', retryAfter };
  }
  return { granted: true, state: { ...state, spent: spent + count, level: level - count } };
};

/** The refusal of a spending that was not granted, as a coded error. */
export const overBudget = ({ reason, retryAfter }: Spending & { granted: false }) =>
  reason === 'budget'
    ? new StillwatchError(
        'BLINDING_BUDGET_SPENT',
        'The budget of evaluations for this kind and epoch is spent',
        'Use the cached tokens; ask the operator of the hub if the budget is too small for your traffic.',
      )
    : new StillwatchError(
        'BLINDING_RATE_EXCEEDED',
        'Evaluations are asked for faster than they are granted',
        retryAfter === undefined
          ? 'Send smaller batches.'
          : `Send it again in ${Math.ceil(retryAfter / 1000)} s.`,
      );
