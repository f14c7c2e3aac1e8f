import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../base/canonical-json.ts';

const digestOf = (parts: unknown): Buffer =>
  createHash('sha256').update(canonicalJson(parts)).digest();

/** SHA-256 of the canonical form (RFC 8785), in hexadecimal. */
export const digestHex = (value: unknown): string => digestOf(value).toString('hex');

/**
 * A UUID made from content (RFC 9562 §5.8, version 8): whoever decides the same from the same facts at the same
 * moment mints the same id, so that a step that is repeated after a crash makes no second decision.
 */
export const contentUuid = (parts: unknown): string => {
  const bytes = digestOf(parts).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
};

/** 0 ≤ u < 100, the same for the same parts for ever. */
export const percentile = (...parts: readonly string[]): number =>
  (digestOf(parts).readUIntBE(0, 6) / 2 ** 48) * 100;

/**
 * Whether a rollout to `percent` of the accounts has reached this one. Who is reached at N % is reached at
 * every larger N, and different rules reach different accounts first.
 */
export const isReached = (
  policy: string,
  rule: string,
  account: string,
  percent: number,
): boolean => percentile('rollout', policy, rule, account) < percent;
