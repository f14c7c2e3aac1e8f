/**
 * Passwords for HTTP Basic. New ones are hashed with scrypt; the forms that Werkzeug writes are read too,
 * because that is what a medallion configuration holds. Slow on purpose: done once for each password
 * and process, then remembered by keyed digest.
 */
import { pbkdf2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);
const derivePbkdf2 = promisify(pbkdf2);

/** OWASP's parameters for scrypt: 32 MiB and some 80 ms. */
const COST = { N: 2 ** 15, r: 8, p: 1 };
const LENGTH = 32;
/** Bounds for hashes that come from outside: what they ask for is spent on each unknown password. */
const MOST_MEMORY = 256 << 20;
const MOST_ROUNDS = 5_000_000;

export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  const key = await derive(password, salt, LENGTH, { ...COST, maxmem: MOST_MEMORY });
  return `scrypt:${COST.N}:${COST.r}:${COST.p}$${salt.toString('base64url')}$${key.toString('hex')}`;
};

const OURS = /^[A-Za-z0-9_-]{22}$/;

const expected = async (
  method: string,
  salt: string,
  password: string,
  length: number,
): Promise<Buffer | undefined> => {
  const [name, ...parameters] = method.split(':');
  if (name === 'scrypt') {
    const [n, r, p] = parameters.map(Number);
    if (!n || !r || !p || 128 * n * r * p > MOST_MEMORY) return undefined;
    // Werkzeug's salt is text; ours is base64url of 16 bytes, which no 16-character salt looks like.
    const bytes = OURS.test(salt) ? Buffer.from(salt, 'base64url') : Buffer.from(salt);
    return derive(password, bytes, length, { N: n, r, p, maxmem: MOST_MEMORY });
  }
  if (name === 'pbkdf2') {
    const [digest = 'sha256', rounds = '260000'] = parameters;
    const iterations = Number(rounds);
    if (!/^sha(1|256|512)$/.test(digest) || !(iterations > 0 && iterations <= MOST_ROUNDS))
      return undefined;
    return derivePbkdf2(password, salt, iterations, length, digest);
  }
  return undefined;
};

/** `METHOD$SALT$HEX`, or undefined. */
const parts = (hash: string): { method: string; salt: string; key: Buffer } | undefined => {
  const match = /^([a-z0-9:]{1,60})\$([^$]{1,200})\$((?:[0-9a-f]{2}){16,128})$/.exec(hash);
  return match === null
    ? undefined
    : { method: match[1]!, salt: match[2]!, key: Buffer.from(match[3]!, 'hex') };
};

export const isPasswordHash = (text: string): boolean => parts(text) !== undefined;

/** False for a wrong password, and for a hash that is none of the known forms. */
export const isPassword = async (password: string, hash: string): Promise<boolean> => {
  const stored = parts(hash);
  if (stored === undefined) return false;
  const key = await expected(stored.method, stored.salt, password, stored.key.length).catch(
    () => undefined,
  );
  return key !== undefined && timingSafeEqual(key, stored.key);
};

/** As long as a real check, for users that do not exist: time must not tell who does. */
export const checkNothing = async (password: string): Promise<false> => {
  await derive(password, Buffer.alloc(16), LENGTH, { ...COST, maxmem: MOST_MEMORY });
  return false;
};
