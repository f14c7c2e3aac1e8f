/**
 * Sealing to a public key: whoever seals cannot open. X25519, HKDF-SHA256 and ChaCha20-Poly1305, joined
 * as in the base mode of RFC 9180 (section 5.1.1) in construction, though not in its wire format.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { fromBase64Url, toBase64Url } from '../../../share/sharing/signing/base64.ts';

/** The DER that stands before the 32 key bytes (RFC 8410 sections 4 and 7). */
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const KEY_BYTES = 32;
const TAG_BYTES = 16;

export interface SealedBox {
  readonly version: 1;
  /** Raw public key of whoever can open it, base64url. */
  readonly to: string;
  /** Raw public key made for this box alone, base64url. */
  readonly from: string;
  /** Ciphertext and tag, base64url. */
  readonly text: string;
}

export const isSealedBox = (value: unknown): value is SealedBox => {
  if (typeof value !== 'object' || value === null) return false;
  const { version, to, from, text } = value as Readonly<Record<string, unknown>>;
  return version === 1 && [to, from, text].every((one) => typeof one === 'string');
};

const rawOf = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);

/** @throws RangeError for another length. */
export const sealingKeyOf = (seed: Uint8Array): KeyObject => {
  if (seed.length !== KEY_BYTES) throw new RangeError(`A key has ${KEY_BYTES} bytes`);
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
};

export const publicSealingKey = (key: KeyObject): string => toBase64Url(rawOf(key));

/** One key for one box, so its nonce may be fixed; both public keys are bound into it. */
const keyOf = (shared: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array =>
  new Uint8Array(
    hkdfSync('sha256', shared, Buffer.concat([from, to]), 'stillwatch sealed box 1', KEY_BYTES),
  );
const NONCE = Buffer.alloc(12);
const ALGORITHM = 'chacha20-poly1305';

/**
 * @param to raw public key, base64url.
 * @param about bound to the box: it opens only as what it was sealed for.
 * @throws RangeError when `to` is no key.
 */
export const sealTo = (to: string, about: string, value: unknown): SealedBox => {
  const raw = fromBase64Url(to);
  if (raw?.length !== KEY_BYTES) throw new RangeError('No X25519 public key');
  const recipient = createPublicKey({
    key: Buffer.concat([SPKI, raw]),
    format: 'der',
    type: 'spki',
  });
  const { privateKey } = generateKeyPairSync('x25519');
  const from = rawOf(privateKey);
  const shared = diffieHellman({ privateKey, publicKey: recipient });
  const cipher = createCipheriv(ALGORITHM, keyOf(shared, from, raw), NONCE, {
    authTagLength: TAG_BYTES,
  });
  const clear = Buffer.from(JSON.stringify(value));
  cipher.setAAD(Buffer.from(about), { plaintextLength: clear.length });
  const text = Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
  return { version: 1, to, from: toBase64Url(from), text: toBase64Url(text) };
};

/** What was sealed, or undefined: another key, another subject, or changed. */
export const openBox = (key: KeyObject, about: string, box: SealedBox): unknown => {
  const [from, text] = [fromBase64Url(box.from), fromBase64Url(box.text)];
  if (from?.length !== KEY_BYTES || text === undefined || text.length < TAG_BYTES) return undefined;
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI, from]),
    format: 'der',
    type: 'spki',
  });
  try {
    const shared = diffieHellman({ privateKey: key, publicKey });
    const decipher = createDecipheriv(ALGORITHM, keyOf(shared, from, rawOf(key)), NONCE, {
      authTagLength: TAG_BYTES,
    });
    const end = text.length - TAG_BYTES;
    decipher.setAAD(Buffer.from(about), { plaintextLength: end });
    decipher.setAuthTag(text.subarray(end));
    const clear = Buffer.concat([decipher.update(text.subarray(0, end)), decipher.final()]);
    return JSON.parse(clear.toString('utf8'));
  } catch {
    return undefined;
  }
};
