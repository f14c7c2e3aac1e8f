/** A member's identifiers made into tokens through the hub: blinded here, evaluated there, proven, finished here. */
import { parseJsonText } from '../../base/json-text.ts';
import { blindBatch, finalizeBatch } from '../sharing/blinding/blind.ts';
import { type Epoch, epochAt, type IdentifierKind } from '../sharing/blinding/kind.ts';
import type { KeyCommitment } from '../sharing/blinding/server-key.ts';
import type { EvaluationRequest, EvaluationResponse } from '../sharing/blinding/wire.ts';
import { refused } from './fault.ts';
import { retryAfterOf } from './retry.ts';
import { readBounded, type Session } from './session.ts';
import { ask, notAnExchange } from './submit.ts';

const PATH = '/blinding/evaluate';
/** Elements in one request, as labs send them. */
const BATCH = 64;
const MOST_BYTES = 1 << 20;
const TIMEOUT_MS = 60_000;
/** A budget that fills again; one that is spent for the quarter is not waited for. */
const LONGEST_WAIT_MS = 120_000;

const commitmentOf = async (
  session: Session,
  kind: IdentifierKind,
  epoch: Epoch,
): Promise<KeyCommitment> => {
  const keys = (await ask(session, '/blinding/keys'))?.keys;
  const found = (Array.isArray(keys) ? keys : []).find(
    (one) => one?.kind === kind && one?.epoch === epoch && typeof one?.publicKey === 'string',
  );
  if (found === undefined) throw notAnExchange(`has no key for ${kind} in ${epoch}`);
  return found as KeyCommitment;
};

const responseIn = (value: unknown): EvaluationResponse => {
  const { kind, epoch, evaluated, proof } = (value ?? {}) as Record<string, unknown>;
  const texts = Array.isArray(evaluated) && evaluated.every((one) => typeof one === 'string');
  if (typeof kind !== 'string' || typeof epoch !== 'string' || typeof proof !== 'string' || !texts)
    throw notAnExchange('does not blind');
  // Whether they are what was asked for is proven, not believed.
  return { kind: kind as IdentifierKind, epoch, evaluated, proof };
};

const evaluate = async (
  session: Session,
  request: EvaluationRequest,
): Promise<EvaluationResponse> => {
  for (;;) {
    const response = await session.open(
      {
        method: 'POST',
        url: session.resolve(PATH),
        body: JSON.stringify(request),
        headers: { 'Content-Type': 'application/json' },
        repeatable: true,
      },
      'application/json',
      AbortSignal.timeout(TIMEOUT_MS),
    );
    const bytes = await readBounded(response, MOST_BYTES);
    const { value } = parseJsonText(bytes, { maxBytes: MOST_BYTES, maxDepth: 8 });
    if (response.ok) return responseIn(value);
    const wait = retryAfterOf(response.headers.get('retry-after'), session.now());
    if (response.status !== 429 || wait === undefined || wait > LONGEST_WAIT_MS)
      throw refused(`POST ${PATH}`, response.status, value);
    await session.sleep(wait);
  }
};

/**
 * Tokens of this quarter, by identifier. `onTokens` gets them as they come: what was paid for out of the
 * budget is not lost when a later batch fails.
 *
 * @param identifiers those that `identifierInput` takes, each once.
 * @throws StillwatchError `BLINDING_PROOF_WRONG`, `HUB_ANSWER_INVALID`, and those of the TAXII client.
 */
export const blindThrough = async (
  session: Session,
  kind: IdentifierKind,
  identifiers: readonly string[],
  onTokens: (tokens: ReadonlyMap<string, string>) => void,
): Promise<void> => {
  const epoch = epochAt(session.now());
  const committed = await commitmentOf(session, kind, epoch);
  for (let at = 0; at < identifiers.length; at += BATCH) {
    const some = identifiers.slice(at, at + BATCH);
    const batch = blindBatch(kind, epoch, some);
    const tokens = finalizeBatch(batch, await evaluate(session, batch.request), committed);
    onTokens(new Map(some.map((identifier, i) => [identifier, tokens[i]!])));
  }
};
