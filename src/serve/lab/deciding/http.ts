/** What the routes about decisions and cases have in common: bounded bodies, who acts, coded answers. */
import { type ErrorCode, StillwatchError } from '../../../base/errors.ts';
import { parseJsonText } from '../../../base/json-text.ts';
import { noFaults, type Parser, REFUSED, text } from '../../../base/parse.ts';
import { HttpRefusal } from '../http/refusal.ts';
import type { LabCall, LabReply, LabRoute } from '../http/server.ts';
import type { Tokens } from '../http/tokens.ts';
import { wholeBody } from '../ingest/body.ts';

const LARGEST = 64 << 10;

/** @throws HttpRefusal with every fault. */
export const bodyOf = async <T>(call: LabCall, parser: Parser<T>): Promise<T> => {
  const bytes = await wholeBody(call.request, { most: LARGEST });
  const parsed = parseJsonText(bytes.length === 0 ? '{}' : bytes.toString('utf8'), {
    maxBytes: LARGEST,
    maxDepth: 8,
    maxValues: 2_000,
  });
  if (parsed.fault !== undefined)
    throw new HttpRefusal(400, 'BODY_UNREADABLE', parsed.fault.message);
  const faults = noFaults();
  const value = parser(parsed.value, '', faults);
  if (value === REFUSED) throw new HttpRefusal(400, 'BODY_INVALID', faults.list.join('; '));
  return value;
};

/**
 * Who acts is the label of the token. Only an administrator's token may name somebody else, such as a
 * desk that knows its people.
 */
export const actorOf = async (
  tokens: Tokens,
  { request }: LabCall,
  named: string | null,
): Promise<string> => {
  const holder = await tokens.holder(request.headers.authorization);
  if (named === null) return holder?.label ?? 'unknown';
  if (holder?.scopes.has('admin') === true) return named;
  throw new HttpRefusal(
    403,
    'ACTOR_REFUSED',
    'Only a token with the scope admin may name who acts.',
  );
};

export const person: Parser<string> = text(200);

const STATUS: Partial<Record<ErrorCode, number>> = {
  DECISION_UNKNOWN: 404,
  CASE_UNKNOWN: 404,
  DECISION_INVALID: 400,
  CASE_EVENT_INVALID: 400,
  CASE_STEP_REFUSED: 409,
  CASE_SAME_PERSON: 409,
  APPEAL_REPEATED: 409,
  APPEAL_TOO_LATE: 409,
  POLICY_INVALID: 422,
};

/** Refusals of a case or a policy as HTTP has them; everything else stays what it is. */
export const coded = (routes: readonly LabRoute[]): readonly LabRoute[] =>
  routes.map((route) => ({
    ...route,
    handle: async (call): Promise<LabReply> => {
      try {
        return await route.handle(call);
      } catch (error) {
        if (!(error instanceof StillwatchError)) throw error;
        const status = STATUS[error.code];
        if (status === undefined) throw error;
        throw new HttpRefusal(status, error.code, `${error.message}. ${error.remedy}`);
      }
    },
  }));
