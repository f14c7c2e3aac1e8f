/** What travels between a member and the hub when identifiers are blinded, and its reading. */
import { StillwatchError } from '../../../base/errors.ts';
import { fromBase64Url } from '../signing/base64.ts';
import { type Epoch, type IdentifierKind, isEpoch, isIdentifierKind } from './kind.ts';

/** Elements in one request. Each takes the hub about a millisecond of one core. */
export const MAX_BATCH = 256;
export const ELEMENT_BYTES = 32;
export const PROOF_BYTES = 64;

export interface EvaluationRequest {
  readonly kind: IdentifierKind;
  readonly epoch: Epoch;
  /** Blinded elements (RFC 9497 section 3.3), base64url: 1 to {@link MAX_BATCH}. */
  readonly blinded: readonly string[];
}

export interface EvaluationResponse {
  readonly kind: IdentifierKind;
  readonly epoch: Epoch;
  /** One for each blinded element, in their order. */
  readonly evaluated: readonly string[];
  /** One proof for the whole batch (RFC 9497 section 2.2.1). */
  readonly proof: string;
}

export const malformedBatch = (why: string): StillwatchError =>
  new StillwatchError(
    'BLINDING_REQUEST_INVALID',
    `The batch of blinded identifiers ${why}`,
    `Send 1 to ${MAX_BATCH} elements of one kind and epoch, made by a client of this version.`,
  );

/** Reads a request from outside; whether the elements are on the curve is seen when they are evaluated. */
export const parseEvaluationRequest = (value: unknown): EvaluationRequest => {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw malformedBatch('is no object');
  const { kind, epoch, blinded, ...rest } = value as Record<string, unknown>;
  if (Object.keys(rest).length > 0) throw malformedBatch('has fields that it may not have');
  if (!isIdentifierKind(kind)) throw malformedBatch('has no known kind');
  if (typeof epoch !== 'string' || !isEpoch(epoch)) throw malformedBatch('has no epoch');
  if (!Array.isArray(blinded) || blinded.length === 0 || blinded.length > MAX_BATCH)
    throw malformedBatch(`does not hold 1 to ${MAX_BATCH} elements`);
  const wrong = blinded.findIndex(
    (item) => typeof item !== 'string' || fromBase64Url(item)?.length !== ELEMENT_BYTES,
  );
  if (wrong >= 0) throw malformedBatch(`has no element at position ${wrong}`);
  return { kind, epoch, blinded: blinded as readonly string[] };
};
