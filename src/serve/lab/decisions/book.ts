/**
 * The decisions of a lab: durable in the store, then in the feed that gates follow and in the gate of this
 * process. In that order: what a gateway was told is never lost, and what is lifted stays lifted. Each
 * start begins a new epoch of the feed, so no gate can take an old cursor for a new one.
 */
import { randomUUID } from 'node:crypto';
import { type ChangeFeed, createChangeFeed } from '../../../act/gateway/feed.ts';
import type { Outcome, Proposal } from '../../../act/response/decide.ts';
import type { Decision, Subject } from '../../../act/response/decision.ts';
import { createGate, type MemoryGate, type StalenessRule } from '../../../act/response/gate.ts';
import type { KeptDecision, KeptProposal, Lift } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { endOf, inClock } from './clock-set-back.ts';
import { openClockWatch } from './clock-watch.ts';
import { createInForce } from './in-force.ts';
import { openMatters } from './matters.ts';
import { isFresh, samenessOf } from './sameness.ts';
import { type Also, findDecision, putAllEnded, putBegun, putEnded } from './shelf.ts';

/** How long a person's dismissal of a proposal holds. */
const DISMISSED_FOR = 30 * 86_400_000;

export interface Entered {
  readonly decisions: readonly Decision[];
  readonly shadow: readonly Decision[];
  readonly proposals: readonly Proposal[];
}

export interface DecisionBook {
  readonly gate: MemoryGate;
  readonly feed: ChangeFeed;
  /** Enters what is new in the outcomes; what holds already is left as it is. */
  readonly enter: (outcomes: readonly Outcome[], now: number) => Promise<Entered>;
  /** A decision of a person's, or an entry of the allow-list. */
  readonly put: (decision: Decision, also?: Also) => Promise<void>;
  /** Ends decisions before their time; those that have ended already are passed over. */
  readonly lift: (
    ids: readonly string[],
    lift: Lift,
    more?: {
      readonly also?: Also;
      /** A person's word: the same is not decided again until then. */
      readonly rest?: number;
    },
  ) => Promise<readonly Decision[]>;
  /** Ids of the decisions in force, shadow ones included, that rest on a finding, indicator or case. */
  readonly restingOn: (id: string) => readonly string[];
  /** In force about one subject, shadow ones included. */
  readonly about: (subject: Subject) => readonly Decision[];
  readonly get: (id: string) => Promise<KeptDecision | undefined>;
  /** In force now, shadow ones included. */
  readonly inForce: (now: number) => readonly Decision[];
  readonly waiting: () => Promise<readonly KeptProposal[]>;
  /** Settles a proposal; one that is approved becomes a decision under the person's name. */
  readonly settle: (
    id: string,
    by: string,
    approved: boolean,
    now: number,
    also?: Also,
  ) => Promise<Decision | null | undefined>;
  /** Matters that rested rest no more. */
  readonly forgetMatters: (ids: readonly string[]) => Promise<void>;
  /** Says to the gate that the book is alive, and forgets what has ended. */
  readonly tick: (now: number) => void;
}

/** The decision that a person makes of a proposal. */
const approvedOf = ({ held_for: _held, ...asked }: Proposal, by: string, at: number): Decision => ({
  ...asked,
  id: `decision--${randomUUID()}`,
  from: at,
  // As long as it was asked for, from the moment somebody said yes.
  until: at + (asked.until - asked.from),
  owner: by,
  reason: 'MANUAL_REVIEW',
  rests_on: [...asked.rests_on, asked.id],
});

/**
 * @param now when it is opened, epoch milliseconds
 * @param steady monotonic milliseconds: a clock that is set back prolongs nothing
 */
