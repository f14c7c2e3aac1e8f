/**
 * What has ended is deleted after a time: decisions with their notes and what gateways did with them, proposals
 * that were settled, cases that were closed. What somebody still works on stays whole, and so does what a
 * customer may still appeal.
 */
import { APPEAL_WINDOW, isClosed } from '../../../act/casework/case.ts';
import { deletable } from '../../../act/casework/casework.ts';
import type { Store } from '../../store/store.ts';
import type { Desk } from '../appeals/desk.ts';
import type { Effects } from '../appeals/effects.ts';
import { findDecision, readEndKey, removeEnded } from '../decisions/shelf.ts';

/** Milliseconds after the end. */
export interface Keeping {
  readonly decisions: number;
  readonly cases: number;
}

export interface Swept {
  readonly decisions: number;
  readonly proposals: number;
  readonly cases: number;
}

export interface SweepParts {
  readonly store: Store;
  readonly desk: Desk;
  readonly effects: Effects;
  readonly keep: Keeping;
}

const PART = 500;

/** Decisions and proposals about which somebody still has something to do. */
const workedOn = ({ desk, effects }: SweepParts): ReadonlySet<string> => {
  const waiting = new Set(effects.waiting());
  return new Set(
    [...desk.casework.all()]
      .filter((one) => !isClosed(one) || waiting.has(one.id))
      .map(({ about }) => about),
  );
};

const sweepDecisions = async (parts: SweepParts, now: number): Promise<number> => {
  const { store, keep } = parts;
  const needed = workedOn(parts);
  let gone = 0;
  for (let after = ''; ; ) {
    const part = await store.records.page('decision-end', after, PART);
    const old = part.filter(({ id: key }) => readEndKey(key).end + keep.decisions <= now);
    const due: string[] = [];
    for (const { id: key } of old) {
      const { id } = readEndKey(key);
      if (needed.has(id)) continue;
      const kept = await store.records.get('ended-decision', id);
      // An early end does not shorten the time in which it can be appealed.
      const appealable = kept !== undefined && kept.decision.action !== 'allow';
      if (appealable && kept.decision.until + APPEAL_WINDOW > now) continue;
      due.push(key);
    }
    if (due.length > 0)
      await store.write(async ({ records }) => {
        for (const key of due) await removeEnded(records, key);
      });
    gone += due.length;
    if (old.length < PART) return gone;
    after = part.at(-1)!.id;
  }
};

const sweepProposals = async (parts: SweepParts, now: number): Promise<number> => {
  const { store, keep } = parts;
  const needed = workedOn(parts);
  let gone = 0;
  for (let after = ''; ; ) {
    const part = await store.records.page('proposal', after, PART);
    const due = part.filter(
      ({ id, value: { settled } }) =>
        settled !== null && settled.at + keep.decisions <= now && !needed.has(id),
    );
    if (due.length > 0)
      await store.write(async ({ records }) => {
        for (const { id } of due) await records.remove('proposal', id);
      });
    gone += due.length;
    if (part.length < PART) return gone;
    after = part.at(-1)!.id;
  }
};

const sweepCases = async (
  { store, desk, effects, keep }: SweepParts,
  now: number,
): Promise<number> => {
  const waiting = new Set(effects.waiting());
  const old = new Set<string>();
  for (const one of desk.casework.all()) {
    const closed = isClosed(one) && !waiting.has(one.id);
    if (!closed || desk.events(one.id).at(-1)!.at + keep.cases > now) continue;
    // Who was answered has the answer for as long as the decision could be appealed again.
    const about = await findDecision(store.records, one.about);
    if (about === undefined || about.decision.until + APPEAL_WINDOW <= now) old.add(one.id);
  }
  const ids = deletable(desk.casework.all(), ({ id }) => old.has(id));
  if (ids.length === 0) return 0;
  await desk.remove(ids);
  effects.remove(ids);
  return ids.length;
};

/** Allowances and exclusions that have ended long ago. */
const sweepLists = async ({ store, keep }: SweepParts, now: number): Promise<void> => {
  for (const kind of ['allowance', 'exclusion'] as const) {
    const old = (await store.records.list(kind)).filter(
      ({ value }) => value.until + keep.decisions <= now,
    );
    if (old.length > 0)
      await store.write(async ({ records }) => {
        for (const { id } of old) await records.remove(kind, id);
      });
  }
};

export const sweep = async (parts: SweepParts, now: number): Promise<Swept> => {
  const decisions = await sweepDecisions(parts, now);
  const proposals = await sweepProposals(parts, now);
  const cases = await sweepCases(parts, now);
  await sweepLists(parts, now);
  return { decisions, proposals, cases };
};
