/**
 * All cases of a lab, derived from its events. Holds what one case alone cannot know: that a decision is
 * appealed once, and that nothing is lifted twice. Whoever stores an event offers it here first.
 */
import { StillwatchError } from '../../base/errors.ts';
import type { Proposal } from '../response/decide.ts';
import type { Decision } from '../response/decision.ts';
import {
  APPEAL_WINDOW,
  type AppealFiled,
  type Case,
  type CaseEvent,
  type Decided,
  DUE_IN,
  isClosed,
  isOverdue,
  type Opened,
} from './case.ts';
import { effectsOf, type Ruling, type Surroundings } from './effects.ts';
import { refuseStep, stepCase } from './step.ts';

export interface Casework {
  /** Checks an event and takes it in; one that is refused changes nothing. @throws StillwatchError */
  readonly append: (event: CaseEvent) => Case;
  /** The same check without taking it in, for who must store it before. */
  readonly check: (event: CaseEvent) => Case;
  readonly get: (id: string) => Case | undefined;
  /** @throws StillwatchError CASE_UNKNOWN */
  readonly need: (id: string) => Case;
  readonly all: () => Iterable<Case>;
  /** Not closed, the most urgent first. */
  readonly waiting: () => readonly Case[];
  readonly overdue: (now: number) => readonly Case[];
  readonly appealOf: (decision: string) => Case | undefined;
  readonly lifted: () => ReadonlySet<string>;
  /** Lets go of cases that are to be deleted, with all that was derived from them; see `deletable`. */
  readonly remove: (ids: readonly string[]) => void;
}

const liftedBy = (event: CaseEvent): readonly string[] =>
  event.type === 'decided'
    ? event.effects.flatMap((one) => (one.effect === 'lift' ? one.decisions : []))
    : [];

/**
 * Of closed cases that are old enough those that can be deleted together: what is left must still be what its
 * events make of it, so a case that lifted a decision stays as long as another one about that decision.
 */
export const deletable = (
  cases: Iterable<Case>,
  old: (one: Case) => boolean,
): readonly string[] => {
  const all = [...cases];
  const going = new Map(all.filter((one) => isClosed(one) && old(one)).map((one) => [one.id, one]));
  const about = Map.groupBy(all, (one) => one.about);
  for (let before = -1; before !== going.size; ) {
    before = going.size;
    for (const one of going.values()) {
      const lifts = one.outcome === null ? [] : liftedBy(one.outcome);
      if (lifts.some((id) => about.get(id)?.some((other) => !going.has(other.id))))
        going.delete(one.id);
    }
  }
  return [...going.keys()];
};

const byUrgency = (a: Case, b: Case): number => a.due - b.due || (a.id < b.id ? -1 : 1);