export const openBook = async (
  store: Store,
  staleness: StalenessRule,
  now: number,
  steady: () => number = () => performance.now(),
): Promise<DecisionBook> => {
  const gate = createGate({ staleness });
  const feed = createChangeFeed({ epoch: randomUUID() });
  const held = createInForce(steady);
  const matters = await openMatters(store, now);
  const clock = await openClockWatch(store, {
    ...{ now, steady, left: held.left },
    also: (at) => (records) => matters.expire(records, at),
  });
  /** Proposals that wait, by sameness. */
  const pending = new Map<string, string>();

  const begin = (decision: Decision, at: number, sampled: boolean): void => {
    held.add(decision, at, sampled);
    if (decision.mode === 'shadow') return;
    const cursor = feed.put(decision);
    gate.apply([{ cursor, change: 'put', decision }], at);
  };
  const drop = (decision: Decision, at: number): void => {
    held.remove(decision);
    if (decision.mode === 'shadow') return;
    const cursor = feed.lift(decision.id);
    gate.apply([{ cursor, change: 'lift', id: decision.id }], at);
  };
  const keptOf = (decision: Decision, lifted: Lift | null): KeptDecision => ({
    decision,
    lifted,
    sampled: held.isSampled(decision.id),
  });

  const over: KeptDecision[] = [];
  for (const { value } of await store.records.list('decision'))
    if (value.lifted === null && endOf(value) > now) begin(inClock(value, now), now, value.sampled);
    else over.push(value);
  await putAllEnded(store, over);
  for (const { value } of await store.records.list('proposal'))
    if (value.settled === null) pending.set(samenessOf(value.proposal), value.proposal.id);
  gate.heard(now);

  const isNew = (decision: Decision, at: number): boolean => {
    const known = held.sameAs(decision);
    return (known === undefined || !isFresh(known, at)) && !matters.isSettled(decision, at);
  };

  return {
    gate,
    feed,
    enter: async (outcomes, at) => {
      const decisions = outcomes.flatMap((one) => one.decisions).filter((one) => isNew(one, at));
      const shadow = outcomes.flatMap((one) => one.shadow).filter((one) => isNew(one, at));
      const proposals = outcomes
        .flatMap((one) => one.proposals)
        .filter((one) => !pending.has(samenessOf(one)) && !matters.isSettled(one, at));
      const begun = [...decisions, ...shadow];
      if (begun.length + proposals.length === 0) return { decisions, shadow, proposals };
      const samples = new Set(outcomes.flatMap((one) => one.samples));
      // A renewal replaces what it renews: one matter, one decision in force.
      const renewed = begun.flatMap((one) => held.sameAs(one) ?? []);
      await store.write(async ({ records }) => {
        for (const decision of renewed) {
          const lifted = { at, by: 'renewal', because: samenessOf(decision) };
          await putEnded(records, keptOf(decision, lifted));
        }
        for (const decision of begun) await putBegun(records, decision, samples.has(decision.id));
        for (const proposal of proposals)
          await records.put('proposal', proposal.id, { proposal, settled: null });
      });
      // The new one first: between the two there is no moment without a decision.
      for (const decision of begun) begin(decision, at, samples.has(decision.id));
      for (const decision of renewed) drop(decision, at);
      for (const proposal of proposals) pending.set(samenessOf(proposal), proposal.id);
      return { decisions, shadow, proposals };
    },
    put: async (decision, also) => {
      await store.write(async ({ records }) => {
        await putBegun(records, decision, false);
        await also?.(records);
      });
      begin(decision, decision.from, false);
    },
    lift: async (ids, lifted, more = {}) => {
      const ending = [...new Set(ids)].flatMap((id) => held.get(id) ?? []);
      if (ending.length === 0 && more.also === undefined) return [];
      await store.write(async ({ records }) => {
        await more.also?.(records);
        for (const decision of ending) {
          if (more.rest !== undefined) await matters.settle(records, decision, more.rest, lifted);
          await putEnded(records, keptOf(decision, lifted));
        }
      });
      for (const decision of ending) drop(decision, lifted.at);
      return ending;
    },
    restingOn: held.restingOn,
    about: held.about,
    get: (id) => findDecision(store.records, id),
    inForce: (at) => [...held.all()].filter((one) => !held.isOver(one, at)),
    waiting: async () =>
      (await store.records.list('proposal'))
        .map(({ value }) => value)
        .filter(({ settled }) => settled === null),
    settle: async (id, by, approved, at, also) => {
      const kept = await store.records.get('proposal', id);
      if (kept === undefined || kept.settled !== null) return undefined;
      const decision = approvedOf(kept.proposal, by, at);
      await store.write(async ({ records }) => {
        await records.put('proposal', id, { ...kept, settled: { at, by, approved } });
        const rests = approved ? decision.until : at + DISMISSED_FOR;
        await matters.settle(records, kept.proposal, rests, { by, because: id });
        await also?.(records);
        if (approved) await putBegun(records, decision, false);
      });
      pending.delete(samenessOf(kept.proposal));
      if (!approved) return null;
      begin(decision, at, false);
      return decision;
    },
    forgetMatters: matters.forget,
    tick: (at) => {
      gate.heard(at);
      const ended: KeptDecision[] = [];
      for (const decision of held.all()) {
        if (!held.isOver(decision, at)) continue;
        ended.push(keptOf(decision, null));
        // Followers go by their own clocks; where ours was set back they are told.
        if (decision.until > at) drop(decision, at);
        else held.remove(decision);
      }
      // What is not put away now is at the next start.
      putAllEnded(store, ended).catch(() => undefined);
      clock.tick(at);
    },
  };
};
