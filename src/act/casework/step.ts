/** One event after another makes a case. Every step is checked, also when events are read back. */
import { StillwatchError } from '../../base/errors.ts';
import { ACTIONS } from '../response/decision.ts';
import {
  APPEAL_OUTCOMES,
  type AppealFiled,
  type Assigned,
  type Case,
  type CaseEvent,
  type CaseStatus,
  type Decided,
  isClosed,
  LONGEST_ALLOWANCE,
  MAX_NOTE,
  MAX_NOTES,
  MAX_STATEMENT,
  type Noted,
  type Opened,
  REVIEW_OUTCOMES,
} from './case.ts';

/** What can be done next, for the message of a refusal. */
const NEXT: Readonly<Record<CaseStatus, string>> = {
  open: 'It can be assigned, noted or withdrawn.',
  assigned: 'It can be decided by its assignee, assigned anew, noted or withdrawn.',
  decided: 'Nothing can be added; new facts make a new case.',
  withdrawn: 'Nothing can be added; new facts make a new case.',
};

export const refuseStep = (one: Case, what: string): never => {
  throw new StillwatchError('CASE_STEP_REFUSED', `${one.id} ${what}`, NEXT[one.status]);
};

const invalid = (what: string): never => {
  throw new StillwatchError('CASE_EVENT_INVALID', what, 'Correct the field and try again.');
};

const boundedText = (text: string, max: number, field: string): void => {
  if (text.trim() === '' || text.length > max)
    invalid(`${field} must have 1 to ${max} characters, and has ${text.length}`);
};

const begin = (event: CaseEvent): Case => {
  if (event.type !== 'opened' && event.type !== 'filed')
    throw new StillwatchError('CASE_UNKNOWN', `there is no ${event.case}`, 'Open a case first.');
  if (!(event.due > event.at)) invalid('due must come after the case was opened');
  const filed: AppealFiled | null = event.type === 'filed' ? event : null;
  if (filed !== null) boundedText(filed.statement, MAX_STATEMENT, 'statement');
  return {
    id: event.case,
    kind: filed === null ? (event as Opened).kind : 'appeal',
    status: 'open',
    subject: event.subject,
    about: event.about,
    opened: event.at,
    due: event.due,
    statement: filed?.statement ?? null,
    action: filed?.action ?? null,
    decided_by: filed?.decided_by ?? [],
    assignee: null,
    notes: [],
    outcome: null,
  };
};

const samePerson = (one: Case, person: string): never => {
  throw new StillwatchError(
    'CASE_SAME_PERSON',
    `${person} made the decision that ${one.id} is about`,
    'Assign it to somebody else.',
  );
};

const assign = (one: Case, { to }: Assigned): Case => {
  boundedText(to, 200, 'to');
  if (one.decided_by.includes(to)) samePerson(one, to);
  return { ...one, status: 'assigned', assignee: to };
};

const note = (one: Case, { at, by, text }: Noted): Case => {
  boundedText(text, MAX_NOTE, 'text');
  if (one.notes.length >= MAX_NOTES) refuseStep(one, `has ${MAX_NOTES} notes already`);
  return { ...one, notes: [...one.notes, { at, by, text }] };
};

const decideCase = (one: Case, event: Decided): Case => {
  if (one.status !== 'assigned') refuseStep(one, 'is assigned to nobody');
  if (one.decided_by.includes(event.by)) samePerson(one, event.by);
  if (one.assignee !== event.by)
    refuseStep(one, `is assigned to ${one.assignee}, not to ${event.by}`);
  const outcomes: readonly string[] = one.kind === 'appeal' ? APPEAL_OUTCOMES : REVIEW_OUTCOMES;
  if (!outcomes.includes(event.outcome)) invalid(`outcome must be one of ${outcomes.join(', ')}`);
  boundedText(event.reason, MAX_NOTE, 'reason');
  boundedText(event.told, MAX_NOTE, 'told');
  checkEffects(one, event);
  return { ...one, status: 'decided', outcome: event };
};

const checkEffects = (one: Case, { outcome, effects, at }: Decided): void => {
  if (outcome === 'upheld' && effects.length > 0) invalid('a decision that stands has no effects');
  const has = (name: string): boolean => effects.some(({ effect }) => effect === name);
  if (outcome === 'partly' && !has('instead')) invalid('partly needs a milder action instead');
  if (outcome !== 'partly' && has('instead')) invalid('only partly puts another action instead');
  for (const one_effect of effects) {
    if (one_effect.effect === 'allow') {
      boundedText(one_effect.reason, 200, 'reason of the allowance');
      if (!(one_effect.until > at && one_effect.until - at <= LONGEST_ALLOWANCE))
        invalid('an allowance ends, within 366 days');
    }
    if (
      one_effect.effect === 'instead' &&
      ACTIONS.indexOf(one_effect.action) >= ACTIONS.indexOf(one.action ?? 'allow')
    )
      invalid('what comes instead must be milder than what was appealed');
  }
};

/**
 * The case after an event; the case before it is unchanged.
 * @throws StillwatchError CASE_UNKNOWN, CASE_EVENT_INVALID, CASE_STEP_REFUSED, CASE_SAME_PERSON
 */
export const stepCase = (one: Case | null, event: CaseEvent): Case => {
  if (one === null) return begin(event);
  if (isClosed(one)) return refuseStep(one, `is ${one.status}`);
  switch (event.type) {
    case 'opened':
    case 'filed':
      return refuseStep(one, 'is open already');
    case 'assigned':
      return assign(one, event);
    case 'noted':
      return note(one, event);
    case 'decided':
      return decideCase(one, event);
    case 'withdrawn':
      return { ...one, status: 'withdrawn' };
  }
};
