/** From what happened to what the ledger may say of it: values become salted digests, times and counts coarse. */
import { randomBytes } from 'node:crypto';
import type { Opening } from './bundle.ts';
import {
  bucketOf,
  COMMITTED_FIELDS,
  type CommittedField,
  type CountBucket,
  commitment,
  encodeRecord,
  type LedgerEvent,
  minuteOf,
  SALT_BYTES,
} from './record.ts';

type Happened<E> = E extends unknown
  ? {
      readonly [F in keyof E]: F extends CommittedField
        ? unknown
        : F extends 'at' | 'count'
          ? number
          : E[F];
    }
  : never;

/**
 * An event as the hub knows it: `at` in epoch milliseconds, `count` exact, and in the place of each digest
 * the value itself (an object, a signed contribution, a list of deliveries, a member's record).
 */
export type HappenedEvent = Happened<LedgerEvent>;

export interface Sealed {
  /** The bytes to append. */
  readonly entry: Uint8Array;
  readonly event: LedgerEvent;
  /** To be kept, and given to whoever may see the value: each shows what its digest stands for. */
  readonly openings: readonly Opening[];
}

/**
 * @param newSalt gives 32 fresh random bytes for each digest; replaced in tests only.
 * @throws StillwatchError `LEDGER_RECORD_INVALID`, `JSON_NOT_CANONICAL`.
 */
export const seal = (
  happened: HappenedEvent,
  newSalt: () => Uint8Array = () => randomBytes(SALT_BYTES),
): Sealed => {
  const values = happened as Readonly<Record<string, unknown>>;
  const openings = COMMITTED_FIELDS.filter((field) => Object.hasOwn(values, field)).map(
    (field): Opening => ({ field, salt: newSalt(), value: values[field] }),
  );
  const digests = openings.map(({ field, salt, value }) => [field, commitment(field, salt, value)]);
  const count: { readonly count?: CountBucket } =
    'count' in happened ? { count: bucketOf(happened.count) } : {};
  const event = {
    ...values,
    at: minuteOf(happened.at),
    ...count,
    ...Object.fromEntries(digests),
  } as unknown as LedgerEvent;
  // The record is checked against the closed set when it is written.
  return { entry: encodeRecord(event), event, openings };
};
