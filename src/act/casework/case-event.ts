/** Events read back from a store, taken apart and never cast. */
import { StillwatchError } from '../../base/errors.ts';
import {
  count,
  fault,
  list,
  noFaults,
  nullable,
  object,
  oneOf,
  orElse,
  type Parser,
  REFUSED,
  text,
  truth,
} from '../../base/parse.ts';
import { ACTIONS, type Obligations, SUBJECT_KINDS, type Subject } from '../response/decision.ts';
import {
  APPEAL_OUTCOMES,
  type AppealFiled,
  type Assigned,
  type CaseEvent,
  type Decided,
  type Effect,
  MAX_NOTE,
  MAX_STATEMENT,
  type Noted,
  type Opened,
  REVIEW_OUTCOMES,
  type Withdrawn,
} from './case.ts';

const id = text(200);
const happened = { case: id, at: count, by: id };
const subject = object<Subject>({ kind: oneOf(SUBJECT_KINDS), value: text(4_096) });
const ids = list(id, 1_000_000);

/** One of several shapes, told apart by one field. */
const byTag =
  <T>(tag: string, shapes: Readonly<Record<string, Parser<T>>>): Parser<T> =>
  (value, path, faults) => {
    const named = (value as Readonly<Record<string, unknown>> | null)?.[tag];
    const shape =
      typeof named === 'string' && Object.hasOwn(shapes, named) ? shapes[named] : undefined;
    return shape === undefined
      ? fault(
          faults,
          `${path}${path === '' ? '' : '.'}${tag}`,
          `one of ${Object.keys(shapes).join(', ')}`,
          'another value',
        )
      : shape(value, path, faults);
  };

const obligations: Parser<Obligations> = (value, path, faults) => {
  const parsed = object<{ readonly [K in keyof Required<Obligations>]: Obligations[K] | null }>({
    requests_per_minute: orElse(nullable(count), null),
    output_tokens_per_minute: orElse(nullable(count), null),
    max_output_tokens: orElse(nullable(count), null),
    strip_reasoning: orElse(nullable(truth), null),
    strip_logprobs: orElse(nullable(truth), null),
  })(value, path, faults);
  return parsed === REFUSED
    ? REFUSED
    : Object.fromEntries(Object.entries(parsed).filter(([, one]) => one !== null));
};

type Of<T extends Effect['effect']> = Extract<Effect, { readonly effect: T }>;
const effect = byTag<Effect>('effect', {
  lift: object<Of<'lift'>>({ effect: oneOf(['lift'] as const), decisions: ids }),
  retract: object<Of<'retract'>>({ effect: oneOf(['retract'] as const), objects: ids }),
  dispute: object<Of<'dispute'>>({ effect: oneOf(['dispute'] as const), objects: ids }),
  unlink: object<Of<'unlink'>>({
    effect: oneOf(['unlink'] as const),
    account: text(4_096),
    campaign: id,
  }),
  instead: object<Of<'instead'>>({
    effect: oneOf(['instead'] as const),
    subject,
    action: oneOf(ACTIONS),
    obligations,
    until: count,
  }),
  allow: object<Of<'allow'>>({
    effect: oneOf(['allow'] as const),
    subject,
    reason: id,
    until: count,
  }),
});

const event = byTag<CaseEvent>('type', {
  opened: object<Opened>({
    ...happened,
    type: oneOf(['opened'] as const),
    kind: oneOf(['proposal', 'sample'] as const),
    subject,
    about: id,
    due: count,
  }),
  filed: object<AppealFiled>({
    ...happened,
    type: oneOf(['filed'] as const),
    subject,
    about: id,
    action: oneOf(ACTIONS),
    decided_by: list(id, 1_000),
    statement: text(MAX_STATEMENT),
    due: count,
  }),
  assigned: object<Assigned>({ ...happened, type: oneOf(['assigned'] as const), to: id }),
  noted: object<Noted>({ ...happened, type: oneOf(['noted'] as const), text: text(MAX_NOTE) }),
  decided: object<Decided>({
    ...happened,
    type: oneOf(['decided'] as const),
    outcome: oneOf([...APPEAL_OUTCOMES, ...REVIEW_OUTCOMES]),
    reason: text(MAX_NOTE),
    told: text(MAX_NOTE),
    effects: list(effect, 10_000),
  }),
  withdrawn: object<Withdrawn>({ ...happened, type: oneOf(['withdrawn'] as const) }),
});

/** @throws StillwatchError CASE_EVENT_INVALID */
export const parseCaseEvent = (value: unknown): CaseEvent => {
  const faults = noFaults();
  const parsed = event(value, '', faults);
  if (parsed !== REFUSED) return parsed;
  throw new StillwatchError(
    'CASE_EVENT_INVALID',
    `an event of a case is not one: ${faults.list.slice(0, 5).join('; ')}`,
    'Restore the store from a backup if it was written by this version.',
  );
};
