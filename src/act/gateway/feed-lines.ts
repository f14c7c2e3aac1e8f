/**
 * A part of the feed as JSON lines: what it is, its changes, and how many there were, so that a text
 * that broke off is never taken for a whole one.
 */
import { parseJsonText } from '../../base/json-text.ts';
import {
  count,
  fault,
  list,
  noFaults,
  nullable,
  number,
  object,
  oneOf,
  orElse,
  type Parser,
  REFUSED,
  text,
  truth,
} from '../../base/parse.ts';
import {
  ACTIONS,
  DECISION_MODES,
  type Decision,
  type GateChange,
  type Obligations,
  REASON_CODES,
  SUBJECT_KINDS,
  type Subject,
} from '../response/decision.ts';
import type { FeedPart } from './feed.ts';

export interface FeedHead {
  readonly epoch: string;
  readonly cursor: number;
  readonly kind: 'snapshot' | 'changes';
  readonly more: boolean;
}

/** Longest line; a decision with a thousand grounds stays below. */
export const LONGEST_LINE = 256 << 10;

export const linesOf = function* ({ changes, ...head }: FeedPart): Generator<string> {
  yield `${JSON.stringify({ stillwatch_feed: 1, ...head })}\n`;
  let sent = 0;
  for (const change of changes) {
    sent += 1;
    yield `${JSON.stringify(change)}\n`;
  }
  yield `${JSON.stringify({ end: sent })}\n`;
};

/** Ids go into headers and refusals, so they hold nothing that could end a header. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
const id: Parser<string> = (value, path, faults) =>
  typeof value === 'string' && ID.test(value) ? value : fault(faults, path, 'an id', typeof value);

/** An absent or null member stays absent. */
const obligations: Parser<Obligations> = (value, path, faults) => {
  const parsed = object<{ [K in keyof Obligations]-?: NonNullable<Obligations[K]> | null }>({
    requests_per_minute: orElse(nullable(number(0)), null),
    output_tokens_per_minute: orElse(nullable(number(0)), null),
    max_output_tokens: orElse(nullable(number(0)), null),
    strip_reasoning: orElse(nullable(truth), null),
    strip_logprobs: orElse(nullable(truth), null),
  })(value, path, faults);
  return parsed === REFUSED
    ? REFUSED
    : Object.fromEntries(Object.entries(parsed).filter(([, given]) => given !== null));
};

const subject: Parser<Subject> = object<Subject>({ kind: oneOf(SUBJECT_KINDS), value: text(512) });

export const decisionParser: Parser<Decision> = object<Decision>({
  id,
  subject,
  action: oneOf(ACTIONS),
  reason: oneOf(REASON_CODES),
  obligations: orElse(obligations, {}),
  mode: orElse(oneOf(DECISION_MODES), 'live'),
  from: number(0),
  until: number(0),
  owner: text(200),
  rule: orElse(nullable(text(200)), null),
  policy: orElse(nullable(text(200)), null),
  rests_on: orElse(list(text(200), 10_000), []),
});

const put: Parser<GateChange> = object<GateChange & { change: 'put' }>({
  cursor: count,
  change: oneOf(['put']),
  decision: decisionParser,
});
const lift: Parser<GateChange> = object<GateChange & { change: 'lift' }>({
  cursor: count,
  change: oneOf(['lift']),
  id,
});
const head: Parser<FeedHead & { readonly stillwatch_feed: 1 }> = object({
  stillwatch_feed: oneOf([1]),
  epoch: id,
  cursor: count,
  kind: oneOf(['snapshot', 'changes']),
  more: truth,
});
const end: Parser<{ readonly end: number }> = object({ end: count });

/** Thrown to whoever reads the feed, who then asks again from where it stood. */
export class FeedUnreadable extends Error {
  override readonly name = 'FeedUnreadable';
}

const read = <T>(parser: Parser<T>, line: string): T => {
  const parsed = parseJsonText(line, { maxBytes: LONGEST_LINE, maxDepth: 8 });
  if (parsed.fault !== undefined) throw new FeedUnreadable(parsed.fault.message);
  const faults = noFaults();
  const value = parser(parsed.value, '', faults);
  if (value === REFUSED) throw new FeedUnreadable(faults.list.slice(0, 3).join('; '));
  return value;
};

export const parseHead = (line: string): FeedHead => read(head, line);

/** A change, or the number of changes when this was the last line. */
export const parseLine = (line: string): GateChange | number => {
  // By the first member: the writer's own order, and any other is refused by the parser.
  if (line.startsWith('{"end"')) return read(end, line).end;
  return read(line.includes('"change":"lift"') ? lift : put, line);
};
