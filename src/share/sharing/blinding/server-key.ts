/** The hub's keys: one for each kind of identifier and epoch, out of one root secret. */
import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import { StillwatchError } from '../../../base/errors.ts';
import { toBase64Url } from '../signing/base64.ts';
import type { Epoch, IdentifierKind } from './kind.ts';

/** VOPRF mode of RFC 9497 with ristretto255 and SHA-512: every answer comes with a proof of its key. */
export const suite = ristretto255_oprf.voprf;

export const ROOT_SECRET_BYTES = 32;

export interface BlindingKey {
  readonly kind: IdentifierKind;
  readonly epoch: Epoch;
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** What the hub publishes of a key before it is used, so that it cannot use another for one member. */
export interface KeyCommitment {
  readonly kind: IdentifierKind;
  readonly epoch: Epoch;
  /** 32 bytes, base64url. */
  readonly publicKey: string;
}

/**
 * RFC 9497 section 3.2.1, DeriveKeyPair: the same root gives the same keys, so that they need no storage
 * and several processes agree on them. Forgetting the root ends the linking of all epochs at once.
 *
 * @param root {@link ROOT_SECRET_BYTES} random bytes, known to the hub alone.
 * @throws StillwatchError `BLINDING_KEY_UNUSABLE` for a root of another length.
 */
export const deriveBlindingKey = (
  root: Uint8Array,
  kind: IdentifierKind,
  epoch: Epoch,
): BlindingKey => {
  if (root.length !== ROOT_SECRET_BYTES)
    throw new StillwatchError(
      'BLINDING_KEY_UNUSABLE',
      `The root secret of blinding has ${root.length} bytes and not ${ROOT_SECRET_BYTES}`,
      'Restore it from the backup of the hub. With another root, no token matches those given before.',
    );
  const info = Buffer.from(`stillwatch-blinding-v1\0${kind}\0${epoch}`);
  return { kind, epoch, ...suite.deriveKeyPair(root, info) };
};

export const commitmentOf = ({ kind, epoch, publicKey }: BlindingKey): KeyCommitment => ({
  kind,
  epoch,
  publicKey: toBase64Url(publicKey),
});
