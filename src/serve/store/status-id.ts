/** Identifiers of statuses: UUIDs of version 7 (RFC 9562, section 5.7), so that their order is that of time. */
import { randomBytes } from 'node:crypto';

/** 48 bits of milliseconds come first. */
const stamp = (ms: number): string => {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}`;
};

export const newStatusId = (ms: number): string => {
  const random = randomBytes(10);
  // Section 4.1: the variant is the two bits 10.
  random[2] = (random[2]! & 0x3f) | 0x80;
  const hex = random.toString('hex');
  return `${stamp(ms)}-7${hex.slice(1, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}`;
};

/** No status of that time or later has an id below it. */
export const firstStatusId = (ms: number): string => stamp(ms);
