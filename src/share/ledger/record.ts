/**
 * What an entry of the ledger may say: a closed set of events, as canonical JSON. A ledger is read by
 * everybody, so an entry holds no identity and no content: digests are salted (only who was given the
 * salt can recognise them), counts are coarse, times are whole minutes.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import { StillwatchError } from '../../base/errors.ts';
import { fromBase64Url, toBase64Url } from '../sharing/signing/base64.ts';
import { HASH_BYTES } from './merkle.ts';

export const COUNT_BUCKETS = ['0', '1', '2-9', '10-99', '100-999', '1000-9999', '10000+'] as const;
export type CountBucket = (typeof COUNT_BUCKETS)[number];

export const MEMBERSHIP_CHANGES = [
  'added',
  'vetted',
  'role-changed',
  'key-added',
  'key-revoked',
  'revoked',
] as const;

/** 43 characters of base64url: a salted digest, see {@link commitment}. */
type Digest = string;

interface Common {
  /** RFC 3339 in UTC, to the minute: `2026-11-21T01:30Z`. */
  readonly at: string;
}

export type LedgerEvent = Common &
  (
    | { readonly kind: 'accepted'; readonly object: Digest; readonly contribution: Digest }
    | { readonly kind: 'refused'; readonly contribution: Digest; readonly code: string }
    | { readonly kind: 'delivered'; readonly batch: Digest; readonly count: CountBucket }
    | {
        readonly kind: 'evaluated';
        readonly member: Digest;
        readonly identifier: string;
        readonly epoch: string;
        readonly count: CountBucket;
      }
    | { readonly kind: 'retracted'; readonly object: Digest }
    | {
        readonly kind: 'membership';
        readonly member: Digest;
        readonly change: (typeof MEMBERSHIP_CHANGES)[number];
      }
  );

export type LedgerEventKind = LedgerEvent['kind'];

const oneOf =
  (values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value);
const digest = (value: string): boolean => fromBase64Url(value)?.length === HASH_BYTES;
const matches =
  (pattern: RegExp) =>
  (value: string): boolean =>
    pattern.test(value);

/** Every field of every kind; what is not here may not be in an entry. */
const FIELDS: Record<LedgerEventKind, Readonly<Record<string, (value: string) => boolean>>> = {
  accepted: { object: digest, contribution: digest },
  refused: { contribution: digest, code: matches(/^[A-Z][A-Z_]{2,47}$/) },
  delivered: { batch: digest, count: oneOf(COUNT_BUCKETS) },
  evaluated: {
    member: digest,
    identifier: matches(/^[a-z]{2,20}$/),
    epoch: matches(/^\d{4}q[1-4]$/),
    count: oneOf(COUNT_BUCKETS),
  },
  retracted: { object: digest },
  membership: { member: digest, change: oneOf(MEMBERSHIP_CHANGES) },
};

export const LEDGER_EVENT_KINDS = Object.keys(FIELDS) as readonly LedgerEventKind[];

const invalid = (why: string): StillwatchError =>
  new StillwatchError(
    'LEDGER_RECORD_INVALID',
    `An entry of the ledger ${why}`,
    'The ledger holds only the events that docs/reference/ledger.md lists, with salted digests and coarse counts.',
  );

const isMinute = (at: unknown): boolean =>
  typeof at === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(at) &&
  !Number.isNaN(Date.parse(at)) &&
  `${new Date(at).toISOString().slice(0, 16)}Z` === at;

const check = (value: unknown): LedgerEvent => {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw invalid('is no object');
  const record = value as Record<string, unknown>;
  const kind = LEDGER_EVENT_KINDS.find((known) => known === record.kind);
  if (kind === undefined) throw invalid('has a kind that is not one of the events');
  const fields = FIELDS[kind];
  for (const [name, fits] of Object.entries(fields)) {
    const field = record[name];
    if (typeof field !== 'string' || !fits(field))
      throw invalid(`of kind ${kind} has a ${name} that is missing or not what it may be`);
  }
  if (!isMinute(record.at)) throw invalid(`of kind ${kind} has an at that is no whole minute`);
  if (Object.keys(record).length !== Object.keys(fields).length + 2)
    throw invalid(`of kind ${kind} has a field that it may not have`);
  return value as LedgerEvent;
};

/** The bytes of an entry. @throws StillwatchError `LEDGER_RECORD_INVALID`. */
export const encodeRecord = (event: LedgerEvent): Uint8Array =>
  Buffer.from(canonicalJson(check(event)));

/** The event of an entry. @throws StillwatchError `LEDGER_RECORD_INVALID`, also when it is not canonical. */
export const decodeRecord = (entry: Uint8Array): LedgerEvent => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(entry));
  } catch {
    throw invalid('is no JSON');
  }
  const event = check(value);
  // One event, one byte string: otherwise a digest of an entry would prove little.
  if (Buffer.compare(Buffer.from(canonicalJson(event)), entry) !== 0)
    throw invalid('is not in its canonical form');
  return event;
};

/** The minute of a time in epoch milliseconds, as entries have it. */
export const minuteOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** The bucket of a count (0 or more). */
export const bucketOf = (count: number): CountBucket => {
  if (count < 2) return count < 1 ? '0' : '1';
  if (count < 10) return '2-9';
  if (count < 100) return '10-99';
  if (count < 1000) return '100-999';
  return count < 10_000 ? '1000-9999' : '10000+';
};

/** Bytes of a salt; one for each digest, never used twice, so that equal contents look different. */
export const SALT_BYTES = 32;

/** The fields of entries that are salted digests. */
export const COMMITTED_FIELDS = ['object', 'contribution', 'batch', 'member'] as const;
export type CommittedField = (typeof COMMITTED_FIELDS)[number];

/**
 * The salted digest of a value: SHA-256(label || 0 || salt || canonical JSON), base64url. Whoever holds
 * salt and value can show that an entry speaks of it; whoever does not cannot even guess.
 *
 * @param salt {@link SALT_BYTES} random bytes.
 * @throws StillwatchError `LEDGER_RECORD_INVALID` for a salt of another length, `JSON_NOT_CANONICAL`.
 */
export const commitment = (field: CommittedField, salt: Uint8Array, value: unknown): Digest => {
  if (salt.length !== SALT_BYTES) throw invalid(`has a salt of ${salt.length} bytes`);
  const label = Buffer.from(`stillwatch-ledger-v1 ${field}\0`);
  const data = Buffer.concat([label, salt, Buffer.from(canonicalJson(value))]);
  return toBase64Url(hash('sha256', data, 'buffer'));
};
