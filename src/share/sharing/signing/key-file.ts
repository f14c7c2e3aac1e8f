/** The content of a key file: its type and 32 secret bytes. */
import { fromBase64Url, toBase64Url } from './base64.ts';
import { PUBLIC_KEY_BYTES } from './ed25519.ts';

export const SIGNING_KEY = 'stillwatch-signing-key';

/** The secret bytes in parsed JSON that claims to be a key of that type; undefined when it is none. */
export const seedIn = (value: unknown, keyType: string): Uint8Array | undefined => {
  const { type, seed } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly type?: unknown;
    readonly seed?: unknown;
  };
  const bytes = type === keyType && typeof seed === 'string' ? fromBase64Url(seed) : undefined;
  return bytes?.length === PUBLIC_KEY_BYTES ? bytes : undefined;
};

export const keyFileText = (keyType: string, seed: Uint8Array): string =>
  `${JSON.stringify({ type: keyType, version: 1, seed: toBase64Url(seed) })}\n`;
