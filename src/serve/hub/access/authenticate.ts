/** Who asks: Bearer tokens and Basic passwords, each looked up by keyed digest and remembered. */
import { hash, randomBytes } from 'node:crypto';
import type { Member, Scope } from '../../store/records.ts';
import { SCOPES } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../http/refusal.ts';
import { groupMarking, type Reader } from './audience.ts';
import { checkNothing, isPassword } from './password.ts';
import { type Secrets, TOKEN_PREFIX } from './secret.ts';

export interface Viewer extends Reader {
  readonly member: Member;
  readonly scopes: ReadonlySet<Scope>;
  /** Milliseconds since 1970; Infinity when the credential does not end. */
  readonly expires: number;
}

const MOST_KEPT = 10_000;
const MOST_CHECKS = 16;
/** Longest credential that is looked at; ours have 47 characters. */
const MOST_LENGTH = 1000;

interface Credential {
  readonly scheme: 'bearer' | 'basic';
  readonly value: string;
}

const credentialOf = (header: string | undefined): Credential | undefined => {
  if (header === undefined || header.length > MOST_LENGTH) return undefined;
  // Token is what clients of medallion send their API keys with.
  const match = /^(Bearer|Token|Basic) +([A-Za-z0-9._~+/=-]+)$/i.exec(header);
  return match === null
    ? undefined
    : { scheme: /^basic$/i.test(match[1]!) ? 'basic' : 'bearer', value: match[2]! };
};

export const viewerOf = async (
  store: Store,
  memberId: string,
  scopes: readonly Scope[],
  expires: number,
): Promise<Viewer | undefined> => {
  const member = await store.records.get('member', memberId);
  if (member === undefined || member.vetting === 'suspended' || member.vetting === 'revoked')
    return undefined;
  const groups = await store.records.list('group');
  return {
    member,
    scopes: new Set(scopes),
    expires,
    groups: new Set(groups.map(({ value }) => groupMarking(value))),
    memberOf: new Set(
      groups
        .filter(({ value }) => value.members.includes(memberId))
        .map(({ value }) => groupMarking(value)),
    ),
  };
};

/** Where the member of a client certificate is kept, by its SHA-256 fingerprint. */
export const certificateSetting = (fingerprint: string): string =>
  `certificate/${fingerprint.replaceAll(':', '').toLowerCase()}`;

export type Authenticate = (
  header: string | undefined,
  now: number,
  /** Fingerprint of a client certificate that TLS has verified. */
  certificate?: string,
) => Promise<Viewer | undefined>;

/** Makes the function that turns an Authorization header, or a certificate, into a viewer. */
export const authenticator = (store: Store, secrets: Secrets): Authenticate => {
  const memoryKey = randomBytes(32).toString('base64url');
  /** By digest of the whole credential; forgotten when a record may have changed. */
  let kept = new Map<string, Viewer | undefined>();
  let revision = store.revision();
  /** Passwords found right: digest of credential and stored hash, so a changed password is asked anew. */
  const right = new Set<string>();
  /** Checks under way: a hundred requests with one password cost one check. */
  const checking = new Map<string, Promise<boolean>>();

  const byToken = async (value: string): Promise<Viewer | undefined> => {
    const token = await store.records.get('token', secrets.digest(value));
    if (token === undefined) return undefined;
    return viewerOf(store, token.member, token.scopes, token.expires ?? Number.POSITIVE_INFINITY);
  };

  const byPassword = async (value: string): Promise<Viewer | undefined> => {
    const text = Buffer.from(value, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon < 1) return undefined;
    const stored = await store.records.get('password', text.slice(0, colon));
    const password = text.slice(colon + 1);
    // Many TAXII clients speak Basic only: for them a token is a password, under any name.
    if (stored === undefined && password.startsWith(TOKEN_PREFIX)) return byToken(password);
    const mark = secrets.digest(`${value} ${stored?.hash ?? ''}`);
    if (!right.has(mark)) {
      // Each check takes tens of megabytes and milliseconds: guessing must not take the hub with it.
      if (!checking.has(mark) && checking.size >= MOST_CHECKS)
        throw new Refusal(503, 'Too many passwords are being checked', {
          headers: { 'Retry-After': '1' },
        });
      const check =
        checking.get(mark) ??
        (stored === undefined ? checkNothing(password) : isPassword(password, stored.hash));
      checking.set(mark, check);
      const good = await check.finally(() => checking.delete(mark));
      if (!good || stored === undefined) return undefined;
      if (right.size >= MOST_KEPT) right.clear();
      right.add(mark);
    }
    return stored && viewerOf(store, stored.member, SCOPES, Number.POSITIVE_INFINITY);
  };

  const byCertificate = async (fingerprint: string): Promise<Viewer | undefined> => {
    const member = await store.records.get('setting', certificateSetting(fingerprint));
    return typeof member === 'string'
      ? viewerOf(store, member, SCOPES, Number.POSITIVE_INFINITY)
      : undefined;
  };

  return async (header, now, certificate) => {
    // What a request says for itself goes before what its connection says.
    if (header === undefined && certificate !== undefined) return byCertificate(certificate);
    const credential = credentialOf(header);
    if (credential === undefined) return undefined;
    const current = store.revision();
    if (current !== revision || kept.size >= MOST_KEPT) {
      kept = new Map();
      revision = current;
    }
    // One-shot and keyed for this process: a third of the time of an HMAC, once for each request.
    const name = hash(
      'sha256',
      `${memoryKey} ${credential.scheme} ${credential.value}`,
      'base64url',
    );
    const memory = kept;
    let viewer = memory.get(name);
    if (viewer === undefined && !memory.has(name)) {
      viewer =
        credential.scheme === 'bearer'
          ? await byToken(credential.value)
          : await byPassword(credential.value);
      memory.set(name, viewer);
    }
    return viewer !== undefined && now < viewer.expires ? viewer : undefined;
  };
};