export const createCasework = (events: Iterable<CaseEvent> = []): Casework => {
  const cases = new Map<string, Case>();
  const appeals = new Map<string, string>();
  const lifted = new Set<string>();

  const checkAppeal = ({ about }: AppealFiled): void => {
    const earlier = cases.get(appeals.get(about) ?? '');
    // Who withdrew may come back; who was answered has the answer.
    if (earlier !== undefined && earlier.status !== 'withdrawn')
      throw new StillwatchError(
        'APPEAL_REPEATED',
        `${earlier.id} is about ${about} already, and is ${earlier.status}`,
        `\`stillwatch lab appeal list\` shows it.`,
      );
  };

  const checkLifts = (one: Case, event: Decided): void => {
    const ids = liftedBy(event);
    const again = ids.find((id, i) => lifted.has(id) || ids.indexOf(id) !== i);
    if (again !== undefined) refuseStep(one, `would lift ${again} twice`);
    const freed = event.outcome === 'overturned' || event.outcome === 'partly';
    if (freed && !lifted.has(one.about) && !ids.includes(one.about))
      refuseStep(one, `is ${event.outcome} and does not lift ${one.about}`);
  };

  const check = (event: CaseEvent): Case => {
    const before = cases.get(event.case) ?? null;
    const after = stepCase(before, event);
    if (event.type === 'filed') checkAppeal(event);
    if (event.type === 'decided') checkLifts(before!, event);
    return after;
  };

  const append = (event: CaseEvent): Case => {
    const after = check(event);
    cases.set(event.case, after);
    if (event.type === 'filed') appeals.set(event.about, event.case);
    for (const id of liftedBy(event)) lifted.add(id);
    return after;
  };

  for (const event of events) append(event);

  const need = (id: string): Case => {
    const found = cases.get(id);
    if (found !== undefined) return found;
    throw new StillwatchError(
      'CASE_UNKNOWN',
      'there is no case of that id',
      '`stillwatch lab appeal list` lists the cases.',
    );
  };
  const waiting = (): Case[] => [...cases.values()].filter((one) => !isClosed(one)).sort(byUrgency);
  return {
    append,
    check,
    get: (id) => cases.get(id),
    need,
    all: () => cases.values(),
    waiting,
    overdue: (now) => waiting().filter((one) => isOverdue(one, now)),
    appealOf: (decision) => cases.get(appeals.get(decision) ?? ''),
    lifted: () => lifted,
    remove: (ids) => {
      for (const id of ids) {
        const one = cases.get(id);
        if (one === undefined) continue;
        cases.delete(id);
        if (appeals.get(one.about) === id) appeals.delete(one.about);
        for (const decision of one.outcome === null ? [] : liftedBy(one.outcome))
          lifted.delete(decision);
      }
    },
  };
};

/** A case of its own for a proposal, a sampled decision or an incoming indicator. */
export const openCase = (
  id: string,
  kind: Opened['kind'],
  { about, subject, by, at }: Pick<Opened, 'about' | 'subject' | 'by' | 'at'>,
): Opened => ({ type: 'opened', case: id, kind, about, subject, by, at, due: at + DUE_IN[kind] });

export const proposalCase = (
  id: string,
  { id: about, subject, rule }: Proposal,
  at: number,
): Opened => openCase(id, 'proposal', { about, subject, by: rule, at });

export interface AppealRequest {
  readonly statement: string;
  /** Who brings it: the customer's account, or a person who files for them. */
  readonly by: string;
  /** Everyone who had a part in the decision besides its owner. */
  readonly decided_by?: readonly string[];
}

/** @throws StillwatchError APPEAL_TOO_LATE */
export const fileAppeal = (
  id: string,
  decision: Decision,
  { statement, by, decided_by = [] }: AppealRequest,
  at: number,
): AppealFiled => {
  if (at > decision.until + APPEAL_WINDOW)
    throw new StillwatchError(
      'APPEAL_TOO_LATE',
      `the decision ended more than ${APPEAL_WINDOW / 86_400_000} days ago`,
      'If it still has an effect, ask a reviewer to open a case.',
    );
  return {
    type: 'filed',
    case: id,
    at,
    by,
    subject: decision.subject,
    about: decision.id,
    action: decision.action,
    decided_by: [...new Set([decision.owner, ...decided_by])],
    statement,
    due: at + DUE_IN.appeal,
  };
};

export interface Answer extends Ruling {
  readonly by: string;
  readonly reason: string;
  readonly told: string;
}

/** The event that decides an appeal, with all its effects. */
export const decideAppeal = (
  one: Case,
  { by, reason, told, ...ruling }: Answer,
  around: Surroundings,
  at: number,
): Decided => ({
  type: 'decided',
  case: one.id,
  at,
  by,
  outcome: ruling.outcome,
  reason,
  told,
  effects: effectsOf(ruling, around),
});

/** What the customer may see of their appeal: never who decided, and nothing of how it was found. */
export interface AppealNotice {
  readonly case: string;
  readonly decision: string;
  readonly status: Case['status'];
  readonly due: number;
  readonly outcome: string | null;
  readonly told: string | null;
}

export const noticeOf = ({ id, about, status, due, outcome }: Case): AppealNotice => ({
  case: id,
  decision: about,
  status,
  due,
  outcome: outcome?.outcome ?? null,
  told: outcome?.told ?? null,
});
