/** A member's side: blinds identifiers, checks the hub's proof, and makes tokens. */
import { StillwatchError } from '../../../base/errors.ts';
import { fromBase64Url, toBase64Url } from '../signing/base64.ts';
import type { Epoch, IdentifierKind } from './kind.ts';
import { identifierInput } from './normalize.ts';
import { type KeyCommitment, suite } from './server-key.ts';
import { formatToken, TOKEN_BYTES } from './token.ts';
import {
  type EvaluationRequest,
  type EvaluationResponse,
  MAX_BATCH,
  malformedBatch,
} from './wire.ts';

/** Stays with the member: with it the hub could tell what it evaluated. */
export interface BlindingState {
  readonly input: Uint8Array;
  readonly blind: Uint8Array;
  readonly blinded: Uint8Array;
}

export interface BlindedBatch {
  readonly request: EvaluationRequest;
  readonly states: readonly BlindingState[];
}

/**
 * RFC 9497 section 3.3.2, Blind, with a fresh random scalar for each identifier.
 *
 * @param identifiers 1 to 256 of one kind, as they are known; they are normalised here.
 * @throws StillwatchError `IDENTIFIER_INVALID`, `IDENTIFIER_HASHED`, `BLINDING_REQUEST_INVALID`.
 */
export const blindBatch = (
  kind: IdentifierKind,
  epoch: Epoch,
  identifiers: readonly string[],
): BlindedBatch => {
  if (identifiers.length === 0 || identifiers.length > MAX_BATCH)
    throw malformedBatch(`would hold ${identifiers.length} elements`);
  const states = identifiers.map((identifier) => {
    const input = identifierInput(kind, identifier);
    return { input, ...suite.blind(input) };
  });
  const blinded = states.map((state) => toBase64Url(state.blinded));
  return { request: { kind, epoch, blinded }, states };
};

const untrusted = (why: string, cause?: unknown): StillwatchError =>
  new StillwatchError(
    'BLINDING_PROOF_WRONG',
    `The hub's answer ${why}`,
    'Do not use these tokens. Tell the other members: the hub may have used a key made for you alone.',
    cause === undefined ? undefined : { cause },
  );

/**
 * RFC 9497 section 3.3.2, Finalize: checks that the committed key was used for every element, then
 * unblinds. The tokens stand in the order of the identifiers.
 *
 * @param committed the hub's public key for this kind and epoch, as all members see it.
 * @throws StillwatchError `BLINDING_PROOF_WRONG`; then no token is given.
 */
export const finalizeBatch = (
  { request, states }: BlindedBatch,
  response: EvaluationResponse,
  committed: KeyCommitment,
): readonly string[] => {
  const { kind, epoch } = request;
  for (const other of [response, committed])
    if (other.kind !== kind || other.epoch !== epoch)
      throw untrusted(`is for ${other.kind} in ${other.epoch}, not for ${kind} in ${epoch}`);
  if (response.evaluated.length !== states.length)
    throw untrusted(`has ${response.evaluated.length} elements instead of ${states.length}`);
  const bytes = (text: string): Uint8Array => fromBase64Url(text) ?? new Uint8Array();
  const items = states.map((state, i) => ({ ...state, evaluated: bytes(response.evaluated[i]!) }));
  try {
    return suite
      .finalizeBatch(items, bytes(committed.publicKey), bytes(response.proof))
      .map((output) => formatToken({ kind, epoch, value: output.subarray(0, TOKEN_BYTES) }));
  } catch (cause) {
    throw untrusted('does not prove that the committed key was used', cause);
  }
};
