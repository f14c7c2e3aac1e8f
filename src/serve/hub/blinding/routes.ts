/** `POST /blinding/evaluate` and `GET /blinding/keys`. */
import { StillwatchError } from '../../../base/errors.ts';
import { overBudget } from '../../../share/sharing/blinding/budget.ts';
import { parseEvaluationRequest } from '../../../share/sharing/blinding/wire.ts';
import { badRequest, forbidden, Refusal } from '../http/refusal.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { answering, json, jsonBody } from '../members/coded.ts';
import { viewerOf } from '../taxii/place.ts';
import { blindingOf, charge, epochEnd, epochsAround } from './service.ts';

/** Who shares identifiers: observers and auditors have none of their own. */
const TIERS: ReadonlySet<string> = new Set(['founder', 'member']);
const BUSY_SECONDS = 5;

const tooMany = (error: StillwatchError, ms: number): Refusal =>
  new Refusal(429, error.code, {
    description: `${error.message}. ${error.remedy}`,
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1000))) },
  });

const evaluate = async (hub: Hub, call: Call): Promise<Reply> => {
  const { member, scopes } = viewerOf(call);
  if (member.vetting !== 'vetted' || !TIERS.has(member.tier) || !scopes.has('write'))
    throw forbidden('Identifiers are blinded for vetted members, with a token of scope write.');
  const request = parseEvaluationRequest(await jsonBody(call.request));
  const [before, current] = epochsAround(call.now);
  if (request.epoch !== current && request.epoch !== before)
    throw badRequest(`Identifiers are blinded for ${before} and ${current}.`);
  const { evaluator } = blindingOf(hub);
  const spending = await charge(hub, member.id, request, call.now);
  if (!spending.granted)
    throw tooMany(overBudget(spending), spending.retryAfter ?? epochEnd(call.now) - call.now);
  try {
    return json(await evaluator.evaluate(request));
  } catch (error) {
    // All members together ask for more than one thread evaluates.
    if (error instanceof StillwatchError && error.code === 'BLINDING_RATE_EXCEEDED')
      throw tooMany(error, BUSY_SECONDS * 1000);
    throw error;
  }
};

export const blindingRoutes = (hub: Hub): readonly Route[] => [
  {
    method: 'GET',
    path: '/blinding/keys',
    name: 'blindingKeys',
    summary: 'Public keys of the oblivious function by kind and quarter: before, now and next',
    access: 'anyone',
    taxii: false,
    statuses: [200],
    type: 'application/json',
    answer: { type: 'object', required: ['epoch', 'keys'] },
    handle: ({ now }) =>
      answering(async () =>
        json({ epoch: epochsAround(now)[1], keys: await blindingOf(hub).commitments(now) }),
      ),
  },
  {
    method: 'POST',
    path: '/blinding/evaluate',
    name: 'blindingEvaluate',
    summary: 'Evaluates blinded identifiers (RFC 9497, VOPRF) within the budget of the member',
    access: 'member',
    taxii: false,
    statuses: [200, 400, 401, 403, 413, 422, 429],
    type: 'application/json',
    takes: { type: 'object', required: ['kind', 'epoch', 'blinded'] },
    answer: { type: 'object', required: ['kind', 'epoch', 'evaluated', 'proof'] },
    handle: (call) => answering(() => evaluate(hub, call)),
  },
];
