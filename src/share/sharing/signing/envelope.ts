/** The signed envelope around contributed objects: its fields, and the bytes that are signed. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { StillwatchError } from '../../../base/errors.ts';
import { fromBase64Url, toBase64Url } from './base64.ts';
import { SIGNATURE_BYTES } from './ed25519.ts';

export const ENVELOPE_TYPE = 'stillwatch-contribution';

/** Objects under one signature. */
export const MAX_OBJECTS = 10_000;

export interface Envelope {
  /** Part of what is signed, so that a signature for something else can never pass for this one. */
  readonly type: typeof ENVELOPE_TYPE;
  readonly version: 1;
  /** The hub for which it is meant (its ledger's origin): it cannot be replayed at another. */
  readonly hub: string;
  readonly collection: string;
  readonly member: string;
  /** Id of the signing key. */
  readonly key: string;
  /** When it was signed: RFC 3339 in UTC with milliseconds. */
  readonly created: string;
  /** 16 random bytes, base64url: makes each envelope one of a kind. */
  readonly nonce: string;
  /** SHA-256 of each object's canonical JSON, base64url, in their order: 1 to {@link MAX_OBJECTS}. */
  readonly objects: readonly string[];
}

export interface SignedContribution {
  readonly envelope: Envelope;
  /** Ed25519 (RFC 8032) over the canonical JSON (RFC 8785) of the envelope; base64url. */
  readonly signature: string;
}

export const NONCE_BYTES = 16;

/** The digest by which an envelope, and nothing else, names an object. @throws `JSON_NOT_CANONICAL`. */
export const objectDigest = (object: unknown): string =>
  toBase64Url(hash('sha256', canonicalJson(object), 'buffer'));

export const envelopeBytes = (envelope: Envelope): Uint8Array =>
  Buffer.from(canonicalJson(envelope));

const malformed = (why: string): StillwatchError =>
  new StillwatchError(
    'CONTRIBUTION_MALFORMED',
    `The signed envelope ${why}`,
    'Make it with a client that signs contributions; docs/reference/ledger.md lists its fields.',
  );

const FIELDS = [
  'collection',
  'created',
  'hub',
  'key',
  'member',
  'nonce',
  'objects',
  'type',
  'version',
];
const bounded = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 256;
const bytesOf = (value: unknown): number =>
  typeof value === 'string' ? (fromBase64Url(value)?.length ?? -1) : -1;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Reads an envelope from outside. @throws StillwatchError `CONTRIBUTION_MALFORMED`. */
export const parseContribution = (value: unknown): SignedContribution => {
  if (!isPlain(value) || Object.keys(value).sort().join() !== 'envelope,signature')
    throw malformed('is not an object of envelope and signature');
  const { envelope, signature } = value;
  if (bytesOf(signature) !== SIGNATURE_BYTES) throw malformed('has no Ed25519 signature');
  if (!isPlain(envelope) || Object.keys(envelope).sort().join() !== FIELDS.join())
    throw malformed(`has other fields than ${FIELDS.join(', ')}`);
  if (envelope.type !== ENVELOPE_TYPE || envelope.version !== 1)
    throw malformed('is of another type or version');
  for (const name of ['hub', 'collection', 'member', 'key'])
    if (!bounded(envelope[name])) throw malformed(`has a ${name} that is no text of 1 to 256`);
  const { created, objects, nonce } = envelope;
  const time = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString() !== created)
    throw malformed('has a created that is no time in UTC with milliseconds');
  if (bytesOf(nonce) !== NONCE_BYTES)
    throw malformed(`has a nonce that is not ${NONCE_BYTES} bytes`);
  if (!Array.isArray(objects) || objects.length === 0 || objects.length > MAX_OBJECTS)
    throw malformed(`does not name 1 to ${MAX_OBJECTS} objects`);
  if (objects.some((digest) => bytesOf(digest) !== 32))
    throw malformed('names an object by something else than its SHA-256');
  return value as unknown as SignedContribution;
};
