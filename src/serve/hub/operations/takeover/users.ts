/** Users and passwords of a medallion configuration, for HTTP Basic. */
import { hashPassword, isPasswordHash } from '../../access/password.ts';
import { isJson, type Json, own, unreadable } from './medallion-file.ts';

export interface TakenUser {
  readonly name: string;
  /** As the hub stores it: Werkzeug's hash as it was, a plain password hashed. */
  readonly hash: string;
}

/** `users` of 2.x to 4.x with plain passwords, and `auth.users` with those or with hashes. */
const listed = (config: Json): Json => {
  const auth = own(config, 'auth');
  const users = own(config, 'users') ?? (isJson(auth) ? own(auth, 'users') : undefined);
  if (!isJson(users)) throw unreadable('The configuration has no "users"');
  return users;
};

/** @throws StillwatchError `TAKEOVER_UNREADABLE` */
export const usersOf = async (config: Json): Promise<readonly TakenUser[]> => {
  const users: TakenUser[] = [];
  for (const [name, password] of Object.entries(listed(config))) {
    // RFC 7617, section 2: a colon ends the name.
    if (typeof password !== 'string' || password === '' || name === '' || name.includes(':'))
      throw unreadable('A user of the configuration has no usable name or password');
    const hash = isPasswordHash(password) ? password : await hashPassword(password);
    users.push({ name, hash });
  }
  return users;
};
