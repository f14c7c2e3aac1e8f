/** Verifier keys as strings (C2SP signed-note, "Verifier keys"): NAME+KEYID+BASE64(type || public key). */
import { hash, type KeyObject } from 'node:crypto';
import { StillwatchError } from '../../base/errors.ts';
import { fromBase64, toBase64 } from '../sharing/signing/base64.ts';
import { PUBLIC_KEY_BYTES, publicKeyOf } from '../sharing/signing/ed25519.ts';

/** Signature types of signed-note: a log's own Ed25519, and a witness's timestamped Ed25519. */
export const LOG_KEY = 0x01;
export const WITNESS_KEY = 0x04;
export type KeyType = typeof LOG_KEY | typeof WITNESS_KEY;

export interface VerifierKey {
  readonly name: string;
  /** Eight hexadecimal digits. With the name it says which key signed; it is no proof of anything. */
  readonly id: string;
  readonly type: KeyType;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly key: KeyObject;
}

/** signed-note, "Format": not empty, without Unicode spaces and plus signs (nor control characters). */
export const isKeyName = (name: string): boolean =>
  name.length > 0 && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);

const unusable = (why: string): StillwatchError =>
  new StillwatchError(
    'LEDGER_KEY_UNUSABLE',
    `A verifier key ${why}`,
    'Give it as NAME+KEYID+BASE64, exactly as the ledger or the witness published it.',
  );

/** signed-note, "Signatures": SHA-256(name || 0x0A || type || public key)[:4]. */
const keyId = (name: string, type: KeyType, publicKey: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey])).slice(0, 8);

/** @throws StillwatchError `LEDGER_KEY_UNUSABLE` for a name that cannot be one, or a wrong length. */
export const verifierKey = (name: string, type: KeyType, publicKey: Uint8Array): VerifierKey => {
  if (!isKeyName(name)) throw unusable('has a name that is empty or holds a space or a plus sign');
  const key = publicKeyOf(publicKey);
  if (key === undefined) throw unusable(`holds ${publicKey.length} bytes instead of 32`);
  return { name, id: keyId(name, type, publicKey), type, publicKey, key };
};

export const formatVerifierKey = ({ name, id, type, publicKey }: VerifierKey): string =>
  `${name}+${id}+${toBase64(Buffer.concat([Buffer.of(type), publicKey]))}`;

/**
 * Reads a verifier key of one of the two Ed25519 types; `type` says which is wanted.
 *
 * @throws StillwatchError `LEDGER_KEY_UNUSABLE` when it is malformed, its id does not belong to its name
 *   and key, or it is of another type.
 */
export const parseVerifierKey = (text: string, type: KeyType): VerifierKey => {
  // The encoded key may hold plus signs, the name and the id may not.
  const [name, id, ...rest] = text.split('+');
  const bytes = fromBase64(rest.join('+'));
  if (name === undefined || id === undefined || bytes === undefined || bytes.length === 0)
    throw unusable('is not of the form NAME+KEYID+BASE64');
  if (bytes[0] !== type)
    throw unusable(
      type === LOG_KEY ? 'is not an Ed25519 key of a log' : 'is not an Ed25519 key of a witness',
    );
  if (bytes.length !== 1 + PUBLIC_KEY_BYTES) throw unusable('has a public key of another length');
  const parsed = verifierKey(name, type, bytes.subarray(1));
  if (parsed.id !== id) throw unusable('has a key id that does not belong to its name and key');
  return parsed;
};
