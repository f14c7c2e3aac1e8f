/** Keys of members: what the hub knows of them, from when until when each may sign. */
import { hash, type KeyObject } from 'node:crypto';
import { StillwatchError } from '../../../base/errors.ts';
import { fromBase64Url, toBase64Url } from './base64.ts';
import { PUBLIC_KEY_BYTES, publicKeyOf } from './ed25519.ts';

/** One public key of a member, as it is stored and shown. Times are epoch milliseconds. */
export interface MemberKey {
  readonly member: string;
  /** See {@link memberKeyId}: it follows from the public key, so nobody can give two keys one id. */
  readonly id: string;
  /** Raw Ed25519 public key, base64url: 43 characters. */
  readonly publicKey: string;
  readonly validFrom: number;
  /** First moment at which it may no longer sign; undefined while no end is set. */
  readonly validUntil?: number | undefined;
  /** Set when the key may have been stolen: nothing signed by it is accepted from now on. */
  readonly revokedAt?: number | undefined;
}

/** `k1-` and 22 characters: the first 16 bytes of SHA-256 over the raw public key. */
export const memberKeyId = (publicKey: Uint8Array): string =>
  `k1-${toBase64Url(hash('sha256', publicKey, 'buffer').subarray(0, 16))}`;

/**
 * A key as it is to be stored.
 *
 * @throws StillwatchError `MEMBER_KEY_UNUSABLE` for what is no Ed25519 public key, or an empty window.
 */
export const memberKey = (
  key: Omit<MemberKey, 'id' | 'publicKey'> & { readonly publicKey: Uint8Array | string },
): MemberKey => {
  const raw =
    typeof key.publicKey === 'string' ? fromBase64Url(key.publicKey) : Buffer.from(key.publicKey);
  const unusable = (why: string): StillwatchError =>
    new StillwatchError(
      'MEMBER_KEY_UNUSABLE',
      `A key of ${key.member} ${why}`,
      'Give the 32 bytes of an Ed25519 public key as base64url, and a window that ends after it begins.',
    );
  if (raw?.length !== PUBLIC_KEY_BYTES) throw unusable('is no Ed25519 public key');
  if (key.validUntil !== undefined && !(key.validUntil > key.validFrom))
    throw unusable('ends before it begins');
  return { ...key, id: memberKeyId(raw), publicKey: toBase64Url(raw) };
};

export interface KnownKey extends MemberKey {
  readonly key: KeyObject;
}

/** Keys by id, imported once: importing a key costs more than a check. */
export type KnownKeys = ReadonlyMap<string, KnownKey>;

export const knownKeys = (keys: Iterable<MemberKey>): KnownKeys =>
  new Map(
    [...keys].map((stored) => [
      stored.id,
      { ...stored, key: publicKeyOf(fromBase64Url(stored.publicKey)!)! },
    ]),
  );

/** Why a key may not sign at a moment, or undefined when it may. */
export const refusalOf = (
  key: MemberKey,
  at: number,
): 'not-yet-valid' | 'expired' | 'revoked' | undefined => {
  // Whoever stole a key can also write an old date: a revoked key is refused whatever the date says.
  if (key.revokedAt !== undefined) return 'revoked';
  if (at < key.validFrom) return 'not-yet-valid';
  return key.validUntil !== undefined && at >= key.validUntil ? 'expired' : undefined;
};
