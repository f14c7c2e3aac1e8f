/** Between HTTP and what parses and decides: bodies in, coded errors out as refusals. */
import type { IncomingMessage } from 'node:http';
import { type ErrorCode, StillwatchError } from '../../../base/errors.ts';
import { parseJsonText } from '../../../base/json-text.ts';
import { noFaults, type Parser, REFUSED } from '../../../base/parse.ts';
import { readBody } from '../http/body.ts';
import { badRequest, Refusal } from '../http/refusal.ts';
import type { Reply } from '../http/route.ts';

export const JSON_TYPE = 'application/json';

const STATUS: Partial<Record<ErrorCode, number>> = {
  HUB_UNKNOWN: 404,
  HUB_AMBIGUOUS: 409,
  HUB_TAKEN: 409,
  HUB_REVOKED: 409,
  STORE_FULL: 507,
  STORE_UNREACHABLE: 503,
  STORE_TOO_NEW: 503,
};

/** An error with a code is an answer; anything else is a fault of ours and goes on. */
export const asRefusal = (error: unknown): unknown =>
  error instanceof StillwatchError
    ? new Refusal(STATUS[error.code] ?? 422, error.code, {
        description: `${error.message}. ${error.remedy}`,
      })
    : error;

export const json = (body: unknown, status = 200): Reply => ({
  status,
  type: JSON_TYPE,
  body: JSON.stringify(body),
});

/** Runs what answers a request, with its coded errors as refusals. */
export const answering = async (work: () => Promise<Reply>): Promise<Reply> => {
  try {
    return await work();
  } catch (error) {
    throw asRefusal(error);
  }
};

const MOST_BYTES = 64 << 10;

/** @throws Refusal 400, 413 */
export const jsonBody = async (request: IncomingMessage): Promise<unknown> => {
  const { value, fault } = parseJsonText(await readBody(request, MOST_BYTES), {
    maxBytes: MOST_BYTES,
    maxDepth: 8,
  });
  if (fault !== undefined) throw badRequest(fault.message);
  return value;
};

/** @throws Refusal 400 with every fault and its path */
export const parsedBody = async <T>(request: IncomingMessage, parser: Parser<T>): Promise<T> => {
  const faults = noFaults();
  const parsed = parser(await jsonBody(request), '', faults);
  if (parsed === REFUSED) throw badRequest(faults.list.join('; '));
  return parsed;
};
