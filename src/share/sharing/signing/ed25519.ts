/** Ed25519 (RFC 8032) by Node's own cryptography, with raw 32-byte keys as every wire format here has them. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** The DER that stands before the 32 key bytes (RFC 8410 sections 4 and 7). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key ready for checking, or undefined for a wrong length. Keep it: importing costs as much as a check. */
export const publicKeyOf = (raw: Uint8Array): KeyObject | undefined =>
  raw.length === PUBLIC_KEY_BYTES
    ? createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
    : undefined;

/** A signing key from its 32-byte seed (RFC 8032 section 5.1.5). @throws RangeError for another length. */
export const privateKeyOf = (seed: Uint8Array): KeyObject => {
  if (seed.length !== PUBLIC_KEY_BYTES)
    throw new RangeError(`A seed has ${PUBLIC_KEY_BYTES} bytes, not ${seed.length}`);
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
};

/** The raw public key of a signing or a checking key. */
export const rawPublicKey = (key: KeyObject): Uint8Array =>
  (key.type === 'private' ? createPublicKey(key) : key)
    .export({ format: 'der', type: 'spki' })
    .subarray(SPKI.length);

/** A fresh signing key from the system's random numbers. */
export const newPrivateKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

export const signBytes = (key: KeyObject, data: Uint8Array): Uint8Array => sign(null, data, key);

/** Never throws: whatever is no signature is a wrong one. */
export const checkSignature = (key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === SIGNATURE_BYTES && verify(null, data, key, signature);
