/**
 * What this lab answers about indicators of others: seen here, where re-verification confirmed them, and
 * wrong, where it refuted them or a person says so. Each word is said once, through the outbox.
 */
import { MOST_KNOWN_GOOD } from '../../../share/indicator/confirm/confirm.ts';
import { checkLeaving } from '../../../share/sharing/firewall/check.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import type { Incoming } from './incoming.ts';
import { itemOf, type KeptGroup } from './kept.ts';
import type { Outbox } from './outbox.ts';
import type { Tested, Verification } from './verify.ts';
import { disputeOf, type Reason, sightingOf } from './words.ts';

export interface Answers {
  /** Says what tests found. */
  readonly answer: (tested: readonly Tested[]) => Promise<void>;
  /** Says it of every campaign, where a crash or a full disk may have come before it was said. */
  readonly answerMissed: () => Promise<void>;
  /** Says of indicators that they are wrong; gives those that are known. */
  readonly dispute: (ids: readonly string[], reason: Reason) => Promise<readonly string[]>;
}

export interface AnswersOptions {
  readonly incoming: Incoming;
  readonly verification: Verification;
  readonly outbox: Outbox;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/** What a test says of one indicator of a campaign; undefined where it says nothing. */
const wordOf = (
  { outcome, accounts }: KeptGroup,
  indicator: Json,
  hits: ReadonlySet<string>,
  now: number,
): Json | undefined => {
  const behind = new Set(accounts);
  const shared = [...hits].filter((account) => behind.has(account)).length;
  if (shared === 0) return undefined;
  if (outcome === 'confirmed') return sightingOf(indicator, shared, now);
  return outcome === 'refuted' && shared > MOST_KNOWN_GOOD * hits.size
    ? disputeOf(indicator, 'matched-known-good', now)
    : undefined;
};

export const createAnswers = (options: AnswersOptions): Answers => {
  const { incoming, verification, outbox, clock, onError } = options;
  /** Whether a word may be missing in the outbox. */
  let missed = true;

  const say = async (word: Json, about: string): Promise<void> => {
    const id = String(word.id);
    const kind = word.type === 'sighting' ? 'sighting' : 'opinion';
    const before = outbox.items().get(id);
    if (before !== undefined) {
      const { explanation } = before.objects[0]!;
      // Said already; said for another reason, it is another version of the same word.
      if (kind === 'sighting' || explanation === word.explanation) return;
    }
    const object = before === undefined ? word : { ...word, created: before.created };
    if (!checkLeaving(object).allowed) {
      onError(new Error(`a word about ${about} may not leave`));
      return;
    }
    const created = String(object.created);
    const item = itemOf(
      { kind, state: 'released', at: clock(), created, objects: [object] },
      before,
    );
    await outbox.change(id, (current) => (current === before ? item : undefined));
  };
  const answerOne = async (group: string, found: KeptGroup): Promise<void> => {
    for (const id of incoming.membersOf(group)) {
      const word = wordOf(found, incoming.get(id)!.object, verification.hits(id), clock());
      if (word !== undefined) await say(word, id);
    }
  };
  const orMissed = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      missed = true;
      throw error;
    }
  };
  return {
    answer: (tested) =>
      orMissed(async () => {
        for (const { group, after } of tested) await answerOne(group, after);
      }),
    answerMissed: () =>
      orMissed(async () => {
        if (!missed) return;
        missed = false;
        for (const group of incoming.groups()) {
          const kept = verification.group(group);
          if (kept !== undefined) await answerOne(group, kept);
        }
      }),
    dispute: async (ids, reason) => {
      const known = ids.filter((id) => incoming.parsed(id) !== undefined);
      for (const id of known) await say(disputeOf(incoming.get(id)!.object, reason, clock()), id);
      return known;
    },
  };
};
