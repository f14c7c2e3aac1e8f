/**
 * The way back: what rested on something that was taken back is lifted. A decision needs all that it rests
 * on, so one lost ground is enough; where other grounds remain, a policy decides anew on them.
 */
import type { Decision } from './decision.ts';

export interface Lift {
  readonly id: string;
  /** The ids it rested on that were taken back. */
  readonly because: readonly string[];
}

/** The decisions that rest on any of these ids (findings, indicators, cases), in their order. */
export const liftsFor = (decisions: Iterable<Decision>, takenBack: ReadonlySet<string>): Lift[] => {
  const lifts: Lift[] = [];
  for (const { id, rests_on } of decisions) {
    const because = rests_on.filter((one) => takenBack.has(one));
    if (because.length > 0) lifts.push({ id, because });
  }
  return lifts;
};
