/** Replacing a member's key: the old key vouches for the new one, and the new one shows that it is held. */
import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { StillwatchError } from '../../../base/errors.ts';
import { fromBase64Url, toBase64Url } from './base64.ts';
import { CLOCK_BOUNDS, type ClockBounds } from './contribution.ts';
import { checkSignature, publicKeyOf, rawPublicKey, signBytes } from './ed25519.ts';
import { type KnownKeys, type MemberKey, memberKey, memberKeyId, refusalOf } from './member-key.ts';

export interface Rotation {
  readonly type: 'stillwatch-key-rotation';
  readonly version: 1;
  readonly hub: string;
  readonly member: string;
  /** Id of the key that vouches. */
  readonly from: string;
  /** Raw public key that follows it, base64url. */
  readonly to: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly created: string;
}

export interface SignedRotation {
  readonly rotation: Rotation;
  /** By the old key, and by the new one; base64url. */
  readonly signatures: { readonly from: string; readonly to: string };
}

export const signRotation = (
  about: Pick<Rotation, 'hub' | 'member'> & { readonly created: number },
  from: KeyObject,
  to: KeyObject,
): SignedRotation => {
  const rotation: Rotation = {
    type: 'stillwatch-key-rotation',
    version: 1,
    hub: about.hub,
    member: about.member,
    from: memberKeyId(rawPublicKey(from)),
    to: toBase64Url(rawPublicKey(to)),
    created: new Date(about.created).toISOString(),
  };
  const bytes = Buffer.from(canonicalJson(rotation));
  const by = (key: KeyObject): string => toBase64Url(signBytes(key, bytes));
  return { rotation, signatures: { from: by(from), to: by(to) } };
};

const refused = (why: string): StillwatchError =>
  new StillwatchError(
    'MEMBER_KEY_ROTATION_REFUSED',
    `The change of key ${why}`,
    'Sign it now, with the old and the new key; if the old key is lost, ask the operator of the hub.',
  );

/**
 * The two keys as they must be stored afterwards: the old one ends when the overlap is over, the new one
 * begins now. A replay changes nothing: the new key is already known.
 *
 * @param overlap milliseconds during which both may sign, so that no sender has to stop.
 * @throws StillwatchError `MEMBER_KEY_ROTATION_REFUSED`, `MEMBER_KEY_UNUSABLE`.
 */
export const verifyRotation = (
  { rotation, signatures }: SignedRotation,
  context: {
    readonly hub: string;
    readonly member: string;
    readonly keys: KnownKeys;
    readonly now: number;
    readonly overlap: number;
    readonly bounds?: ClockBounds;
  },
): { readonly ended: MemberKey; readonly begun: MemberKey } => {
  const { hub, member, keys, now, overlap, bounds = CLOCK_BOUNDS } = context;
  if (rotation.hub !== hub || rotation.member !== member) throw refused('is meant for another');
  const known = keys.get(rotation.from);
  if (known === undefined || known.member !== member) throw refused('comes from an unknown key');
  const reason = refusalOf(known, now);
  if (reason !== undefined)
    throw refused(`comes from a key that is ${reason.replaceAll('-', ' ')}`);
  const age = now - Date.parse(rotation.created);
  // Also refuses a time that cannot be read, which compares as false.
  if (!(age <= bounds.maxAge && -age <= bounds.maxAhead)) throw refused('was not signed now');
  const raw = fromBase64Url(rotation.to) ?? new Uint8Array();
  const next = publicKeyOf(raw);
  if (next === undefined || keys.has(memberKeyId(raw)))
    throw refused('names a new key that is none, or is known already');
  const bytes = Buffer.from(canonicalJson(rotation));
  const isBy = (key: KeyObject, signature: string): boolean =>
    checkSignature(key, bytes, fromBase64Url(signature) ?? new Uint8Array());
  if (!isBy(known.key, signatures.from) || !isBy(next, signatures.to))
    throw refused('is not signed by both keys');
  const { key: _, ...stored } = known;
  const validUntil = Math.min(stored.validUntil ?? Number.POSITIVE_INFINITY, now + overlap);
  return {
    ended: { ...stored, validUntil },
    begun: memberKey({ member, publicKey: raw, validFrom: now }),
  };
};
