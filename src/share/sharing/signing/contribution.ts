/** Signing what a member contributes, and refusing what is forged, replayed, back-dated or changed on the way. */
import { type KeyObject, randomBytes } from 'node:crypto';
import { type ErrorCode, StillwatchError } from '../../../base/errors.ts';
import { fromBase64Url, toBase64Url } from './base64.ts';
import { checkSignature, rawPublicKey, signBytes } from './ed25519.ts';
import {
  ENVELOPE_TYPE,
  type Envelope,
  envelopeBytes,
  NONCE_BYTES,
  objectDigest,
  type SignedContribution,
} from './envelope.ts';
import { type KnownKey, type KnownKeys, memberKeyId, refusalOf } from './member-key.ts';

export interface ContributionToSign {
  readonly hub: string;
  readonly collection: string;
  readonly member: string;
  /** Now, in epoch milliseconds. */
  readonly created: number;
  readonly objects: readonly unknown[];
  /** Given by tests only; 16 random bytes otherwise. */
  readonly nonce?: Uint8Array;
}

/** One signature over any number of objects. @throws StillwatchError `JSON_NOT_CANONICAL`. */
export const signContribution = (
  { hub, collection, member, created, objects, nonce }: ContributionToSign,
  key: KeyObject,
): SignedContribution => {
  const envelope: Envelope = {
    type: ENVELOPE_TYPE,
    version: 1,
    hub,
    collection,
    member,
    key: memberKeyId(rawPublicKey(key)),
    created: new Date(created).toISOString(),
    nonce: toBase64Url(nonce ?? randomBytes(NONCE_BYTES)),
    objects: objects.map(objectDigest),
  };
  return { envelope, signature: toBase64Url(signBytes(key, envelopeBytes(envelope))) };
};

/** How far `created` may lie from the hub's clock, in milliseconds. */
export interface ClockBounds {
  readonly maxAge: number;
  readonly maxAhead: number;
}
export const CLOCK_BOUNDS: ClockBounds = { maxAge: 10 * 60_000, maxAhead: 2 * 60_000 };

export interface ContributionContext {
  readonly hub: string;
  /** The collection to which it was sent. */
  readonly collection: string;
  /** The member whose credentials brought it. */
  readonly member: string;
  readonly keys: KnownKeys;
  /** The hub's clock, in epoch milliseconds. */
  readonly now: number;
  /**
   * Whether this member has used this nonce. Nonces older than `maxAge + maxAhead` may be forgotten,
   * because their envelopes are too old. Storing the nonce must be one step with storing the objects.
   */
  readonly isUsed: (nonce: string) => boolean;
  readonly bounds?: ClockBounds;
}

export interface VerifiedContribution {
  readonly envelope: Envelope;
  readonly key: KnownKey;
  /** What the hub must remember, and until when (epoch milliseconds). */
  readonly remember: { readonly nonce: string; readonly until: number };
}

const refuse = (code: ErrorCode & `CONTRIBUTION_${string}`, why: string, remedy: string) =>
  new StillwatchError(code, `The contribution ${why}`, remedy);

const mustBeMeantForUs = (envelope: Envelope, context: ContributionContext): void => {
  const wrong = (['hub', 'collection', 'member'] as const).find(
    (name) => envelope[name] !== context[name],
  );
  if (wrong !== undefined)
    throw refuse(
      'CONTRIBUTION_MISDIRECTED',
      `was signed for another ${wrong} than the one it was sent ${wrong === 'member' ? 'by' : 'to'}`,
      'Sign it again for this hub, this collection and this member.',
    );
};

const keyFor = (envelope: Envelope, { keys, now }: ContributionContext): KnownKey => {
  const key = keys.get(envelope.key);
  if (key === undefined || key.member !== envelope.member)
    throw refuse(
      'CONTRIBUTION_KEY_UNKNOWN',
      `is signed by the key ${envelope.key}, which ${envelope.member} does not have`,
      'Register the public key with the hub first.',
    );
  // Both the claimed time and ours: neither an old date nor a late arrival revives a key.
  const reason = refusalOf(key, Date.parse(envelope.created)) ?? refusalOf(key, now);
  if (reason !== undefined)
    throw refuse(
      'CONTRIBUTION_KEY_REFUSED',
      `is signed by the key ${envelope.key}, which is ${reason.replaceAll('-', ' ')}`,
      'Sign with a key that is valid now; `stillwatch hub member` shows them.',
    );
  return key;
};

const mustBeFresh = (envelope: Envelope, now: number, { maxAge, maxAhead }: ClockBounds): void => {
  const age = now - Date.parse(envelope.created);
  if (age <= maxAge && -age <= maxAhead) return;
  throw refuse(
    'CONTRIBUTION_BACKDATED',
    age > 0 ? `was signed ${Math.round(age / 1000)} s ago` : `was signed ${-age} ms in the future`,
    'Set the clock, and sign when you send: older signatures are not taken.',
  );
};

/**
 * Checks an envelope: that it is meant for here, that its key may sign now, that it is fresh, that the
 * signature is right, and that it was not used before. The cheap checks come first.
 *
 * @param contribution parsed by `parseContribution`.
 * @throws StillwatchError `CONTRIBUTION_MISDIRECTED`, `CONTRIBUTION_KEY_UNKNOWN`,
 *   `CONTRIBUTION_KEY_REFUSED`, `CONTRIBUTION_BACKDATED`, `CONTRIBUTION_FORGED`, `CONTRIBUTION_REPLAYED`.
 */
export const verifyContribution = (
  { envelope, signature }: SignedContribution,
  context: ContributionContext,
): VerifiedContribution => {
  const bounds = context.bounds ?? CLOCK_BOUNDS;
  mustBeMeantForUs(envelope, context);
  const key = keyFor(envelope, context);
  mustBeFresh(envelope, context.now, bounds);
  if (!checkSignature(key.key, envelopeBytes(envelope), fromBase64Url(signature)!))
    throw refuse(
      'CONTRIBUTION_FORGED',
      `has a signature that the key ${envelope.key} did not make`,
      'Sign the envelope as canonical JSON (RFC 8785), unchanged.',
    );
  // After the signature: otherwise a stranger could burn nonces, or ask which are used.
  if (context.isUsed(envelope.nonce))
    throw refuse(
      'CONTRIBUTION_REPLAYED',
      'was received before',
      'Nothing is lost. Sign again, with a new nonce, only what is new.',
    );
  const until = Date.parse(envelope.created) + bounds.maxAge + bounds.maxAhead;
  return { envelope, key, remember: { nonce: envelope.nonce, until } };
};

/**
 * Checks that objects are the ones that were signed, all of them and in their order.
 *
 * @throws StillwatchError `CONTRIBUTION_DIFFERS`, `JSON_NOT_CANONICAL`.
 */
export const verifyObjects = (envelope: Envelope, objects: readonly unknown[]): void => {
  const at = objects.findIndex((object, i) => objectDigest(object) !== envelope.objects[i]);
  if (at < 0 && objects.length === envelope.objects.length) return;
  throw refuse(
    'CONTRIBUTION_DIFFERS',
    at < 0
      ? `has ${objects.length} objects where ${envelope.objects.length} were signed`
      : `has an object at position ${at} that is not the one that was signed`,
    'Send the objects exactly as they were signed, in the same order.',
  );
};
