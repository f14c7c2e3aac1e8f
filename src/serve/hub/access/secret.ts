/** Secrets of the hub and what is derived from them: keyed digests, never the thing itself. */
import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Store } from '../../store/store.ts';

const SETTING = 'server-secret';
/** Tells a leaked token for what it is: secret scanners look for prefixes. */
export const TOKEN_PREFIX = 'swt_';

/** One purpose, one key; as a key object, because an HMAC of bytes first makes one, at five times its cost. */
const derive = (secret: string, purpose: string): KeyObject =>
  createSecretKey(
    Buffer.from(
      hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', `stillwatch ${purpose}`, 32),
    ),
  );

export interface Secrets {
  /** Keyed digest of a token or of a password that was found right: fast, and useless when stolen alone. */
  readonly digest: (text: string) => string;
  /** Authenticates a page token. */
  readonly seal: (text: string) => Buffer;
}

/** The server's secret, made once for each database: every process on it has the same. */
export const secretsOf = async (store: Store): Promise<Secrets> => {
  const secret =
    (await store.records.get('setting', SETTING)) ??
    (await store.write(async ({ records }) => {
      await records.putNew('setting', SETTING, randomBytes(32).toString('base64url'));
      return records.get('setting', SETTING);
    }));
  const digestKey = derive(String(secret), 'digest');
  const sealKey = derive(String(secret), 'page token');
  return {
    digest: (text) => createHmac('sha256', digestKey).update(text).digest('base64url'),
    seal: (text) => createHmac('sha256', sealKey).update(text).digest(),
  };
};

/** 256 bits, so that a fast digest is as good as a slow one. */
export const newToken = (): string => `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
