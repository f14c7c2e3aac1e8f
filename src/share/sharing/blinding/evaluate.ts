/** The hub's side: evaluates blinded elements without learning what they stand for. */
import { fromBase64Url, toBase64Url } from '../signing/base64.ts';
import { type BlindingKey, suite } from './server-key.ts';
import { type EvaluationRequest, type EvaluationResponse, malformedBatch } from './wire.ts';

/**
 * RFC 9497 section 3.3.2, BlindEvaluate in VOPRF mode, for a whole batch under one proof. Takes about
 * two milliseconds for each element: give it to a worker where others wait for the same thread.
 *
 * @param request parsed by `parseEvaluationRequest`, for the kind and epoch of the key.
 * @throws StillwatchError `BLINDING_REQUEST_INVALID` for another kind or epoch and for elements that are
 *   not on the curve or are its identity (section 3.3.2; an identity would reveal nothing but waste work).
 */
export const evaluateBatch = (
  key: BlindingKey,
  { kind, epoch, blinded }: EvaluationRequest,
): EvaluationResponse => {
  if (kind !== key.kind || epoch !== key.epoch)
    throw malformedBatch(`is for ${kind} in ${epoch}, not for ${key.kind} in ${key.epoch}`);
  const elements = blinded.map((item) => fromBase64Url(item)!);
  try {
    const { evaluated, proof } = suite.blindEvaluateBatch(key.secretKey, key.publicKey, elements);
    return { kind, epoch, evaluated: evaluated.map(toBase64Url), proof: toBase64Url(proof) };
  } catch (cause) {
    throw Object.assign(malformedBatch('holds an element that is none of the group'), { cause });
  }
};
