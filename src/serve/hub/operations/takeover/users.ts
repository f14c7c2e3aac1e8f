/** Users of a medallion configuration: their passwords for HTTP Basic, and their keys. */
import { hashPassword, isPasswordHash } from '../../access/password.ts';
import { isJson, type Json, own, unreadable } from './medallion-file.ts';

export interface TakenUser {
  readonly name: string;
  /** As the hub stores it: Werkzeug's hash as it was, a plain password hashed. */
  readonly hash: string;
  /** Of `api_keys`; its clients send them as `Authorization: Token KEY`. */
  readonly keys: readonly string[];
  /** Keys that anybody could guess, or that no header can carry. */
  readonly unusableKeys: number;
}

/** A key is found by a fast digest, unlike a password: one that is short would be guessed. */
const USABLE_KEY = /^[A-Za-z0-9._~+/=-]{20,900}$/;

/** `users` of 2.x to 4.x with plain passwords, and `auth.users` with those or with hashes. */
const listed = (config: Json): Json => {
  const auth = own(config, 'auth');
  const users = own(config, 'users') ?? (isJson(auth) ? own(auth, 'users') : undefined);
  if (!isJson(users)) throw unreadable('The configuration has no "users"');
  return users;
};

/** Keys of `auth.api_keys`, by the name of their user. */
const keysOf = (config: Json): ReadonlyMap<string, readonly string[]> => {
  const auth = own(config, 'auth');
  const given = isJson(auth) ? own(auth, 'api_keys') : undefined;
  const keys = new Map<string, string[]>();
  if (given === undefined || given === null) return keys;
  if (!isJson(given)) throw unreadable('The "api_keys" of the configuration are no object');
  for (const [key, name] of Object.entries(given)) {
    if (typeof name !== 'string') throw unreadable('An API key of the configuration has no user');
    keys.set(name, [...(keys.get(name) ?? []), key]);
  }
  return keys;
};

/** @throws StillwatchError `TAKEOVER_UNREADABLE` */
export const usersOf = async (config: Json): Promise<readonly TakenUser[]> => {
  const users: TakenUser[] = [];
  const keysByUser = keysOf(config);
  for (const [name, password] of Object.entries(listed(config))) {
    // RFC 7617, section 2: a colon ends the name.
    if (typeof password !== 'string' || password === '' || name === '' || name.includes(':'))
      throw unreadable('A user of the configuration has no usable name or password');
    const hash = isPasswordHash(password) ? password : await hashPassword(password);
    const given = keysByUser.get(name) ?? [];
    const keys = given.filter((key) => USABLE_KEY.test(key));
    users.push({ name, hash, keys, unusableKeys: given.length - keys.length });
  }
  return users;
};
