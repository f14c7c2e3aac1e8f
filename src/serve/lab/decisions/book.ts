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
import type { RecordsWriter, Store } from '../../store/store.ts';
import { endOf, inClock, SLACK_MS, writeEnds } from './clock-set-back.ts';
import { isFresh, matterId, samenessOf } from './sameness.ts';
import { findDecision, putAllEnded, putBegun, putEnded } from './shelf.ts';

/** What is to be stored in the same write, or not at all. */
export type Also = (records: RecordsWriter) => Promise<unknown>;

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

/** The latest moment that a book has seen. */
const CLOCK = 'lab-decisions-clock';
/** A clock that is set back while the lab is down can give decisions so much more time at most. */
const NOTED_EVERY = 10_000;

const subjectKey = ({ kind, value }: Subject): string => `${kind} ${value}`;

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
  const held = new Map<string, Decision>();
  const bySameness = new Map<string, string>();
  const byGround = new Map<string, Set<string>>();
  const bySubject = new Map<string, Set<string>>();
  const pending = new Map<string, string>();
  /** Decisions in force that were drawn for a person to look at. */
  const drawn = new Set<string>();
  /** Until when a matter rests, by its id. */
  const settled = new Map<string, number>();
  /** When a decision has had its time, whatever the clock says then. */
  const ends = new Map<string, number>();
  // A clock that was set back while the lab was down must not give decisions more time.
  const lastSeen = Number((await store.records.get('setting', CLOCK)) ?? 0);
  if (now < lastSeen) {
    await writeEnds(store, lastSeen, now, () => undefined);
    await store.write(({ records }) => records.put('setting', CLOCK, now));
  }
  let noted = now;
  /** What the clock and the steady one showed last. */
  let told = { at: now, steady: steady() };
  /** The latest time before the clock was set back, as long as that is not written down. */
  let setBackFrom: number | null = null;
  let writing = false;

  const remember = (decision: Decision, at: number): void => {
    held.set(decision.id, decision);
    ends.set(decision.id, steady() + decision.until - at);
    const key = subjectKey(decision.subject);
    bySubject.set(key, (bySubject.get(key) ?? new Set()).add(decision.id));
    bySameness.set(samenessOf(decision), decision.id);
    for (const ground of decision.rests_on) {
      const ids = byGround.get(ground) ?? new Set();
      byGround.set(ground, ids.add(decision.id));
    }
    if (decision.mode === 'shadow') return;
    const cursor = feed.put(decision);
    gate.apply([{ cursor, change: 'put', decision }], at);
  };
  const forget = (decision: Decision): void => {
    held.delete(decision.id);
    ends.delete(decision.id);
    drawn.delete(decision.id);
    const key = subjectKey(decision.subject);
    const about = bySubject.get(key);
    about?.delete(decision.id);
    if (about?.size === 0) bySubject.delete(key);
    const sameness = samenessOf(decision);
    if (bySameness.get(sameness) === decision.id) bySameness.delete(sameness);
    for (const ground of decision.rests_on) {
      const ids = byGround.get(ground);
      ids?.delete(decision.id);
      if (ids?.size === 0) byGround.delete(ground);
    }
  };
  const drop = (decision: Decision, at: number): void => {
    forget(decision);
    if (decision.mode === 'shadow') return;
    const cursor = feed.lift(decision.id);
    gate.apply([{ cursor, change: 'lift', id: decision.id }], at);
  };

  const over: KeptDecision[] = [];
  for (const { value } of await store.records.list('decision'))
    if (value.lifted === null && endOf(value) > now) {
      remember(inClock(value, now), now);
      if (value.sampled) drawn.add(value.decision.id);
    } else over.push(value);
  await putAllEnded(store, over);
  for (const { id, value } of await store.records.list('matter'))
    if (value.until > now) settled.set(id, value.until);
  for (const { value } of await store.records.list('proposal'))
    if (value.settled === null) pending.set(samenessOf(value.proposal), value.proposal.id);
  gate.heard(now);

  const isNew = (decision: Decision, at: number): boolean => {
    const known = held.get(bySameness.get(samenessOf(decision)) ?? '');
    return (known === undefined || !isFresh(known, at)) && !isSettled(decision, at);
  };
  const isSettled = (one: Parameters<typeof matterId>[0], at: number): boolean =>
    settled.size > 0 && (settled.get(matterId(one)) ?? 0) > at;
  const rest = async (
    records: RecordsWriter,
    one: Parameters<typeof matterId>[0],
    until: number,
    { by, because }: Pick<Lift, 'by' | 'because'>,
  ): Promise<void> => {
    await records.put('matter', matterId(one), { until, by, because });
    settled.set(matterId(one), until);
  };
  const isOver = ({ id, until }: Decision, at: number): boolean =>
    until <= at || steady() >= (ends.get(id) ?? 0);

  const note = async (at: number): Promise<void> => {
    if (setBackFrom !== null) {
      await writeEnds(store, setBackFrom, at, (id) => {
        const end = ends.get(id);
        return end === undefined ? undefined : end - steady();
      });
      setBackFrom = null;
    } else if (Math.abs(at - noted) < NOTED_EVERY) return;
    await store.write(async ({ records }) => {
      await records.put('setting', CLOCK, at);
      for (const [id, until] of settled)
        if (until <= at && settled.delete(id)) await records.remove('matter', id);
    });
    noted = at;
  };

  return {
    gate,
    feed,
    enter: async (outcomes, at) => {
      const decisions = outcomes.flatMap((one) => one.decisions).filter((one) => isNew(one, at));
      const shadow = outcomes.flatMap((one) => one.shadow).filter((one) => isNew(one, at));
      const proposals = outcomes
        .flatMap((one) => one.proposals)
        .filter((one) => !pending.has(samenessOf(one)) && !isSettled(one, at));
      if (decisions.length + shadow.length + proposals.length === 0)
        return { decisions, shadow, proposals };
      const samples = new Set(outcomes.flatMap((one) => one.samples));
      // A renewal replaces what it renews: one matter, one decision in force.
      const renewed = [...decisions, ...shadow].flatMap(
        (one) => held.get(bySameness.get(samenessOf(one)) ?? '') ?? [],
      );
      await store.write(async ({ records }) => {
        for (const decision of renewed) {
          const lifted = { at, by: 'renewal', because: samenessOf(decision) };
          await putEnded(records, { decision, lifted, sampled: drawn.has(decision.id) });
        }
        for (const decision of [...decisions, ...shadow])
          await putBegun(records, decision, samples.has(decision.id));
        for (const proposal of proposals)
          await records.put('proposal', proposal.id, { proposal, settled: null });
      });
      // The new one first: between the two there is no moment without a decision.
      for (const decision of [...decisions, ...shadow]) {
        remember(decision, at);
        if (samples.has(decision.id)) drawn.add(decision.id);
      }
      for (const decision of renewed) drop(decision, at);
      for (const proposal of proposals) pending.set(samenessOf(proposal), proposal.id);
      return { decisions, shadow, proposals };
    },
    put: async (decision, also) => {
      await store.write(async ({ records }) => {
        await putBegun(records, decision, false);
        await also?.(records);
      });
      remember(decision, decision.from);
    },
    lift: async (ids, lifted, more = {}) => {
      const ending = [...new Set(ids)].flatMap((id) => held.get(id) ?? []);
      if (ending.length === 0 && more.also === undefined) return [];
      await store.write(async ({ records }) => {
        await more.also?.(records);
        for (const decision of ending) {
          if (more.rest !== undefined) await rest(records, decision, more.rest, lifted);
          await putEnded(records, { decision, lifted, sampled: drawn.has(decision.id) });
        }
      });
      for (const decision of ending) drop(decision, lifted.at);
      return ending;
    },
    restingOn: (id) => [...(byGround.get(id) ?? [])],
    about: (subject) =>
      [...(bySubject.get(subjectKey(subject)) ?? [])].flatMap((id) => held.get(id) ?? []),
    get: (id) => findDecision(store.records, id),
    inForce: (at) => [...held.values()].filter((one) => !isOver(one, at)),
    waiting: async () =>
      (await store.records.list('proposal'))
        .map(({ value }) => value)
        .filter(({ settled }) => settled === null),
    settle: async (id, by, approved, at, also) => {
      const kept = await store.records.get('proposal', id);
      if (kept === undefined || kept.settled !== null) return undefined;
      const { held_for: _held, ...asked } = kept.proposal;
      const decision: Decision = {
        ...asked,
        id: `decision--${randomUUID()}`,
        from: at,
        // As long as it was asked for, from the moment somebody said yes.
        until: at + (asked.until - asked.from),
        owner: by,
        reason: 'MANUAL_REVIEW',
        rests_on: [...asked.rests_on, id],
      };
      await store.write(async ({ records }) => {
        await records.put('proposal', id, { ...kept, settled: { at, by, approved } });
        await rest(records, asked, approved ? decision.until : at + DISMISSED_FOR, {
          by,
          because: id,
        });
        await also?.(records);
        if (approved) await putBegun(records, decision, false);
      });
      pending.delete(samenessOf(kept.proposal));
      if (!approved) return null;
      remember(decision, at);
      return decision;
    },
    forgetMatters: async (ids) => {
      await store.write(async ({ records }) => {
        for (const id of ids) await records.remove('matter', id);
      });
      for (const id of ids) settled.delete(id);
    },
    tick: (at) => {
      gate.heard(at);
      const ended: KeptDecision[] = [];
      for (const decision of held.values()) {
        if (!isOver(decision, at)) continue;
        ended.push({ decision, lifted: null, sampled: drawn.has(decision.id) });
        // Followers go by their own clocks; where ours was set back they are told.
        if (decision.until > at) drop(decision, at);
        else forget(decision);
      }
      // What is not put away now is at the next start.
      putAllEnded(store, ended).catch(() => undefined);
      const passed = steady();
      const due = told.at + passed - told.steady;
      if (at < due - SLACK_MS) setBackFrom = Math.max(setBackFrom ?? 0, due);
      told = { at, steady: passed };
      if (writing) return;
      writing = true;
      note(at)
        .catch(() => undefined) // the next tick will do
        .finally(() => {
          writing = false;
        });
    },
  };
};
