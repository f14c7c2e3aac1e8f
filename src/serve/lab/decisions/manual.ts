/** What a person decides without a rule, and takes back. */
import { randomUUID } from 'node:crypto';
import type { Action, Decision, Obligations, Subject } from '../../../act/response/decision.ts';
import { parseBlock } from '../../../act/response/gate/address.ts';
import { StillwatchError } from '../../../base/errors.ts';
import type { Deciding } from '../deciding/deciding.ts';

export interface ByHand {
  readonly subject: Subject;
  readonly action: Exclude<Action, 'allow'>;
  /** Those of the policy's ladder when absent. */
  readonly obligations: Obligations | null;
  /** Seconds. */
  readonly ttl: number;
  readonly reason: string;
  readonly by: string;
}

/** Longest decision of a person's: what is to last longer is decided again. */
export const LONGEST_BY_HAND = 30 * 86_400;

const invalid = (what: string): StillwatchError =>
  new StillwatchError('DECISION_INVALID', what, 'See docs/reference/lab-decisions.md.');

/** @throws StillwatchError DECISION_INVALID */
export const decideByHand = (deciding: Deciding, asked: ByHand): Promise<Decision> =>
  deciding.serial(async () => {
    const { subject, action, obligations, ttl, reason, by } = asked;
    if (subject.kind === 'address' && parseBlock(subject.value) === null)
      throw invalid('subject.value is no address and no block such as 192.0.2.0/24');
    if (subject.value.trim() === '' || reason.trim() === '')
      throw invalid('subject.value and reason must not be empty');
    const from = deciding.now();
    const decision: Decision = {
      id: `decision--${randomUUID()}`,
      subject,
      action,
      reason: 'MANUAL_REVIEW',
      obligations: obligations ?? deciding.policy.policy().ladder[action],
      mode: 'live',
      from,
      until: from + ttl * 1000,
      owner: by,
      rule: null,
      policy: null,
      rests_on: [],
    };
    await deciding.book.put(decision, (records) =>
      records.put('decision-note', decision.id, { by, at: from, text: reason }),
    );
    return decision;
  });

/** Which decisions are meant; what is null is not asked. */
export interface Chosen {
  readonly mode: Decision['mode'] | null;
  readonly rule: string | null;
  readonly action: Action | null;
  readonly kind: Subject['kind'] | null;
  /** Id of a finding or an indicator. */
  readonly rests_on: string | null;
}

/**
 * Takes back all that are meant, at once, or says which those are. The same are not decided again by a rule until
 * the last of them would have ended.
 * @throws StillwatchError DECISION_INVALID where nothing says which
 */
export const undoAll = (
  deciding: Deciding,
  chosen: Chosen,
  words: { readonly by: string; readonly because: string; readonly dryRun: boolean },
): Promise<readonly Decision[]> =>
  deciding.serial(async () => {
    const { mode, rule, action, kind, rests_on } = chosen;
    // The mode alone would mean nearly everything.
    if ([rule, action, kind, rests_on].every((one) => one === null))
      throw invalid('name a rule, an action, a kind of subject, or what they rest on');
    const { book, now } = deciding;
    const at = now();
    const meant = book
      .inForce(at)
      .filter(
        (one) =>
          one.reason !== 'ALLOW_LISTED' &&
          (mode === null || one.mode === mode) &&
          (rule === null || one.rule === rule) &&
          (action === null || one.action === action) &&
          (kind === null || one.subject.kind === kind) &&
          (rests_on === null || one.rests_on.includes(rests_on)),
      );
    if (words.dryRun || meant.length === 0) return meant;
    const rest = meant.reduce((latest, { until }) => Math.max(latest, until), at);
    const { by, because } = words;
    const ids = meant.map(({ id }) => id);
    return book.lift(ids, { at, by, because }, { rest });
  });

/**
 * Takes a decision back. The same is not decided again by a rule until it would have ended.
 * @throws StillwatchError DECISION_UNKNOWN, DECISION_INVALID
 */
export const undo = (
  deciding: Deciding,
  id: string,
  by: string,
  because: string,
): Promise<Decision> =>
  deciding.serial(async () => {
    const { book, now } = deciding;
    const found = book.inForce(now()).find((one) => one.id === id);
    if (found === undefined)
      throw new StillwatchError(
        'DECISION_UNKNOWN',
        'no decision of that id is in force',
        '`stillwatch lab decisions list` shows those that are.',
      );
    if (found.reason === 'ALLOW_LISTED')
      throw invalid('it is an entry of an allow-list: change the policy, or lift the allowance');
    const at = now();
    await book.lift([id], { at, by, because }, { rest: found.until });
    return found;
  });
