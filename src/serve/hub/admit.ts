/**
 * The one door of guarded collections. Whoever stands at it (firewall, signatures, corroboration) says
 * for each object whether it is published, in which form, and why not; and may write records of its
 * own in the same transaction that publishes.
 */
import type { Collection, Member } from '../store/records.ts';
import type { AddOutcome, Micros, Writing } from '../store/store.ts';

export interface Contribution {
  readonly collection: Collection;
  readonly member: Member;
  /** The objects of the envelope, parsed and bounded, not otherwise checked. */
  readonly objects: readonly unknown[];
  /** The whole request as it came, for what is signed over it. */
  readonly body: Uint8Array;
  /** Headers of the request, lower case. */
  readonly header: (name: string) => string | undefined;
  readonly now: Micros;
}

export type Verdict =
  | {
      readonly accepted: true;
      /** What is published: the object itself, or what the hub makes of it. */
      readonly object: Readonly<Record<string, unknown>>;
    }
  | {
      readonly accepted: false;
      /** Coded, with the place in the object, and one sentence for a person. */
      readonly code: string;
      readonly path: string;
      readonly sentence: string;
    };

export interface Admission {
  /** One for each object of the contribution, in their order. */
  readonly verdicts: readonly Verdict[];
  /**
   * Runs in the transaction that stores what was accepted, after it: `outcomes` has one entry for each
   * accepted object. If it throws, nothing of the contribution is stored.
   */
  readonly record?: (writing: Writing, outcomes: readonly AddOutcome[]) => Promise<void>;
}

export type Admit = (contribution: Contribution) => Promise<Admission>;

/** Until somebody stands at the door it is shut. */
export const admitNobody: Admit = async ({ objects }) => ({
  verdicts: objects.map(() => ({
    accepted: false,
    code: 'GUARD_ABSENT',
    path: '',
    sentence:
      'This collection takes signed contributions only, and this hub has no guard for them.',
  })),
});
